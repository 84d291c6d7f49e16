"""Claims hold of what they should and of nothing else."""

import pytest

from conformance.case import Claim, Scene
from conformance.sip2 import claims
from conformance.wire.sip2 import read

DATE = "20260101    120000"
NAMES = {"patron": "P1", "coin": "0.01", "pickup": "HERE", "week": "20260108    120000"}


def loan(start: str = "121NNY", rest: str = "AOX|AAP1|ABI1|AJT|AH|") -> bytes:
    return f"{start}{DATE}{rest}".encode()


def patron(counts: str = "0" * 24, status: str = " " * 14, rest: str = "AAP1|AEN|") -> bytes:
    return f"64{status}001{DATE}{counts}AOX|{rest}".encode()


def hold(rest: str) -> bytes:
    return f"161N{DATE}AOX|AAP1|{rest}".encode()


def renewed(count: str = "0000", others: str = "0000", rest: str = "") -> bytes:
    return f"661{count}{others}{DATE}AOX|{rest}".encode()


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (claims.code("12"), loan(), patron()),
        (claims.fixed("ok", "1"), loan(), loan("120NUN")),
        (claims.fixed("desensitize", "NU"), loan("120NUU"), loan("120NUY")),
        (claims.fixed("ok", "1"), loan(), patron()),
        (claims.fixed_text("language", "001"), patron(), loan()),
        (claims.fixed_other("ok", "0"), loan(), loan("120NUN")),
        (claims.flag(0, "Y"), patron(status="Y".ljust(14)), patron()),
        (claims.flag(13, " "), patron(), patron(status="Y".rjust(14))),
        (claims.field("AA", "{patron}"), loan(), loan(rest="AAP2|")),
        (claims.field("AH", ""), loan(), loan(rest="AAP1|")),
        (claims.never("BL", "Y"), patron(), patron(rest="BLN|BLY|")),
        (claims.there("AJ", "AH"), loan(), loan(rest="AJT|")),
        (claims.filled("AJ"), loan(), loan(rest="AJ |")),
        (claims.blank("AE"), patron(rest="AE|"), patron()),
        (claims.blank("AE"), patron(rest="AA|"), patron(rest="AE|AEMallory|")),
        (claims.missing("CQ"), patron(), patron(rest="CQ|")),
        (claims.fits("BV", r"\d+\.\d\d", "digits"), patron(rest="BV1.00|"), patron(rest="BV1,00|")),
        (claims.fits("BV", r"\d+\.\d\d", "digits"), patron(), patron(rest="BV1.000|")),
        (claims.starts("BN", "I1"), renewed(rest="BNI1 wanted|"), renewed(rest="BNI2 not I1|")),
        (claims.told_as("BS", "{pickup}"), hold("BSHERE|"), hold("BSTHERE|")),
        (claims.told_as("BS", "{pickup}"), hold(""), hold("BS|")),
        (claims.on_day("BW", "week"), hold("BW20260108    235900|"), hold("BW20260109    235900|")),
        (claims.on_day("BW", "week"), hold("BW08.01.26|"), hold("BW8 days|")),
        (claims.on_day("BW", "week"), hold(""), hold("BW|")),
        (claims.told_renewed(1, 1), renewed("0001", "0001", "BMa|BNb|"), renewed("0001", "0001", "BMa|")),
        (claims.told_renewed(0, 0), renewed(), renewed("0001", "0000", "BMa|")),
        (
            claims.only_list("AU"),
            patron("000000000002" + "0" * 12, rest="AUa|AUb|"),
            patron("000000000002" + "0" * 12),
        ),
        (claims.only_list("AU"), patron(), patron(rest="ATa|")),
        (claims.only_list("AS"), patron(" " * 24), patron(rest="ASa|")),
        (claims.entries("AU", 1, 1), patron(rest="AUa|"), patron(rest="AUa|AUb|")),
        (claims.numbered(3), b"941AY3AZFDFA", b"941AY4AZFDF9"),
        (claims.is_bytes(b"96AZFEF6"), b"96AZFEF6", b"96"),
        (claims.LAYOUT, loan(), loan(rest="AOX|AAP1|ABI1|AJT|")),
        (claims.SEALED, b"941AY3AZFDFA", b"941AY3"),
        (claims.BARE, b"941", b"96AZFEF6"),
        (claims.SUM_ONLY, b"96AZFEF6", b"941AY3AZFDFA"),
        (claims.NO_CONTROLS, loan(), loan(rest="AF\x1b|")),
        (claims.NO_LISTS, patron(), patron(rest="CDx|")),
    ],
)
def test_a_claim_holds_of_the_right_answer_only(claim: Claim, right: bytes, wrong: bytes) -> None:
    assert claim.holds(read(right), Scene(NAMES))
    assert not claim.holds(read(wrong), Scene(NAMES))


@pytest.mark.parametrize(
    ("flags", "supported", "sixteen", "agrees"),
    [
        ("YYY", "YYYNYYYYYYYNNNYN", True, True),
        ("YYY", "YNYNYYYYYYYNNNYN", True, False),
        ("YNY", "YYNNYYYYYYYNNNYN", True, True),
        ("YYY", "YYY", False, True),
        ("YYY", "YYYNYYYYYYYNNNYNYY", False, True),
    ],
)
def test_bx_is_sixteen_flags_that_agree_with_the_others(
    flags: str, supported: str, sixteen: bool, agrees: bool
) -> None:
    answer = read(f"98{flags}YNN600003{DATE}2.00AOX|BX{supported}|".encode())
    assert claims.BX_SIXTEEN.holds(answer, Scene({})) is sixteen
    assert claims.BX_AGREES.holds(answer, Scene({})) is agrees


@pytest.mark.parametrize(
    ("before", "after", "more", "holds"),
    [
        ("00010000000000000001", "00010000000000000002", +1, True),
        ("00010000000000000001", "00020000000000000000", 0, True),
        ("00010000000000000001", "00010000000000000001", +1, False),
        (" " * 20, "00010000000000000001", +1, False),
    ],
)
def test_holds_are_counted_ready_or_not(before: str, after: str, more: int, holds: bool) -> None:
    scene = Scene(NAMES)
    scene.told["before"] = read(patron(before + before[-4:]))
    assert claims.holds_counted(more, since="before").holds(read(patron(after + after[-4:])), scene) is holds


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [("BR1|", "BR2|", True), ("BR1|", "BR1|", False), ("", "BR7|", True), ("BRone|", "BRtwo|", True)],
)
def test_a_place_in_a_queue_grows_where_it_is_told(first: str, second: str, holds: bool) -> None:
    scene = Scene(NAMES)
    scene.told["first"] = read(hold(first))
    assert claims.then("BR", +1, after="first").holds(read(hold(second)), scene) is holds


@pytest.mark.parametrize(
    ("flag", "ok", "holds"), [("Y", "1", True), ("Y", "0", False), ("N", "0", True), ("N", "1", False)]
)
def test_what_98_allows_must_be_done_and_what_it_does_not_must_not(flag: str, ok: str, holds: bool) -> None:
    scene = Scene(NAMES)
    scene.told["98"] = read(f"98YYYN{flag}N600003{DATE}2.00AOX|BX|".encode())
    claim = claims.as_allowed("status update ok", claims.fixed("ok", "1"), claims.fixed("ok", "0"))
    assert claim.holds(read(loan(f"12{ok}NUN")), scene) is holds


def test_what_98_does_not_allow_may_be_left_open() -> None:
    scene = Scene(NAMES)
    scene.told["98"] = read(f"98YYYNNN600003{DATE}2.00AOX|BX|".encode())
    assert claims.as_allowed("status update ok", claims.fixed("ok", "1")).holds(read(loan("120NUN")), scene)


@pytest.mark.parametrize(
    ("ok", "charged", "holds"), [("1", "1", True), ("1", "0", False), ("0", "0", True), ("0", "1", False)]
)
def test_one_story_is_told_of_what_was_done_or_not(ok: str, charged: str, holds: bool) -> None:
    scene = Scene(NAMES)
    scene.told |= {"before": read(patron()), "loan": read(loan(f"12{ok}NUN"))}
    after = read(patron("00000000000" + charged + "0" * 12))
    assert claims.counted_if("ok", "loan", "charged", +1, since="before").holds(after, scene) is holds


def test_looks_are_everything_but_the_date_and_what_is_left_out() -> None:
    scene = Scene(NAMES)
    scene.told["before"] = read(patron(rest="AAP1|AE|BLN|"))
    alike = claims.like("before", "AA")
    assert alike.holds(read(patron(rest="AAP2|AE|BLN|").replace(b"20260101", b"20260202")), scene)
    assert not alike.holds(read(patron(rest="AAP2|AE|BLY|")), scene)
    assert not alike.holds(read(patron(rest="AAP2|AE|BLN|AFno|")), scene)
    assert not alike.holds(read(patron(status="Y".ljust(14), rest="AAP2|AE|BLN|")), scene)
    assert not claims.like("before").holds(read(patron(rest="AAP2|AE|BLN|")), scene)


def test_what_may_be_left_out_must_be_the_same_if_it_is_told() -> None:
    scene = Scene(NAMES)
    scene.told["loan"] = read(loan())
    assert claims.same_if_told("loan", "AJ").holds(read(loan(rest="AOX|")), scene)
    assert not claims.same_if_told("loan", "AJ").holds(read(loan(rest="AJS|")), scene)
    assert claims.differs_from("loan", "AJ").holds(read(loan(rest="AJS|")), scene)
    assert not claims.differs_from("loan", "AJ").holds(read(loan()), scene)


def test_claims_that_compare_look_at_the_answer_of_that_name() -> None:
    scene = Scene(NAMES)
    scene.told["before"] = read(patron("0000" * 2 + "0001" + "0000" * 3, rest="AAP1|BV1.00|"))
    after = read(patron("0000" * 2 + "0002" + "0000" * 3, rest="AAP1|BV0.99|"))
    assert claims.counted("charged", +1, since="before").holds(after, scene)
    assert not claims.counted("charged", 0, since="before").holds(after, scene)
    assert not claims.counted("charged", 0, since="before").holds(read(patron(" " * 24)), scene)
    assert claims.owed("coin", since="before").holds(after, scene)
    assert not claims.owed("coin", since="before").holds(scene.told["before"], scene)
    assert claims.same_as("before", "AA", "language").holds(after, scene)
    assert not claims.same_as("before", "BV").holds(after, scene)
    assert claims.same_bytes_as("before").holds(scene.told["before"], scene)
    assert not claims.same_bytes_as("before").holds(after, scene)


@pytest.mark.parametrize(
    ("told", "coin", "too_much"),
    [
        ("BV12.50|", "0.01", "13.50"),
        ("BV1250|", "1", "1251"),
        ("BV1.500|", "0.001", "2.500"),
        ("BV0.00|", None, "1.00"),
        ("BV-3.00|", None, "-2.00"),
        ("BVNaN|", None, None),
        ("BVplenty|", None, None),
        ("", None, None),
    ],
)
def test_what_is_paid_is_reckoned_from_what_is_owed(
    told: str, coin: str | None, too_much: str | None
) -> None:
    answer = read(patron(rest="AAP1|" + told))
    assert claims.coin(answer) == coin
    assert claims.too_much(answer) == too_much


@pytest.mark.parametrize(("told", "other"), [("BHEUR|", "XTS"), ("BHXTS|", "XXX"), ("BH|", None), ("", None)])
def test_another_currency_is_another(told: str, other: str | None) -> None:
    assert claims.other_currency(read(patron(rest=told))) == other
