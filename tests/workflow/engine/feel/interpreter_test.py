"""The interpreter itself: reads a formula once, keeps a bounded number, is new after a limit."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from workflow.engine import feel
from workflow.engine.feel import interpreter


def test_a_formula_is_read_once(moment, monkeypatch):
    feel.evaluate("1 + 41", {}, moment)
    calls: list[str] = []
    plain = interpreter.call
    monkeypatch.setattr(
        "workflow.engine.feel.naming.call", lambda function, *rest: calls.append(function) or plain(function, *rest)
    )
    feel.evaluate("1 + 41", {}, moment)
    assert calls == []
    feel.evaluate("1 + 42", {}, moment)
    assert calls == ["names"]


def test_a_context_is_renewed_when_it_holds_too_many_formulas(moment, monkeypatch):
    monkeypatch.setattr(interpreter, "CACHED", 50)
    feel.evaluate("0", {}, moment)
    contexts = set()
    for number in range(200):
        assert feel.evaluate(f"{number} + x", {"x": 1}, moment) == number + 1
        contexts.add(id(interpreter._local.context))
        assert len(interpreter._local.context.seen) <= 50
    assert len(contexts) >= 2


def test_more_formulas_than_are_kept_stay_within_the_memory_of_a_context(moment):
    for number in range(interpreter.CACHED + 500):
        assert feel.evaluate(f"x + {number}", {"x": 1}, moment) == number + 1


def test_after_a_limit_the_context_is_thrown_away(moment):
    feel.evaluate("1", {}, moment)
    before = interpreter._local.context
    with pytest.raises(feel.FeelError) as caught:
        feel.evaluate("for i in 1..10**9 return i", {}, moment)
    assert caught.value.kind == "limit"
    assert interpreter._local.context is None
    assert feel.evaluate("1", {}, moment) == 1
    assert interpreter._local.context is not before


def test_an_ordinary_error_keeps_the_context(moment):
    feel.evaluate("1", {}, moment)
    before = interpreter._local.context
    for source, data in (("x <", {}), ("nobody", {}), ("x < 3", {"x": "a"})):
        with pytest.raises(feel.FeelError):
            feel.evaluate(source, data, moment)
    assert interpreter._local.context is before


def test_a_limit_in_one_thread_leaves_the_others_alone(moment):
    def stopped() -> str:
        with pytest.raises(feel.FeelError) as caught:
            feel.evaluate("for i in 1..10**9 return i", {}, moment)
        return caught.value.kind

    def works() -> int:
        return sum(feel.evaluate("x + 1", {"x": turn}, moment) for turn in range(500))

    with ThreadPoolExecutor(2) as pool:
        bad, good = pool.submit(stopped), pool.submit(works)
        assert bad.result(timeout=20) == "limit"
        assert good.result(timeout=20) == sum(range(1, 501))


def test_short_lived_threads_work(moment):
    answers = []
    for number in range(20):
        thread = threading.Thread(target=lambda n=number: answers.append(feel.evaluate("x + 1", {"x": n}, moment)))
        thread.start()
        thread.join()
    assert answers == list(range(1, 21))


def test_without_the_bundle_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(interpreter, "BUNDLE", tmp_path / "bundle.js")
    interpreter._bundle.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="web.assets"):
            interpreter._bundle()
    finally:
        monkeypatch.undo()
        interpreter._bundle.cache_clear()
