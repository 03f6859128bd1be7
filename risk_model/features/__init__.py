"""Vectorised text features: batches of letters, hashed terms, vocabularies, word ids."""

from risk_model.features.batch import FIELD, RECORD, Batch, make_batch
from risk_model.features.letters import CLAUSE_ENDS, word_letters
from risk_model.features.matrix import TermColumns, count_matrix, tally, weigh
from risk_model.features.neutral import Indifference, masked_words, neutral_keys, neutral_roles
from risk_model.features.stops import stop_flags
from risk_model.features.terms import Found, Terms, key_of, known_terms, terms, word_keys
from risk_model.features.vocabulary import KeyTable

__all__ = [
    "CLAUSE_ENDS",
    "FIELD",
    "RECORD",
    "Batch",
    "Found",
    "Indifference",
    "KeyTable",
    "TermColumns",
    "Terms",
    "count_matrix",
    "key_of",
    "known_terms",
    "make_batch",
    "masked_words",
    "neutral_keys",
    "neutral_roles",
    "stop_flags",
    "tally",
    "terms",
    "weigh",
    "word_keys",
    "word_letters",
]
