"""Letters as text: normalising, masking personal data, cutting into words."""

from risk_model.text.mapping import MappedText
from risk_model.text.masks import Mask
from risk_model.text.normalise import mojibake_share, normalise
from risk_model.text.prepare import prepare, prepare_many, trace
from risk_model.text.redact import redact
from risk_model.text.segment import Segmenter, dictionary, reference, rules, segmenter, user_words

__all__ = [
    "MappedText",
    "Mask",
    "Segmenter",
    "dictionary",
    "mojibake_share",
    "normalise",
    "prepare",
    "prepare_many",
    "redact",
    "reference",
    "rules",
    "segmenter",
    "trace",
    "user_words",
]
