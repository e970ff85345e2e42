"""By what a name, a telephone number and a document number can be found."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Person, sealed
from models.sealed import Key, Keyring
from workflow.records import searching


def person(session: Session, now: object, **columns: object) -> Person:
    row = Person(created_at=now, **columns)
    searching.write(row)
    session.add(row)
    session.flush()
    return row


def found(session: Session, typed: str) -> set[str]:
    condition = searching.matches(typed)
    return set() if condition is None else set(session.scalars(select(Person.name).where(condition)))


@pytest.mark.parametrize(
    "typed",
    ["王", "小", "明", "小明", "王小", "王小明", "王 小明", "wang", "Wang", "WANGXIAOMING", "wangxiaom", "xiaoming",
     "ming", "wxm", "xiaoming wang", "wáng xiǎo míng", "wang'xiao'ming", "ｗａｎｇ"],
)  # fmt: skip
def test_a_chinese_name_is_found_by_parts_and_pinyin(session: Session, now: object, typed: str) -> None:
    person(session, now, name="王小明")
    person(session, now, name="李大强")
    assert found(session, typed) == {"王小明"}


@pytest.mark.parametrize("typed", ["王明", "xm wang li", "小王", "w", "", "·", "%", "'"])
def test_what_says_too_little_or_something_else_finds_nobody(session: Session, now: object, typed: str) -> None:
    person(session, now, name="王小明")
    assert found(session, typed) == set()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shan"), ("单雄信", "danxiongxin"), ("曾国藩", "zengguofan"), ("曾国藩", "zgf"), ("解缙", "xiejin"),
        ("仇英", "qiuying"), ("尉迟恭", "yuchi"), ("尉迟恭", "尉迟"), ("尉迟恭", "gong"), ("万俟卨", "moqi"),
        ("长孙无忌", "zhangsun"), ("区志强", "ouzhiqiang"), ("查良镛", "zha"), ("任盈盈", "renyingying"),
        ("欧阳娜娜", "ouyang"), ("欧阳娜娜", "nana"), ("吕布", "lvbu"), ("吕布", "lǚ"), ("吕布", "lubu"),
        ("吕布", "lyu bu"),
        ("张乐乐", "zhanglele"), ("张乐乐", "zhangyueyue"), ("盖叫天", "gejiaotian"), ("朴树", "piao"),
        ("阿依古丽·买买提", "买买提"), ("阿依古丽·买买提", "阿依古丽·买买提"), ("阿依古丽·买买提", "maimaiti"),
        ("José García", "jose"), ("José García", "GARC"), ("O'Brien", "obrien"), ("Müller", "muller"),
        ("Lüders", "luders"),
        ("Smith-Jones", "jones"), ("John Smith", "johnsmith"), ("3床无名男", "无名"), ("𠮷野", "𠮷"),
    ],
)  # fmt: skip
def test_names_that_are_not_simple(session: Session, now: object, name: str, typed: str) -> None:
    person(session, now, name=name)
    assert found(session, typed) == {name}


def test_the_number_of_tokens_is_bounded() -> None:
    for name in ("王小明", "曾乐行重单朝", "阿依古丽·买买提江·阿卜杜热合曼", "a" * 5_000, "王" * 5_000, "曾乐长" * 60):
        terms = searching.terms(name)
        assert len(terms) == len(set(terms)) <= searching.MOST
    assert len(searching.terms("王小明")) == 30


@pytest.mark.parametrize("typed", ["138 1234 5678", "+86 13812345678", "13812345678", "5678", "１３８１２３４５６７８"])
def test_a_telephone_number_is_found_however_it_is_written(session: Session, now: object, typed: str) -> None:
    person(session, now, name="王小明", phone="138-1234-5678（儿子）")
    person(session, now, name="李大强", phone="13900001111 / 13812345678")
    assert found(session, typed) == {"王小明"}


@pytest.mark.parametrize("typed", ["11010519491231002x", "110105 19491231 002X", "M-0012345", "m0012345"])
def test_document_and_record_numbers_are_found_whole(session: Session, now: object, typed: str) -> None:
    person(session, now, name="王小明", id_number="11010519491231002X", record_number="M-0012345")
    person(session, now, name="李大强", id_number="11010519491231003X", record_number="M-0012346")
    assert found(session, typed) == {"王小明"}
    assert found(session, typed[:-1]) == set()


def test_rows_of_an_older_key_are_found_after_the_key_was_replaced(session: Session, now: object) -> None:
    ring = sealed.keyring()
    person(session, now, name="王小明", phone="13812345678", id_number="11010519491231002X")
    sealed.use(Keyring([Key("new", b"n" * 32), *ring.keys]))
    try:
        person(session, now, name="王大明", phone="13912345678")
        assert found(session, "王") == {"王小明", "王大明"}
        assert found(session, "13812345678") == {"王小明"}
        assert found(session, "5678") == {"王小明", "王大明"}
        assert found(session, "11010519491231002X") == {"王小明"}
    finally:
        sealed.use(ring)


def test_equal_texts_of_different_kinds_have_different_tokens(session: Session, now: object) -> None:
    one = person(session, now, name="x", id_number="AB12345", record_number="AB12345")
    assert one.id_number_token != one.record_number_token


def test_a_row_without_numbers_has_no_tokens_of_them(session: Session, now: object) -> None:
    one = person(session, now, name="—", phone="无", id_number=" - ")
    assert (one.phone_token, one.id_number_token, one.record_number_token) == (None, None, None)
    assert one.name_tokens == []
