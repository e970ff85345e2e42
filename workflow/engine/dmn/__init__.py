"""Decisions: tables and formulas of a DMN file, read by our own reader and decided with FEEL (feel-zeebe.md §2.3)."""

from workflow.engine.dmn.checking import check
from workflow.engine.dmn.deciding import DecisionResult, Decisions
from workflow.engine.dmn.model import Decision, DmnError, Row, Table
from workflow.engine.dmn.reader import read_decisions

__all__ = ["Decision", "DecisionResult", "Decisions", "DmnError", "Row", "Table", "check", "read"]


def read(text: str) -> Decisions:
    """The decisions of a file. Raises DmnError for what is not DMN or not supported, XmlRefused for unsafe XML."""
    return Decisions(read_decisions(text))
