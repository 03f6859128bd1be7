"""petition-risk: what a petition is about, how urgently it needs an answer, and why.

>>> from risk_model import load
>>> assessment = load().assess("小区烂尾三年，两百多户业主每月还贷还要租房，多次反映没有结果")
>>> assessment.subtags
('housing_delivery',)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risk_model.model import RiskModel, load
    from risk_model.schema import Assessment, Contribution, Explanation, Petition

__all__ = ["Assessment", "Contribution", "Explanation", "Petition", "RiskModel", "load"]
__version__ = "0.1.0"

_HOME = {"RiskModel": "model", "load": "model"} | dict.fromkeys(
    ("Assessment", "Contribution", "Explanation", "Petition"), "schema"
)


def __getattr__(name: str) -> Any:
    # Names are looked up when first used, so that `import risk_model` costs nothing.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"risk_model.{_HOME[name]}"), name)
    raise AttributeError(f"module 'risk_model' has no attribute {name!r}")
