"""Who is let in: a target that does not let everybody in tells whom it knows from whom it does not."""

from conformance.case import Case, Level, tell
from conformance.wire.z3950 import Element
from conformance.z3950.apdus import (
    FOREIGN_IDENTIFICATION,
    NULL_IDENTIFICATION,
    init,
    opened_as,
    passed_as,
    search,
)
from conformance.z3950.claims import OPENED, closed, is_but, refused, succeeded
from conformance.z3950.steps import ALIVE, FIND, MAY_END, bare

_THEME = "who"
_WHO = "Z39.50-1995, 3.2.1.1: Init, idAuthentication"
_NOT_IN = "Z39.50-1995, 3.2.1.1: Init, result FALSE: there is no association"
_REASONS = range(10)
_REFUSED = is_but("result FALSE", lambda answer: not succeeded(answer))
_WRONG = opened_as("{z_user}/zz-wrong-word")
_SAYING = (1010, 1011, 1013, 1014)
_UNTOLD = opened_as("zz-no-such-user/zz-wrong-word")


def _case(name: str, title: str, identification: Element, *needs: str, level: Level = Level.MUST) -> Case:
    """Return a case in which somebody is let in."""
    steps = (tell(init(identification), OPENED, is_nobodys=True), FIND)
    return bare(_THEME, name, title, _WHO, *steps, level=level, needs=("z_word", *needs))


def _refused(name: str, title: str, *identification: Element, level: Level = Level.MUST) -> Case:
    """Return a case in which somebody is not let in, which is no other's harm."""
    steps = (tell(init(*identification), _REFUSED, is_nobodys=True), *ALIVE)
    needs = ("z_word", "z_user", "z_closed")
    return bare(_THEME, f"stranger-{name}", title, _WHO, *steps, level=level, needs=needs)


CASES: tuple[Case, ...] = (
    _case("open", "a user is let in who says so in one string", opened_as("{z_open}"), "z_open"),
    _case(
        "id-pass",
        "a user is let in who says so in parts",
        passed_as("{z_user}", "{z_password}"),
        "z_ungrouped",
        "z_password",
    ),
    _case(
        "id-pass-group",
        "a user is let in who says so in parts, a group among them",
        passed_as("{z_user}", "{z_password}", "{z_group}"),
        "z_group",
    ),
    _refused("silent", "who says nothing is not let in"),
    _refused("anonymous", "who is anonymous is not let in", NULL_IDENTIFICATION),
    _refused("open-empty", "an empty string lets nobody in", opened_as("")),
    _refused("open-user", "a name without a password lets nobody in", opened_as("{z_user}")),
    _refused("open-wrong", "a wrong password lets nobody in", _WRONG),
    _refused("id-pass-wrong", "nor does one in parts", passed_as("{z_user}", "zz-wrong-word")),
    _refused("id-pass-none", "nor does a name in parts without one", passed_as("{z_user}", None)),
    _refused("id-pass-group-wrong", "nor does a group for a name", passed_as("", "{z_password}", "{z_user}")),
    _refused("user-unknown", "a user that there is not is not let in", _UNTOLD),
    _refused("foreign", "who says it in a way that nobody knows is not let in", FOREIGN_IDENTIFICATION),
    bare(
        _THEME,
        "reason",
        "the refusal says why",
        "Bib-1 diagnostics 1010 to 1014",
        tell(init(_WRONG), _REFUSED, refused(*_SAYING), is_nobodys=True),
        level=Level.SHOULD,
        needs=("z_user", "z_closed"),
    ),
    bare(
        _THEME,
        "reference",
        "the reference id of a refused Init comes back",
        "Z39.50-1995, 3.4: the reference id comes back as it came",
        tell(init(_WRONG, reference=b"\x00who"), _REFUSED, is_nobodys=True),
        needs=("z_user", "z_closed"),
    ),
    bare(
        _THEME,
        "not-in",
        "behind a refused Init nothing is found",
        _NOT_IN,
        tell(init(_WRONG), _REFUSED, is_nobodys=True),
        tell(search(), closed(*_REASONS), awaits=MAY_END),
        *ALIVE,
        needs=("z_word", "z_user", "z_closed"),
    ),
)
