"""The sentences of the administration's history, made from events; names are looked up, never stored in an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflow import lists, settings
from workflow.administration.editing import form
from workflow.audit import Kind
from workflow.engine.text import Text

Details = Mapping[str, Any]
Names = Mapping[str, Text]
TABLES = {
    "user_id": "user", "organisation_id": "organisation", "station_id": "organisation", "agency_id": "organisation",
    "area_id": "area", "agreement_id": "agreement",
}  # fmt: skip
"""Which table an id in an event's details belongs to."""

_DONE = {
    "added": ("添加", "Added"),
    "changed": ("修改", "Changed"),
    "retired": ("停用", "Retired"),
    "restored": ("恢复", "Restored"),
    "closed": ("停用账号", "Closed the account of"),
    "reopened": ("重新启用账号", "Opened the account again of"),
    "password_reset": ("重设密码", "Reset the password of"),
    "second_factor_reset": ("重设第二重验证", "Reset the second factor of"),
    "ended": ("结束", "Ended"),
    "moved": ("调整顺序", "Moved"),
}


def sentence(kind: str, details: Details, names: Names) -> Text:
    """One line of the history."""
    made = _SENTENCES.get(kind)
    return made(details, names) if made else Text(kind, kind)


def role_words(role: str) -> Text:
    """A role as the forms call it."""
    return _option("membership", "role", role)


def _area(details: Details, names: Names) -> Text:
    if details["what"] == "imported":
        added, changed = details["added"], details["changed"]
        return Text(
            f"导入区域：新增 {added} 个，修改 {changed} 个", f"Imported areas: {added} added, {changed} changed"
        )
    return _plain("区域", "area", details, _name(names, details.get("area_id")), "area")


def _organisation(details: Details, names: Names) -> Text:
    return _plain("机构", "organisation", details, _name(names, details.get("organisation_id")), "organisation")


def _agreement(details: Details, names: Names) -> Text:
    station, agency = _name(names, details.get("station_id")), _name(names, details.get("agency_id"))
    about = Text(f"{station.zh}—{agency.zh}", f"{station.en} – {agency.en}")
    if details["what"] == "ended":
        why = _option("agreement_end", "reason", str(details.get("reason")))
        return Text(f"提前终止协议：{about.zh}（{why.zh}）", f"Ended early: agreement {about.en} ({why.en})")
    return _plain("协议", "agreement", details, about, "agreement")


def _account(details: Details, names: Names) -> Text:
    who, what = _name(names, details.get("user_id")), details["what"]
    if what == "exported":
        number = details["accounts"]
        return Text(f"导出账号表：{number} 个账号", f"Exported the table of accounts: {number} accounts")
    if what in ("closed", "reopened", "password_reset", "second_factor_reset"):
        zh, en = _DONE[what]
        tasks = details.get("tasks")
        if tasks:
            return Text(f"{zh}：{who.zh}，{tasks} 个任务退回待认领", f"{en} {who.en}; {tasks} tasks went back")
        return Text(f"{zh}：{who.zh}", f"{en} {who.en}")
    return _plain("账号", "account", details, who, "account")


def _membership(details: Details, names: Names) -> Text:
    who, place = _name(names, details.get("user_id")), _name(names, details.get("organisation_id"))
    role = role_words(str(details.get("role")))
    if details["what"] == "added":
        return Text(f"{who.zh}担任{place.zh}的{role.zh}", f"{who.en} became {role.en} at {place.en}")
    until, tasks = details.get("until"), details.get("tasks") or 0
    back = Text(f"，{tasks} 个任务退回待认领", f"; {tasks} tasks went back") if tasks else Text("", "")
    return Text(
        f"{who.zh}不再担任{place.zh}的{role.zh}（最后一天 {until}）{back.zh}",
        f"{who.en} is no longer {role.en} at {place.en} (last day {until}){back.en}",
    )


def _list(details: Details, names: Names) -> Text:
    known = lists.LISTS.get(str(details.get("list")))
    title = known.title if known else Text(str(details.get("list")), "")
    zh, en = _DONE[details["what"]]
    code = details.get("code")
    return Text(f"{zh}选项“{code}”（{title.zh}）", f"{en}: answer “{code}” of {title.pick('en')}")


def _setting(details: Details, names: Names) -> Text:
    known = settings.SETTINGS.get(str(details.get("key")))
    title = known.meaning if known else Text(str(details.get("key")), "")
    places = [_name(names, each) for each in details.get("organisations", ()) if each in names]
    zh, en = ("、".join(each.zh for each in places), ", ".join(each.en for each in places)) if places else ("", "")
    before, after = details.get("before"), details.get("after")
    return Text(
        f"设置“{title.zh}”{f'（{zh}）' if zh else ''}：{before} → {after}",
        f"Setting “{title.pick('en')}”{f' ({en})' if en else ''}: {before} → {after}",
    )


def _user_added(details: Details, names: Names) -> Text:
    who, place = _name(names, details.get("user_id")), _name(names, details.get("organisation_id"))
    roles = [role_words(each) for each in details.get("roles", ())]
    return Text(
        f"添加账号：{who.zh}，{place.zh}，{'、'.join(each.zh for each in roles)}",
        f"Added account: {who.en}, {place.en}, {', '.join(each.en for each in roles)}",
    )


_SENTENCES: Mapping[str, Callable[[Details, Names], Text]] = {
    Kind.ADMIN_AREA: _area,
    Kind.ADMIN_ORGANISATION: _organisation,
    Kind.ADMIN_AGREEMENT: _agreement,
    Kind.ADMIN_ACCOUNT: _account,
    Kind.ADMIN_MEMBERSHIP: _membership,
    Kind.ADMIN_LIST: _list,
    Kind.ADMIN_SETTING: _setting,
    Kind.USER_ADDED: _user_added,
}


def _plain(zh: str, en: str, details: Details, about: Text, form_name: str) -> Text:
    done_zh, done_en = _DONE[details["what"]]
    fields = [each.label for each in form(form_name).fields if each.key in details.get("fields", ())]
    which = Text("", "")
    if fields:
        which = Text(
            f"（{'、'.join(each.zh for each in fields)}）", f" ({', '.join(each.pick('en') for each in fields)})"
        )
    return Text(f"{done_zh}{zh}：{about.zh}{which.zh}", f"{done_en} {en}: {about.pick('en')}{which.en}")


def _name(names: Names, key: Any) -> Text:
    return names.get(str(key), Text("（已不存在）", "(gone)"))


def _option(form_name: str, key: str, value: str) -> Text:
    field = next(each for each in form(form_name).fields if each.key == key)
    return next((each.label for each in field.options if each.value == value), Text(value, value))
