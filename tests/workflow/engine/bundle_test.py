"""The identity of a bundle: the same for the same content, whatever the order, and cheap for large texts."""

import hashlib
import json
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import Bundle

LONG = st.builds(lambda text, times: text * times, st.text(min_size=1), st.sampled_from([1, 20_000]))


@given(st.dictionaries(st.text(), st.text() | LONG, max_size=4))
def test_the_hash_is_that_of_the_canonical_json(files: dict[str, str]) -> None:
    if any("\ud800" <= character <= "\udfff" for pair in files.items() for text in pair for character in text):
        return
    canonical = json.dumps(sorted(files.items()), ensure_ascii=False)
    assert Bundle(files).content_hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert Bundle(dict(reversed(files.items()))).content_hash == Bundle(files).content_hash


def test_a_text_of_50_mb_is_hashed_without_copies_of_it() -> None:
    bundle = Bundle({"a.bpmn": "字" * (50_000_000 // 3)})
    tracemalloc.start()
    try:
        assert len(bundle.content_hash) == 64
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
