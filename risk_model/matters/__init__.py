"""Matters: letters about the same place and the same problem, grouped across weeks, and which of them are rising."""

from risk_model.matters.group import Grouping, group
from risk_model.matters.history import History, Merge, Override, name_matter
from risk_model.matters.letters import Letters, make_letters, week_name, week_number, week_of_name
from risk_model.matters.replay import ReplayedWeek, replay
from risk_model.matters.rising import COLUMNS, FALSE_ALARMS, SURE, Facts, RisingEntry, rising
from risk_model.matters.store import load_history, save_history
from risk_model.matters.week import Link

__all__ = [
    "COLUMNS",
    "FALSE_ALARMS",
    "SURE",
    "Facts",
    "Grouping",
    "History",
    "Letters",
    "Link",
    "Merge",
    "Override",
    "ReplayedWeek",
    "RisingEntry",
    "group",
    "load_history",
    "make_letters",
    "name_matter",
    "replay",
    "rising",
    "save_history",
    "week_name",
    "week_number",
    "week_of_name",
]
