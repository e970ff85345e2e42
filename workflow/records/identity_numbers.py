"""Numbers of identity documents: the check digit of a resident identity card, the length of the others.

Source: GB 11643-1999, 公民身份号码: area (6), birth date (8), serial (3), check character by ISO 7064 MOD 11-2.
"""

from __future__ import annotations

import re
from datetime import date

from workflow.engine import Text
from workflow.records.searching import plain_number

RESIDENT_ID = "resident_id"
LENGTHS = {"passport": (5, 15), "hk_macao_permit": (8, 11), "taiwan_permit": (8, 10), "other": (3, 30)}
"""Letters and digits that a number of another kind has, at least and at most."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_RESIDENT = re.compile(r"[1-9]\d{16}[\dX]")


def problem(kind: str | None, number: str | None, today: date) -> Text | None:
    """What is wrong with this number, in words for people; None when it can be right, or when there is none."""
    if not number or not number.strip():
        return None
    plain = plain_number(number) or ""
    if kind is None:
        return Text("请选择证件类型。", "Choose the kind of identity document.")
    if kind == RESIDENT_ID:
        return _resident(plain, today)
    least, most = LENGTHS.get(kind, LENGTHS["other"])
    if not least <= len(plain) <= most:
        return Text(
            f"这种证件的号码应有 {least} 到 {most} 个字母或数字。",
            f"A number of this kind has {least} to {most} letters or digits.",
        )
    return None


def born(kind: str | None, number: str | None) -> date | None:
    """The birth date that a resident identity number names; None for others."""
    plain = plain_number(number)
    if kind != RESIDENT_ID or plain is None or not _RESIDENT.fullmatch(plain):
        return None
    try:
        return date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return None


def check_character(first: str) -> str:
    """The eighteenth character that belongs to seventeen digits."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first, strict=True)) % 11]


def _resident(plain: str, today: date) -> Text | None:
    if not _RESIDENT.fullmatch(plain):
        return Text(
            "居民身份证号码是 18 位：17 位数字，最后一位是数字或 X。",
            "A resident identity number has 18 characters: 17 digits, then a digit or X.",
        )
    day = born(RESIDENT_ID, plain)
    if day is None or not date(1880, 1, 1) <= day <= today:
        return Text(
            "号码里的出生日期（第 7 到 14 位）不成立，请核对。",
            "The date of birth in the number (characters 7 to 14) cannot be right; please check.",
        )
    if check_character(plain[:17]) != plain[17]:
        return Text("校验码不对，请逐位核对号码。", "The check digit does not fit; compare the number digit by digit.")
    return None
