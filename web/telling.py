"""How the command line words things: in both languages, and without characters that could steer a terminal."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import click

from workflow.engine import Finding, Severity, Text


def plain(text: str) -> str:
    """A text that a terminal only shows: files are written by strangers, and control characters move the cursor."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def both(text: Text) -> str:
    """Chinese and English in one line; once where they are the same, or where there is only one."""
    return plain(" / ".join(dict.fromkeys(each for each in (text.zh, text.en) if each)))


def named(name: Text, element_id: str) -> str:
    """The name of an element with its id, by which answers refer to it."""
    return f"{both(name)} [{plain(element_id)}]" if name.zh or name.en else plain(element_id)


def local(moment: datetime, zone: tzinfo) -> str:
    """An instant in local time."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M (%z)")


def tell_findings(findings: Sequence[Finding]) -> int:
    """Print what a check found, and how much of it; give the number of errors."""
    for finding in findings:
        click.echo(_lines(finding))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    click.echo(f"{errors} 个错误，{warnings} 个提醒 / {errors} errors, {warnings} warnings")
    return errors


def _lines(finding: Finding) -> str:
    """One finding as a person reads it: where, how bad, what is wrong, what helps."""
    where = f"{finding.file} {finding.element_id or '-'}"
    lines = [f"{where}: {finding.severity.value} [{finding.rule}]", finding.message.zh, finding.message.en]
    if finding.hint:
        lines += [f"→ {finding.hint.zh}", f"→ {finding.hint.en}"]
    return "\n    ".join(map(plain, lines))
