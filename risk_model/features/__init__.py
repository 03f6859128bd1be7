"""Vectorised text features: batches of letters, hashed terms, vocabularies, word ids."""

from risk_model.features.batch import FIELD, RECORD, Batch, make_batch
from risk_model.features.letters import CLAUSE_ENDS, word_letters
from risk_model.features.matrix import TermColumns, tally, tally_places, weigh
from risk_model.features.neutral import Indifference, indifferent, masked_words, neutral_keys, neutral_roles
from risk_model.features.stops import stop_flags
from risk_model.features.terms import Found, Terms, TermTable, key_of, terms, word_keys
from risk_model.features.vocabulary import KeyTable
from risk_model.features.words import Words, WordTable

__all__ = [
    "CLAUSE_ENDS",
    "FIELD",
    "RECORD",
    "Batch",
    "Found",
    "Indifference",
    "KeyTable",
    "TermColumns",
    "TermTable",
    "Terms",
    "WordTable",
    "Words",
    "indifferent",
    "key_of",
    "make_batch",
    "masked_words",
    "neutral_keys",
    "neutral_roles",
    "stop_flags",
    "tally",
    "tally_places",
    "terms",
    "weigh",
    "word_keys",
    "word_letters",
]
