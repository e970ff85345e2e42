"""The demo's places, accounts and agreements. The organisations and everybody in them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Agreement, Area, AreaLevel, Organisation, OrganisationKind
from workflow import demo_services


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    username: str
    name: str
    organisation: str
    roles: tuple[str, ...]


AREAS = (
    # official code, level, name, English name, the code above
    ("520000", AreaLevel.PROVINCE, "贵州省", "Guizhou Province", None),
    ("520500", AreaLevel.PREFECTURE, "毕节市", "Bijie City", "520000"),
    ("520502", AreaLevel.COUNTY, "七星关区", "Qixingguan District", "520500"),
    ("520521", AreaLevel.COUNTY, "大方县", "Dafang County", "520500"),
)
PLACES = (
    # code, kind, name, English name, parent, area
    ("bureau", OrganisationKind.AUTHORITY, "毕节市卫生健康局", "Bijie Health Bureau", None, "520500"),
    ("tongxin", OrganisationKind.HOSPITAL, "毕节同心医院", "Bijie Tongxin Hospital", None, "520502"),
    ("tongxin-ortho", OrganisationKind.DEPARTMENT, "骨科病区", "Orthopaedic ward", "tongxin", None),
    ("tongxin-paed", OrganisationKind.DEPARTMENT, "儿科病区", "Paediatric ward", "tongxin", None),
    ("tongxin-ed", OrganisationKind.DEPARTMENT, "急诊科", "Emergency department", "tongxin", None),
    ("tongxin-msw", OrganisationKind.STATION, "医务社工站", "Medical social work station", "tongxin", None),
    ("tongxin-centre", OrganisationKind.AGENCY, "同心社会工作服务中心", "Tongxin Social Work Centre", None, "520502"),
    ("sunshine", OrganisationKind.AGENCY, "阳光社会工作服务社", "Sunshine Social Work Service", None, "520521"),
    ("second", OrganisationKind.HOSPITAL, "毕节第二医院", "Bijie Second Hospital", None, "520502"),
    ("second-internal", OrganisationKind.DEPARTMENT, "内科病区", "Internal medicine ward", "second", None),
    ("second-msw", OrganisationKind.STATION, "第二医院社工站", "Second Hospital social work station", "second", None),
)
ACCOUNTS = (
    Account("nurse", "王护士", "tongxin-ortho", ("hospital_referrer",)),
    Account("nurse2", "李护士", "tongxin-paed", ("hospital_referrer",)),
    Account("lead", "赵护士长", "tongxin-ortho", ("ward_lead",)),
    Account("coordinator", "陈协调", "tongxin-msw", ("msw_coordinator",)),
    Account("worker", "林社工", "tongxin-msw", ("medical_social_worker",)),
    Account("worker2", "周社工", "tongxin-msw", ("medical_social_worker",)),
    Account("supervisor", "吴督导", "tongxin-msw", ("supervisor", "process_designer")),
    Account("dpo", "冯主任", "tongxin", ("data_protection_owner",)),
    Account("auditor", "蒋审计", "tongxin", ("auditor",)),
    Account("agency", "孙主任", "tongxin-centre", ("agency_coordinator",)),
    Account("agency-worker", "钱社工", "tongxin-centre", ("social_worker",)),
    Account("agency-head", "沈理事长", "tongxin-centre", ("agency_head",)),
    Account("agency2", "韩协调", "sunshine", ("agency_coordinator", "social_worker")),
    Account("admin", "管理员", "tongxin", ("admin",)),
    Account("bureau", "马处长", "bureau", ("admin", "process_publisher")),
    Account("outsider", "何社工", "second-msw", ("medical_social_worker",)),
    Account("coordinator2", "郑协调", "second-msw", ("msw_coordinator",)),
)
AGREEMENTS = (("tongxin-msw", "tongxin-centre"), ("tongxin-msw", "sunshine"))
SINCE = date(2024, 8, 20)


def load(session: Session, now: datetime) -> None:
    """Add what is missing of areas, organisations, agreements and services."""
    areas = {area.code: area for area in session.scalars(select(Area))}
    for code, level, name, name_en, above in AREAS:
        if code not in areas:
            above_id = areas[above].id if above else None
            areas[code] = Area(code=code, level=level, name=name, name_en=name_en, parent_id=above_id)
            session.add(areas[code])
            session.flush()
    known = {place.code: place for place in session.scalars(select(Organisation))}
    for code, kind, name, name_en, parent, area in PLACES:
        if code not in known:
            known[code] = Organisation(
                kind=kind, code=code, name=name, name_en=name_en, parent_id=known[parent].id if parent else None,
                area_id=areas[area].id if area else None,
            )  # fmt: skip
            session.add(known[code])
            session.flush()
    _agreements(session, known, now)
    demo_services.load(session, known, areas, now)


def _agreements(session: Session, known: dict[str, Organisation], now: datetime) -> None:
    there = {(each.station_id, each.agency_id) for each in session.scalars(select(Agreement))}
    for station, agency in AGREEMENTS:
        if (known[station].id, known[agency].id) not in there:
            session.add(
                Agreement(
                    station_id=known[station].id, agency_id=known[agency].id, sponsor="民盟毕节市委", starts_on=SINCE,
                    scope="个案转介、联合评估、出院衔接", data_terms="只共享本人同意的内容，结案后30天内可查看",
                    recorded_at=now,
                )
            )  # fmt: skip
