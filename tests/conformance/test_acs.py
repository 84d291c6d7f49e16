"""A machine that keeps the rules passes whatever it is answered, and each broken rule is found out."""

from collections.abc import Callable

import pytest

from conformance.acs import ODDITIES, Examination
from conformance.wire.sip2 import REQUESTS, read, seal

DATE = "20260302    093000"
LINES = (
    f"23001{DATE}AOX|AA1|AC|AD4711|",
    f"11YN{DATE}{DATE}AOX|AA1|AB2|AC|AD4711|",
    f"17{DATE}AOX|AB2|",
    f"63001{DATE}  Y       AOX|AA1|AD4711|",
)
Habit = Callable[[bytes, bytes, bytes], bytes]
STATUS = b"9900802.00"


def kept(asked: bytes, answer: bytes, fresh: bytes) -> bytes:
    """What a machine sends next that keeps the rules of the SC."""
    if answer.startswith(b"96") or not answer:
        return asked
    told = read(answer)
    if not told.sum_is_right:
        return b"97AZFEF5"
    wanted = asked.startswith(b"97") or told.sequence is None or told.sequence.encode() == asked[-7:-6]
    return fresh if wanted else asked


def examined(habit: Habit, rounds: int = 60) -> Examination:
    """Let a machine talk to an examination until it is over, its login first."""
    examination = Examination(50)
    examination.connected()
    asked = seal(b"9300CNkiosk|COsecret|", 0)
    for turn in range(rounds):
        answer = b"".join(examination.line(asked)).rstrip(b"\r\n")
        if examination.is_over:
            break
        text = STATUS if answer.startswith(b"98N") else LINES[turn % len(LINES)].encode()
        asked = habit(asked, answer, seal(text, (turn + 1) % 10))
    return examination


def test_a_machine_that_keeps_the_rules_passes_everything() -> None:
    examination = examined(kept)
    assert examination.is_over
    assert [(judgement.oddity.id, judgement.passed) for judgement in examination.judgements] == [
        (oddity.id, True) for oddity in ODDITIES
    ]
    assert not examination.faults


@pytest.mark.parametrize(
    ("habit", "found"),
    [
        (lambda asked, answer, fresh: fresh, {"resend", "damaged", "silence", "wrong-digit"}),
        (
            lambda asked, answer, fresh: asked if answer.startswith(b"96") else fresh,
            {"damaged", "silence", "wrong-digit"},
        ),
        (
            lambda asked, answer, fresh: fresh if b"ZZ" not in answer else asked,
            {"unknown-fields", "resend", "damaged", "silence", "wrong-digit"},
        ),
        (
            lambda asked, answer, fresh: b"97AZFEF5" if len(answer) > 700 else kept(asked, answer, fresh),
            {"many-lines"},
        ),
        (
            lambda asked, answer, fresh: seal(asked[:-9], 7) if not answer else kept(asked, answer, fresh),
            {"silence"},
        ),
    ],
)
def test_a_broken_rule_is_found_by_the_oddity_made_for_it(habit: Habit, found: set[str]) -> None:
    examination = examined(habit)
    failed = {judgement.oddity.id for judgement in examination.judgements if not judgement.passed}
    assert failed == {f"machine.{name}" for name in found}


def test_a_machine_that_hangs_up_has_not_done_what_it_should() -> None:
    examination = Examination(50)
    examination.connected()
    examination.line(seal(LINES[0].encode(), 0))
    examination.closed()
    (judgement,) = examination.judgements
    assert (judgement.passed, judgement.came) == (False, "the connection was closed")
    examination.closed()
    assert len(examination.judgements) == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (seal(b"17AOX|AB2|" + b" " * 20, 1), "17: transaction date is 'AOX|AB2|          '"),
        (seal(f"17{DATE}AB2|".encode(), 1), "17: AO is missing"),
        (seal(f"17{DATE}AOX|AB2".encode(), 1), "17: the last field lacks its delimiter"),
        (f"17{DATE}AOX|AB2|AY1AZ0000".encode(), "17: AZ is '0000'"),
        (f"17{DATE}AOX|AB2|AY1".encode(), "17: AY and AZ do not come together"),
        (b"41" + DATE.encode(), "'41' is not the code of a request"),
    ],
)
def test_what_is_against_the_standard_in_a_request_is_counted(line: bytes, fault: str) -> None:
    examination = Examination(50, ())
    examination.line(line)
    assert examination.faults[fault] == 1


def test_a_line_feed_for_a_terminator_is_noted() -> None:
    examination = Examination(50, ())
    examination.line(STATUS, b"\n")
    assert list(examination.faults) == ["99: it ends with b'\\n', not with a carriage return"]


@pytest.mark.parametrize("code", sorted(REQUESTS))
def test_every_request_has_its_answer_and_that_is_without_fault(code: str) -> None:
    parts = {"hold mode": "+", "currency": "EUR", "protocol version": "2.00"}
    fixed = "".join(
        parts.get(part.name) or (DATE if part.length == len(DATE) else "0" * part.length)
        for part in REQUESTS[code].fixed
    )
    examination = Examination(50, ())
    (answer,) = examination.line(seal(f"{code}{fixed}AOX|AA1|AB2|".encode(), 3))
    assert read(answer.rstrip(b"\r")).faults() == ()


def test_nothing_odd_is_tried_on_a_machine_that_neither_counts_nor_sums() -> None:
    examination = Examination(50)
    examination.connected()
    for line in LINES * 3:
        (answer,) = examination.line(line.encode())
        assert read(answer.rstrip(b"\r")).checksum is None
    assert examination.judgements == []
    assert not examination.is_over
