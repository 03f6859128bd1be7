"""The folder of model versions and the pointer to the one that is served."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from risk_model.artifact.store import MANIFEST
from risk_model.errors import ArtifactError

CURRENT: Final = "CURRENT"
HISTORY: Final = "HISTORY"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Registry:
    """Versions in `root`; `CURRENT` names the served one, `HISTORY` the ones served before it, newest last."""

    root: Path

    def versions(self) -> list[str]:
        """Return the names of the model folders, sorted."""
        return sorted(path.parent.name for path in self.root.glob(f"*/{MANIFEST}"))

    def path(self, version: str) -> Path:
        """Return the folder of a version."""
        if not _NAME.fullmatch(version):
            raise ArtifactError(f"“{version}”不是合法的版本名（字母、数字、点、下划线、连字符）")
        folder = self.root / version
        if not (folder / MANIFEST).is_file():
            raise ArtifactError(f"没有版本 {version}。现有版本：{'、'.join(self.versions()) or '无'}")
        return folder

    def current(self) -> str:
        """Return the served version."""
        try:
            return (self.root / CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise ArtifactError(f"{self.root} 里没有 {CURRENT}：用 petition-risk model promote 指定一个版本") from None

    def served(self) -> str | None:
        """Return the served version, None where none has been promoted yet."""
        return self.current() if (self.root / CURRENT).exists() else None

    def history(self) -> list[str]:
        """Return the versions served before, oldest first."""
        path = self.root / HISTORY
        return path.read_text(encoding="utf-8").split() if path.exists() else []

    def promote(self, version: str) -> None:
        """Serve `version` from now on; readers see the old name or the new one, never half of it."""
        self.path(version)
        before = self.served()
        if before == version:
            return
        if before:
            self._write(HISTORY, "\n".join([*self.history(), before]) + "\n")
        self._write(CURRENT, version + "\n")

    def rollback(self) -> str:
        """Serve the version that was served before the present one; returns its name."""
        history = self.history()
        if not history:
            raise ArtifactError("没有可以退回的版本：还没有更换过模型")
        self.path(history[-1])
        self._write(CURRENT, history[-1] + "\n")
        self._write(HISTORY, "".join(f"{name}\n" for name in history[:-1]))
        return history[-1]

    def _write(self, name: str, text: str) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.root, prefix=f".{name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as f:
                f.write(text)
                f.flush()
                os.fsync(f.fileno())
            Path(temporary).replace(self.root / name)
        except BaseException:
            Path(temporary).unlink()
            raise


def default_registry() -> Registry:
    """Return the registry in use: `PETITION_RISK_MODELS`, the repository's `models/`, or the one inside the wheel."""
    if folder := os.environ.get("PETITION_RISK_MODELS"):
        return Registry(Path(folder))
    package = Path(__file__).resolve().parents[1]
    for root in (package.parent / "models", package / "released"):
        if (root / CURRENT).is_file():
            return Registry(root)
    raise ArtifactError("找不到模型目录：请设置环境变量 PETITION_RISK_MODELS，或重新安装 petition-risk")
