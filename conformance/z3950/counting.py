"""Laws of counts: and, or and and-not of sets add up, however they are written."""

from conformance.case import ApduClaim, Case, Step, tell
from conformance.wire.z3950 import Element
from conformance.z3950.apdus import AND, AND_NOT, NOTHING, OR, TITLED, both, result_set, search, term
from conformance.z3950.claims import as_many_as, compared, count_of
from conformance.z3950.steps import case

_CLAUSE = "Z39.50-1995, 3.7.2: operands are sets of records, operators those of sets"
_OTHER = term("{z_other}")
_DEEP = 40


def _kept(operand: Element, name: str) -> Step:
    return tell(search(operand), keep={name: count_of})


def _law(name: str, title: str, operand: Element, claim: ApduClaim, *before: Step) -> Case:
    needs = ("z_word", "z_other", "z_steady") if before else ("z_word", "z_steady")
    return case("counts", name, title, _CLAUSE, _ONE, *before, tell(search(operand), claim), needs=needs)


def _chain(operator: Element) -> Element:
    """The same operand, so many times."""
    chain = TITLED
    for _ in range(_DEEP):
        chain = both(chain, TITLED, operator)
    return chain


_ONE = _kept(TITLED, "one")
_TWO = _kept(_OTHER, "two")
_BOTH = _kept(both(TITLED, _OTHER), "both")
_SET_A = tell(search(name="A"), keep={"one": count_of})

CASES: tuple[Case, ...] = (
    _law("and-itself", "a and a is a", both(TITLED, TITLED), as_many_as("one")),
    _law("or-itself", "a or a is a", both(TITLED, TITLED, OR), as_many_as("one")),
    _law(
        "not-itself",
        "a and not a is nothing",
        both(TITLED, TITLED, AND_NOT),
        compared("no hit", lambda _, it: it == 0),
    ),
    _law("or-nothing", "a or nothing is a", both(TITLED, NOTHING, OR), as_many_as("one")),
    _law(
        "and-nothing",
        "a and nothing is nothing",
        both(TITLED, NOTHING),
        compared("no hit", lambda _, it: it == 0),
    ),
    _law("not-nothing", "a and not nothing is a", both(TITLED, NOTHING, AND_NOT), as_many_as("one")),
    _law("turned", "a and b is b and a", both(_OTHER, TITLED), as_many_as("both"), _BOTH),
    _law(
        "sum",
        "a or b and a and b are a and b together",
        both(TITLED, _OTHER, OR),
        compared(
            "{one} + {two} - {both} hits",
            lambda scene, it: it == _sum(scene.names["one"], scene.names["two"]) - int(scene.names["both"]),
        ),
        _TWO,
        _BOTH,
    ),
    _law(
        "difference",
        "a and not b is a without a and b",
        both(TITLED, _OTHER, AND_NOT),
        compared(
            "{one} - {both} hits", lambda scene, it: it == int(scene.names["one"]) - int(scene.names["both"])
        ),
        _BOTH,
    ),
    _law("deep", f"{_DEEP} times a is a", _chain(AND), as_many_as("one")),
    case(
        "counts",
        "set",
        "a set is what it was found by",
        _CLAUSE,
        _SET_A,
        tell(search(result_set("A"), name="B"), as_many_as("one")),
        needs=("z_word", "z_named", "z_steady"),
    ),
    case(
        "counts",
        "set-and",
        "a set and what it was found by is the set",
        _CLAUSE,
        _SET_A,
        tell(search(both(result_set("A"), TITLED), name="B"), as_many_as("one")),
        needs=("z_word", "z_named", "z_steady"),
    ),
    case(
        "counts",
        "set-not",
        "a set without what it was found by is nothing",
        _CLAUSE,
        _SET_A,
        tell(
            search(both(result_set("A"), TITLED, AND_NOT), name="B"),
            compared("no hit", lambda _, it: it == 0),
        ),
        needs=("z_word", "z_named", "z_steady"),
    ),
)


def _sum(one: str, two: str) -> int:
    return int(one) + int(two)
