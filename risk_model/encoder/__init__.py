"""The clause encoder: forward pass (run time) and training."""

from risk_model.encoder.forward import (
    END,
    FIRST_WORD,
    UNKNOWN,
    Letters,
    Reading,
    Tables,
    Weights,
    logits,
    read,
    stepped,
    window_shares,
    word_tables,
)

__all__ = [
    "END",
    "FIRST_WORD",
    "UNKNOWN",
    "Letters",
    "Reading",
    "Tables",
    "Weights",
    "logits",
    "read",
    "stepped",
    "window_shares",
    "word_tables",
]
