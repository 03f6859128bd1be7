"""Vectorised text features: batches of letters, hashed terms, vocabularies, word ids."""

from risk_model.features.batch import FIELD, RECORD, Batch, make_batch
from risk_model.features.letters import CLAUSE_ENDS, word_letters
from risk_model.features.matrix import count_matrix, weigh
from risk_model.features.neutral import Indifference, masked_words, neutral_keys, neutral_roles
from risk_model.features.terms import Terms, key_of, stop_flags, terms, word_keys
from risk_model.features.vocabulary import KeyTable

__all__ = [
    "CLAUSE_ENDS",
    "FIELD",
    "RECORD",
    "Batch",
    "Indifference",
    "KeyTable",
    "Terms",
    "count_matrix",
    "key_of",
    "make_batch",
    "masked_words",
    "neutral_keys",
    "neutral_roles",
    "stop_flags",
    "terms",
    "weigh",
    "word_keys",
    "word_letters",
]
