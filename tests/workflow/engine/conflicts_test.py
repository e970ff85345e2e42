"""Two branches that really change the same field are told apart from all that only looks like it (D1).

Every test of a run is made twice: straight through, and saved and restored after every step.
"""

import json

import pytest

from tests.workflow.engine.build import (
    Bundle,
    Play,
    boundary,
    bundle,
    catch,
    conditional,
    each,
    element,
    end,
    gateway,
    mapping,
    message,
    process,
    refer,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

# Drawings are laid out by hand.
# fmt: off

BEGIN = start("s", "<documentation>v w got phone addr city street</documentation>")
"""Only words of the drawing are told: here they all are."""


def fork(*content: str, flows: str = "", kind: str = "parallel", one: str = "a", other: str = "b") -> Bundle:
    """Two branches and a task behind their join."""
    conditions = " : true" if kind == "inclusive" else ""
    return bundle(BEGIN, gateway(kind, "g"), gateway(kind, "j"), user("z"), end("e"), *content,
                  flows=f"s > g; g > {one}{conditions}; g > {other}{conditions}; j > z > e; {flows}",
                  declarations=message("m"))


def two_people(kind: str = "parallel") -> Bundle:
    return fork(user("a"), user("b"), flows="a > j; b > j", kind=kind)


def play(of: Bundle, reload: bool, **variables: object) -> Play:
    return Play(of, {"case_key": 1, **variables}, reload=False, operations={"set": lambda inputs: {"v": "service"}}) \
        if not reload else Reloading(of, variables)


class Reloading(Play):
    """Conflicts are told when they happen and are no part of a snapshot: they are taken before each reload."""

    def __init__(self, of: Bundle, variables: dict[str, object]) -> None:
        self.told: list[tuple[str, str, str]] = []
        super().__init__(of, {"case_key": 1, **variables}, reload=True,
                         operations={"set": lambda inputs: {"v": "service"}})

    def _again(self) -> None:
        self.told += taken(self)
        super()._again()


def taken(run: Play) -> list[tuple[str, str, str]]:
    return [(found.element_id, found.earlier_id, found.path) for found in run.run.take_conflicts()]


def send_back(run: Play, element_id: str, values: dict[str, object]) -> Play:
    """Complete a task whose form was drawn with its fields as they stood."""
    task = next(task for task in run.run.open_tasks() if task.element_id == element_id)
    run.run.complete(task.id, values, shown=values.keys())
    return run.do("z") if "z" in run.open() else run


def conflicts(run: Play) -> list[tuple[str, str, str]]:
    """Later writer, earlier writer, field."""
    return [*getattr(run, "told", []), *taken(run)]


# Two people at once ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_d1_a_branch_that_does_not_touch_the_value_is_no_conflict(kind: str, reload: bool) -> None:
    run = play(two_people(kind), reload, v="old").do("a", {"v": "new"}).do("b", {"w": 1}).do("z", {"v": "last"})
    assert run.state == "completed"
    assert conflicts(run) == []
    assert run.data["v"] == "last"


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_two_people_change_the_same_field(kind: str, reload: bool) -> None:
    run = play(two_people(kind), reload, v="old").do("a", {"v": "mine"}).do("b", {"v": "theirs"})
    assert run.data["v"] == "theirs"
    assert run.open() == ["z"]
    assert conflicts(run) == [("b", "a", "v")]
    assert taken(run) == []


def test_a_field_sent_back_as_it_was_shown_keeps_what_came_meanwhile(reload: bool) -> None:
    run = send_back(play(two_people(), reload, v="old", w=1).do("a", {"v": "new"}), "b", {"v": "old", "w": 2})
    assert (run.data["v"], run.data["w"]) == ("new", 2)
    assert conflicts(run) == []


def test_an_answer_that_says_what_stood_there_before_is_an_answer(reload: bool) -> None:
    run = play(two_people(), reload, v="no").do("a", {"v": "yes"}).do("b", {"v": "no"})
    assert (run.data["v"], conflicts(run)) == ("no", [("b", "a", "v")])


def test_a_branch_that_kept_what_came_meanwhile_still_does_not_know_of_it(reload: bool) -> None:
    of = fork(user("a"), user("b"), script("b2", "v", "0"), flows="a > j; b > b2 > j")
    run = send_back(play(of, reload, v="old").do("a", {"v": "new"}), "b", {"v": "old"})
    assert conflicts(run) == [("b2", "a", "v")]


def test_the_same_answer_twice_is_no_conflict(reload: bool) -> None:
    run = play(two_people(), reload, v="old").do("a", {"v": "same"}).do("b", {"v": "same"})
    assert (run.data["v"], conflicts(run)) == ("same", [])


def test_a_change_taken_back_meanwhile_is_no_conflict(reload: bool) -> None:
    run = play(fork(user("a"), user("a2"), user("b"), flows="a > a2 > j; b > j"), reload, v="old")
    run.do("a", {"v": "new"}).do("a2", {"v": "old"}).do("b", {"v": "mine"})
    assert (run.data["v"], conflicts(run)) == ("mine", [])


def test_a_field_that_was_not_there_before(reload: bool) -> None:
    run = play(two_people(), reload).do("a", {"v": None}).do("b", {"v": 1})
    assert (run.data["v"], conflicts(run)) == (1, [("b", "a", "v")])


def test_who_opened_the_step_after_the_change_has_seen_it(reload: bool) -> None:
    run = play(fork(user("a"), user("b"), user("b2"), flows="a > j; b > b2 > j"), reload, v="old")
    run.do("b").do("a", {"v": "new"})
    assert run.open() == ["b2"]
    run.do("b2", {"v": "mine"})
    assert conflicts(run) == [("b2", "a", "v")]
    run = play(fork(user("a"), user("b"), user("b2"), flows="a > j; b > b2 > j"), reload, v="old")
    run.do("a", {"v": "new"}).do("b").do("b2", {"v": "mine"})
    assert conflicts(run) == []


def test_fields_of_a_record_are_told_apart(reload: bool) -> None:
    record = {"addr": {"city": "A", "street": "1"}}
    run = play(two_people(), reload, **record).do("a", {"addr": {"city": "B", "street": "1"}})
    send_back(run, "b", {"addr": {"city": "A", "street": "2"}})
    assert run.data["addr"] == {"city": "B", "street": "2"}
    assert conflicts(run) == []
    run = play(two_people(), reload, **record)
    run.do("a", {"addr": {"city": "B"}}).do("b", {"addr": {"city": "C", "street": "2"}})
    assert run.data["addr"] == {"city": "C", "street": "2"}
    assert conflicts(run) == [("b", "a", "addr.city")]


@pytest.mark.parametrize(("first", "second", "after", "fields"), [
    ({"city": "B"}, "none", "none", ["addr.city"]),
    ("none", {"city": "B"}, {"city": "B"}, ["addr", "addr.city"]),
    ({"street": "2"}, {}, {"city": "A", "street": "2"}, []),
])
def test_a_record_against_a_single_value(
    first: object, second: object, after: object, fields: list[str], reload: bool
) -> None:
    run = play(two_people(), reload, addr={"city": "A"}).do("a", {"addr": first}).do("b", {"addr": second})
    assert run.data["addr"] == after
    assert [path for _, _, path in conflicts(run)] == fields


def test_lists_count_as_a_whole(reload: bool) -> None:
    run = play(two_people(), reload, v=[1]).do("a", {"v": [1, 2]}).do("b", {"v": [1, 3]})
    assert (run.data["v"], conflicts(run)) == ([1, 3], [("b", "a", "v")])
    run = send_back(play(two_people(), reload, v=[1]).do("a", {"v": [1, 2]}), "b", {"v": [1]})
    assert (run.data["v"], conflicts(run)) == ([1, 2], [])


# Steps without people -------------------------------------------------------------------------------------------------

def test_two_branches_compute_the_same_variable(reload: bool) -> None:
    run = play(fork(user("a"), script("a2", "v", "1"), user("b"), script("b2", "v", "2"),
                    flows="a > a2 > j; b > b2 > j"), reload, v=0)
    run.do("a").do("b")
    assert (run.data["v"], conflicts(run)) == (2, [("b2", "a2", "v")])


def test_a_formula_that_reads_the_field_knows_it(reload: bool) -> None:
    run = play(fork(user("a"), script("a2", "v", "v + 1"), user("b"), script("b2", "v", "v + 1"),
                    flows="a > a2 > j; b > b2 > j"), reload, v=0)
    run.do("a").do("b")
    assert (run.data["v"], conflicts(run)) == (2, [])


def test_a_condition_that_reads_the_field_knows_it(reload: bool) -> None:
    run = play(fork(user("a"), user("b"), gateway("exclusive", "x", "x_j"), script("b2", "v", "0"),
                    flows="a > j; b > x; x > b2 : v = 1; x > j; b2 > j"), reload, v=0)
    run.do("a", {"v": 1}).do("b")
    assert (run.data["v"], conflicts(run)) == (0, [])


def test_an_event_that_waited_for_the_field_knows_it(reload: bool) -> None:
    run = play(fork(user("a"), catch("b", conditional("v = 1")), script("b2", "v", "0"), flows="a > j; b > b2 > j"),
               reload, v=0)
    run.do("a", {"v": 1})
    assert (run.data["v"], run.open(), conflicts(run)) == (0, ["z"], [])


def test_a_service_and_a_person(reload: bool) -> None:
    run = play(fork(user("a"), service("a2", "set"), user("b"), flows="a > a2 > j; b > j"), reload, v=0)
    run.do("a").do("b", {"v": "person"})
    assert conflicts(run) == [("b", "a2", "v")]


def test_a_message_and_a_person(reload: bool) -> None:
    of = fork(catch("a", refer("message", "m")), user("b"), flows="a > j; b > j")
    run = play(of, reload, v=0)
    run.send("m", 1, {"v": 1})
    run.do("b", {"v": 2})
    assert conflicts(run) == [("b", "a", "v")]
    run = play(of, reload, v=0).do("b", {"v": 2})
    run.send("m", 1, {"v": 1})
    assert (run.data["v"], conflicts(run)) == (1, [("a", "b", "v")])


def test_a_side_path_and_the_person_it_is_beside(reload: bool) -> None:
    of = bundle(BEGIN, user("a"), boundary("call", "a", refer("message", "m"), interrupting=False), user("side"),
                end("e"), end("f"), flows="s > a > e; call > side > f", declarations=message("m"))
    run = play(of, reload, phone=1)
    run.send("m", 1, {"phone": 2})
    run.do("a", {"phone": 3})
    assert conflicts(run) == [("a", "call", "phone")]
    run = play(of, reload, phone=1)
    run.send("m", 1, {"phone": 2})
    run.do("side", {"phone": 5})
    assert conflicts(run) == []  # what the message brought was shown on its own path


def test_an_interruption_follows_what_it_interrupts(reload: bool) -> None:
    run = play(bundle(
        BEGIN, gateway("parallel", "g"), user("other"), end("f"),
        sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"),
        boundary("late", "inside", timer("PT1H")), script("c", "v", "9"), user("z"), end("e"),
        flows="s > g > inside > e; g > other > f; late > c > z > e"), reload, v=0)
    run.do("a", {"v": 1}).later(hours=1)
    assert (run.open(), run.data["v"], conflicts(run)) == (["other", "z"], 9, [])
    run.do("other", {"v": 2})
    assert conflicts(run) == [("other", "c", "v")]


# Copies ---------------------------------------------------------------------------------------------------------------

OWN = mapping({"mine": "v"}, {"v": "mine"})


def test_an_output_mapping_that_hands_a_copy_back_keeps_what_came_meanwhile(reload: bool) -> None:
    of = fork(user("a"), user("b", extensions=OWN), flows="a > j; b > j")
    run = play(of, reload, v=0).do("a", {"v": 1}).do("b")
    assert (run.data["v"], conflicts(run)) == (1, [])
    run = play(of, reload, v=0).do("a", {"v": 1}).do("b", {"mine": 2})
    assert (run.data["v"], conflicts(run)) == (2, [("b", "a", "v")])


def test_an_output_mapping_that_states_something_counts(reload: bool) -> None:
    of = fork(user("a"), user("b", extensions=mapping({}, {"v": "0"})), flows="a > j; b > j")
    run = play(of, reload, v=0).do("a", {"v": 1}).do("b")
    assert (run.data["v"], conflicts(run)) == (0, [("b", "a", "v")])


def test_a_subprocess_with_a_copy(reload: bool) -> None:
    inside = sub("b", start("is"), user("i"), end("ie"), flows="is > i > ie", extensions=OWN)
    of = fork(user("a"), inside, flows="a > j; b > j")
    run = play(of, reload, v=0).do("a", {"v": 1}).do("i", {"w": 1})
    assert (run.data["v"], conflicts(run)) == (1, [])
    run = play(of, reload, v=0).do("a", {"v": 1}).do("i", {"mine": 2})
    assert (run.data["v"], conflicts(run)) == (2, [("b", "a", "v")])


def test_steps_inside_and_outside_a_subprocess(reload: bool) -> None:
    inside = sub("b", start("is"), gateway("parallel", "ig"), user("i"), user("k"), gateway("parallel", "ij"),
                 user("l"), end("ie"), flows="is > ig > i > ij > l > ie; ig > k > ij")
    of = fork(user("a"), inside, flows="a > j; b > j")
    run = play(of, reload, v=0).do("a", {"v": 1}).do("i", {"v": 2}).do("k", {"v": 3})
    run.do("l", {"v": 4}).do("z", {"v": 5})
    assert conflicts(run) == [("i", "a", "v"), ("k", "i", "v")]
    run = play(of, reload, v=0).do("i", {"v": 2}).do("k").do("l", {"v": 4}).do("a", {"v": 1}).do("z", {"v": 5})
    assert conflicts(run) == [("a", "l", "v")]


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_what_neither_branch_knew_is_not_known_behind_their_join(kind: str, when: str, reload: bool) -> None:
    condition = " : true" if kind == "inclusive" else ""
    of = fork(user("a"), user("b"), gateway(kind, "ig"), user("i"), user("k"), gateway(kind, "ij"),
              script("b2", "v", "2"), flows=f"a > j; b > ig; ig > i{condition}; ig > k{condition};"
                                            "i > ij; k > ij; ij > b2 > j")
    run = play(of, reload, v=0)
    for name in {"before": "abik", "between": "biak", "after": "bika"}[when]:
        run.do(name, {"v": 1} if name == "a" else {})
    assert conflicts(run) == ([("a", "b2", "v")] if when == "after" else [("b2", "a", "v")])


def called(extensions: str = "") -> Bundle:
    main = fork(user("a"), element("callActivity", "b", f'<zeebe:calledElement processId="q" />{extensions}'),
                flows="a > j; b > j")
    return Bundle.from_texts({**main.files, "q.bpmn": process("q", start("t"), user("i"), end("f"),
                                                             flows="t > i > f")})


def test_a_called_process(reload: bool) -> None:
    run = play(called(), reload, v=0).do("a", {"v": 1}).do("i", {"w": 1})
    assert (run.data["v"], conflicts(run)) == (1, [])
    run = play(called(), reload, v=0).do("a", {"v": 1}).do("i", {"v": 2})
    assert (run.data["v"], conflicts(run)) == (2, [("b", "a", "v")])
    run = play(called(mapping({}, {"v": "v"})), reload, v=0).do("a", {"v": 1}).do("i")
    assert (run.data["v"], conflicts(run)) == (1, [])


# Repetition -----------------------------------------------------------------------------------------------------------

def test_instances_of_a_multi_instance_keep_to_themselves(reload: bool) -> None:
    run = play(fork(user("a"), user("b", each("[1, 2]", output="got", output_item="v")), flows="a > j; b > j"), reload,
               v=0)
    run.do("b", {"v": 1}).do("a", {"v": 5}).do("b", {"v": 2})
    assert (run.data["got"], run.data["v"], conflicts(run)) == ([1, 2], 5, [])


def test_the_output_of_a_multi_instance_goes_over_what_another_branch_wrote(reload: bool) -> None:
    run = play(fork(user("a"), user("b", each("[1, 2]", output="got", output_item="v")), flows="a > j; b > j"), reload)
    run.do("b", {"v": 1}).do("a", {"got": []}).do("b", {"v": 2})
    assert (run.data["got"], conflicts(run)) == ([1, 2], [("b", "a", "got")])


def test_two_steps_of_one_instance(reload: bool) -> None:
    inside = sub("b", start("is"), gateway("parallel", "ig"), user("i"), user("k"), end("ie"),
                 flows="is > ig > i > ie; ig > k > ie", repeat=each("[1]", output="got", output_item="v"))
    run = play(fork(user("a"), inside, flows="a > j; b > j"), reload, v=0)
    run.do("a", {"v": 9}).do("i", {"v": 1}).do("k", {"v": 2})
    assert (run.data["got"], run.data["v"], conflicts(run)) == ([2], 9, [("k", "i", "v")])


def test_a_looped_step_writes_outside(reload: bool) -> None:
    run = play(fork(user("a"), user("b", '<standardLoopCharacteristics loopMaximum="2" />'), flows="a > j; b > j"),
               reload, v=0)
    run.do("b", {"v": 1}).do("a", {"v": 2}).do("b", {"v": 3}).do("z", {"v": 4})
    assert conflicts(run) == [("a", "b", "v"), ("b", "a", "v")]


def test_one_path_after_the_other_never_collides_with_itself(reload: bool) -> None:
    run = play(bundle(
        BEGIN, gateway("exclusive", "again"), gateway("parallel", "g"), user("a"), user("b"), script("c", "v", "0"),
        gateway("parallel", "j"), script("d", "v", "1"), gateway("exclusive", "x", "x_again"), end("e"),
        flows="s > again > g > a > c > j; g > b > j; j > d > x; x > e : w = 3; x > again"), reload, v=0, w=0)
    for turn in range(1, 4):
        run.do("a", {"v": turn}).do("b", {"w": turn})
    assert (run.state, conflicts(run)) == ("completed", [])


# What is kept, and what is told ---------------------------------------------------------------------------------------

def test_marks_are_bounded_by_the_number_of_fields() -> None:
    of = bundle(BEGIN, gateway("parallel", "g"), user("long"), gateway("exclusive", "again"), user("a"), end("e"),
                flows="s > g > long > e; g > again > a > again")
    run = Play(of, {"v": 0})
    sizes = set()
    for turn in range(300):
        run.do("a", {"v": 100 + turn, "w": 100 + turn})
        sizes.add(len(json.dumps(run.run.snapshot()).replace(str(turn), "")) if turn > 250 else 0)
    run.do("long", {"v": 1})
    assert conflicts(run) == [("long", "a", "v")]
    assert max(sizes) < 1_200


def test_a_name_that_is_no_word_of_the_drawing_is_not_told(reload: bool) -> None:
    run = play(two_people(), reload, v={"city": {"王小明": 1}})
    run.do("a", {"v": {"city": {"王小明": 2}}}).do("b", {"v": {"city": {"王小明": 3}}})
    assert conflicts(run) == [("b", "a", "v.city")]
    run = play(two_people(), reload).do("a", {"王小明": 2}).do("b", {"王小明": 3})
    assert conflicts(run) == [("b", "a", "")]
