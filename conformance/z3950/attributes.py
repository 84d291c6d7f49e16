"""Bib-1 attributes: each is looked at, and one that is not served is refused with its number."""

from itertools import product

from conformance.case import Case, Level, tell
from conformance.wire.z3950 import Element
from conformance.z3950.apdus import NOBODYS, OR, TITLE, TITLED, both, rpn, search, term
from conformance.z3950.claims import SOME, about, count_of, is_but, is_refused, refused
from conformance.z3950.steps import FIND, case

_THEME = "attributes"
_CLAUSE = "Bib-1 diagnostics 113 to 123; Bath profile: every attribute is looked at"
_BATH = "Bath profile 2, functional area A"
_SERVED = "Bib-1; a target serves it or says that it does not"
_WRONG = {
    "use": ((1, 9999), (114,)),
    "relation": ((2, 99), (117,)),
    "position": ((3, 99), (119,)),
    "structure": ((4, 999), (118,)),
    "truncation": ((5, 99), (120,)),
    "completeness": ((6, 99), (122,)),
    "type": ((77, 1), (113,)),
}
_KINDS = ("", "-in-second", "-named")
_KEYWORD = ((2, 3), (3, 3), (4, 2), (5, 100), (6, 1))
_SERVED_OR_NOT = (
    ("truncation-right", (5, 1), (120, 123)),
    ("truncation-left", (5, 2), (120, 123)),
    ("first-in-field", (3, 1), (119, 123)),
    ("phrase", (4, 1), (118, 123)),
    ("whole-field", (6, 3), (122, 123)),
    ("less-than", (2, 1), (117, 123)),
    ("phonetic", (2, 100), (117, 123)),
)


def _term(wrong: tuple[int, int]) -> Element:
    """The usual operand, with one attribute that is wrong."""
    return term("{z_word}", wrong) if wrong[0] == 1 else term("{z_word}", (1, TITLE), wrong)


def _refused(what: str, kind: str) -> Case:
    wrong, numbers = _WRONG[what]
    shown = f"{wrong[0]}={wrong[1]}"
    operand = _term(wrong)
    match kind:
        case "-in-second":
            title, claims = f"{shown} is refused wherever it stands", (refused(*numbers),)
            operand = both(TITLED, operand, OR)
        case "-named":
            value = wrong[0] if what == "type" else wrong[1]
            title, claims = f"beside the refusal of {shown} stands {value}", (about(str(value)),)
        case _:
            title, claims = f"{shown} is diagnostic {numbers[0]}", (refused(*numbers),)
    level = Level.SHOULD if kind == "-named" else Level.MUST
    request = tell(search(operand), *claims)
    return case(_THEME, f"{what}{kind}", title, _CLAUSE, request, FIND, level=level, needs=("z_word",))


def _served(name: str, attribute: tuple[int, int], numbers: tuple[int, ...]) -> Case:
    """Return a case in which an attribute is served, or refused with its number."""
    kind, value = attribute
    shown = " or ".join(map(str, numbers))
    request = tell(
        search(term("{z_word}", (1, TITLE), attribute)),
        is_but(
            f"searchStatus TRUE, or diagnostic {shown}",
            lambda answer: count_of(answer) is not None or is_refused(answer, numbers),
        ),
    )
    return case(
        _THEME, name, f"{kind}={value} is served or is {shown}", _SERVED, request, FIND, needs=("z_word",)
    )


CASES: tuple[Case, ...] = (
    *(_refused(what, kind) for what, kind in product(_WRONG, _KINDS)),
    *(_served(*one) for one in _SERVED_OR_NOT),
    case(
        _THEME,
        "keyword",
        "a keyword search with all six attributes is served",
        f"{_BATH}, level 0",
        tell(search(term("{z_word}", (1, TITLE), *_KEYWORD)), SOME),
        needs=("z_word",),
    ),
    case(
        _THEME,
        "order",
        "attributes come in any order",
        "Z39.50-1995, 3.7.1: AttributeList",
        tell(search(term("{z_word}", *reversed(_KEYWORD), (1, TITLE))), SOME),
        level=Level.CLIENT,
        needs=("z_word",),
    ),
    case(
        _THEME,
        "twice",
        "two use attributes of one term are refused",
        _CLAUSE,
        tell(search(term("{z_word}", (1, TITLE), (1, 1003))), refused(123, 113, 114)),
        FIND,
        level=Level.SHOULD,
        needs=("z_word",),
    ),
    case(
        _THEME,
        "name-unknown",
        "a name of an access point that there is not is refused",
        _CLAUSE,
        tell(search(term("{z_word}", (1, "zz-no-such-point"))), refused(114, 246)),
        FIND,
        needs=("z_word",),
    ),
    case(
        _THEME,
        "set-named",
        "beside the refusal of a set of attributes stands its object identifier",
        _CLAUSE,
        tell(search(query=rpn(TITLED, NOBODYS)), about(NOBODYS)),
        level=Level.SHOULD,
        needs=("z_word",),
    ),
)
