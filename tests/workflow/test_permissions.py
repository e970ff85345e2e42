"""The table of permissions is complete, readable, and deny-first."""

from dataclasses import replace
from typing import Any

import pytest

from models import Role
from workflow import permissions
from workflow.errors import Forbidden
from workflow.permissions import TABLE, Permission


def test_every_permission_has_a_rule_in_both_languages() -> None:
    assert set(TABLE) == set(Permission)
    assert all(rule.zh and rule.en and rule.roles for rule in TABLE.values())


def test_the_printed_table_names_every_permission_and_role() -> None:
    printed = permissions.describe()
    assert all(f"`{permission.value}`" in printed for permission in Permission)
    for role in (Role.WARD_LEAD, Role.SUPERVISOR, Role.ADMIN, Role.PROCESS_DESIGNER):
        assert role.value in printed


def test_an_administrator_reads_no_case(people: Any) -> None:
    admin = people["admin"]
    for permission in (
        Permission.CASE_READ,
        Permission.CASE_LIST,
        Permission.INSTANCE_READ,
        Permission.ATTACHMENT_READ,
    ):
        assert not permissions.may_hold(admin, permission)
    assert permissions.may_hold(admin, Permission.USER_ADD)


def test_who_has_no_role_holds_nothing(people: Any) -> None:
    nobody = replace(people["nurse"], memberships=())
    assert not any(permissions.may_hold(nobody, permission) for permission in Permission)
    with pytest.raises(Forbidden):
        permissions.require(nobody, Permission.REFERRAL_OPEN, None)


def test_a_role_counts_only_where_it_is_held(people: Any) -> None:
    here = people["coordinator"].memberships[0].organisation_id
    assert people["coordinator"].holds("msw_coordinator", here)
    assert not people["outside_lead"].holds("msw_coordinator", here)
    assert not people["coordinator"].holds("supervisor", here)
