"""The sentences that people are told: Chinese ones are written as Chinese is."""

import re

from workflow.forms.errors import SENTENCES


def test_chinese_sentences_have_chinese_punctuation() -> None:
    beside = re.compile(r"[\u4e00-\u9fff”}][,:;()]|[,:;()][\u4e00-\u9fff“{]")
    assert not [code for code, (zh, _) in SENTENCES.items() if beside.search(zh)]
