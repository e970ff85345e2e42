"""The demo's directory of services: programmes, places and services of invented agencies, one long unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, Capacity, Location, Organisation, Programme, Service, ServiceAtLocation, ServiceStatus

OFFICE_HOURS = "周一至周五 9:00—17:00"
PLACES = (
    # agency, name, address, area, accessibility
    ("tongxin-centre", "桂花路服务点", "七星关区桂花路2号", "520502", "一楼，有轮椅坡道"),
    ("tongxin-centre", "医院驻点", "毕节同心医院门诊楼三楼", "520502", "有电梯"),
    ("sunshine", "大方活动室", "大方县奢香大道18号", "520521", "有电梯"),
)
PROGRAMMES = (
    # agency, name, English name, description
    ("tongxin-centre", "守护计划", "Guardian programme", "为因病致困的家庭提供救助、陪伴和照护。"),
    ("sunshine", "微光计划", "Glimmer programme", "陪伴困境儿童成长。"),
)
Details = Mapping[str, Any]
SERVICES: tuple[Details, ...] = (
    {
        "agency": "tongxin-centre", "programme": "守护计划", "place": "医院驻点", "field": "relief",
        "name": "困难患者救助", "name_en": "Grants for patients in need",
        "description": "核实困难情况，协助申请医疗救助和慈善资金，必要时先行垫付。",
        "eligibility": "低保、低收入或因病致贫的患者", "area": "520500",
        "required_documents": "身份证、诊断证明、费用清单；低保证或收入证明", "languages": "普通话、彝语",
        "capacity": Capacity.HAS, "vacancy": 8,
    },
    {
        "agency": "tongxin-centre", "place": "医院驻点", "field": "psych", "name": "患者及家属心理支持",
        "name_en": "Counselling for patients and families", "description": "个别面谈，每次五十分钟，最多八次。",
        "eligibility": "住院患者及家属", "schedule": "周二、周四 14:00—17:00", "recurrence": "FREQ=WEEKLY;BYDAY=TU,TH",
        "capacity": Capacity.ASSESSMENT_NEEDED, "capacity_note": "先面谈一次，再定次数", "area": "520502",
    },
    {
        "agency": "tongxin-centre", "programme": "守护计划", "place": "桂花路服务点", "field": "elderly",
        "name": "出院老人居家照护", "name_en": "Home care after discharge",
        "description": "上门协助起居、康复训练和复诊陪同。", "eligibility": "独居或照护不足", "minimum_age": 60,
        "area": "520502", "cost": "低保户免费，其余每次二十元", "capacity": Capacity.WAITING_LIST,
        "capacity_note": "约两周",
    },
    {
        "agency": "sunshine", "place": "大方活动室", "field": "relief", "name": "临时救助与物资",
        "name_en": "Emergency help and goods", "eligibility": "临时生活困难的家庭", "area": "520521",
        "capacity": Capacity.HAS, "assured": 240,
    },
    {
        "agency": "sunshine", "programme": "微光计划", "place": "大方活动室", "field": "child",
        "name": "困境儿童陪伴", "name_en": "Company for children in difficulty", "minimum_age": 6, "maximum_age": 16,
        "eligibility": "困境儿童", "schedule": "每周六 9:00—11:30", "recurrence": "FREQ=WEEKLY;BYDAY=SA",
        "required_documents": "监护人同意书", "area": "520500", "capacity": Capacity.HAS, "vacancy": 3,
    },
    {
        "agency": "sunshine", "place": "大方活动室", "field": "culture", "name": "病友互助小组",
        "name_en": "Peer group for patients", "schedule": "每月第一个周日下午", "recurrence": "FREQ=MONTHLY;BYDAY=1SU",
        "status": ServiceStatus.TEMPORARILY_CLOSED, "capacity": Capacity.NONE,
    },
)  # fmt: skip
_WORDS = ("name", "name_en", "field", "description", "eligibility", "minimum_age", "maximum_age", "recurrence")
_MORE = ("required_documents", "languages", "capacity", "vacancy", "capacity_note", "status")


def load(session: Session, known: Mapping[str, Organisation], areas: Mapping[str, Area], now: datetime) -> None:
    """Add what is missing."""
    places: dict[str, Location] = {place.name: place for place in session.scalars(select(Location))}
    for agency, name, address, area, accessibility in PLACES:
        if name not in places:
            places[name] = Location(
                organisation_id=known[agency].id, name=name, address=address, area_id=areas[area].id,
                accessibility=accessibility,
            )  # fmt: skip
    programmes: dict[str, Programme] = {each.name: each for each in session.scalars(select(Programme))}
    for agency, name, name_en, description in PROGRAMMES:
        if name not in programmes:
            programmes[name] = Programme(
                organisation_id=known[agency].id, name=name, name_en=name_en, description=description
            )
    session.add_all([*places.values(), *programmes.values()])
    session.flush()
    there = {(each.organisation_id, each.name) for each in session.scalars(select(Service))}
    for details in SERVICES:
        agency_id = known[details["agency"]].id
        if (agency_id, details["name"]) in there:
            continue
        programme = programmes.get(details.get("programme", ""))
        service = Service(
            organisation_id=agency_id,
            programme_id=programme.id if programme else None,
            area_id=areas[details["area"]].id if "area" in details else None,
            schedule=details.get("schedule", OFFICE_HOURS),
            cost=details.get("cost", "免费"),
            contact="0857-8001234",
            capacity_updated_at=now,
            assured_on=now.date() - timedelta(days=details.get("assured", 20)),
            **{key: details[key] for key in (*_WORDS, *_MORE) if key in details},
        )
        session.add(service)
        session.flush()
        session.add(ServiceAtLocation(service_id=service.id, location_id=places[details["place"]].id))
    session.flush()
