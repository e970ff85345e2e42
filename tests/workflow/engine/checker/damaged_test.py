"""Whatever is missing or wrong in a file, the checker answers findings and never breaks: level 1 says what is wrong."""

import random

import pytest
from lxml import etree

from tests.workflow.engine.checker.drawing import bundle, draw
from tests.workflow.engine.checker.seeded_test import DIAGRAM, FOLDER, TABLE
from workflow.engine import Bundle
from workflow.engine.checker import analyse

DAMAGED = 40


@pytest.mark.parametrize("file", [DIAGRAM, TABLE])
def test_a_damaged_file_is_judged_as_far_as_it_can_be_read(file: str) -> None:
    whole = dict(Bundle.from_folder(FOLDER).files)
    chance = random.Random(file)
    for _ in range(DAMAGED):
        root = etree.fromstring(whole[file].encode())
        elements = [each for each in root.iter() if isinstance(each.tag, str) and each is not root]
        for element in chance.sample(elements, 3):
            names = sorted(element.attrib)
            if names and chance.random() < 0.6:
                others = sorted(chance.choice(elements).attrib.values())
                element.attrib[chance.choice(names)] = chance.choice(others) if others else ""
            elif (parent := element.getparent()) is not None:
                parent.remove(element)
        analyse(Bundle.from_texts({**whole, file: etree.tostring(root, encoding="unicode")}))


def test_what_cannot_be_read_is_left_to_level_one() -> None:
    assert analyse(Bundle.from_texts({"a.bpmn": "<broken", "b.dmn": "", "c.form.json": "[]", "d.form.json": "{"})) == []
    assert analyse(Bundle.from_texts({"a.bpmn": '<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'})) == []


def test_processes_that_call_each_other_in_a_circle_are_judged_one_by_one() -> None:
    one = "start s\nuser a\ncall c calls={}\nstop e\ns -> a -> c -> e"
    other = draw(one.format("drawing"), process="other")
    assert analyse(bundle(one.format("other"), other__bpmn=other)) == []
