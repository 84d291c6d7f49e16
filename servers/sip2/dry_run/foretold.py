"""What a request would lead to, as it goes through the control socket."""

from __future__ import annotations

from msgspec import Struct

from core.explain import Check, FallsDue, TermsFound


class Foretold(Struct, frozen=True):
    """What would come of it. ``ok``: whether the answer would be yes. ``reason`` is the desk's for a refusal,
    ``why`` the same in words.

    ``remarks`` are what else is to be said of it. ``answer`` is the line that the terminal would get, empty
    for none; ``screen`` what people would read in it (AF).
    """

    terminal: str
    agency: str
    request: str
    ok: bool
    answer: str
    checks: tuple[Check, ...] = ()
    reason: str = ""
    why: str = ""
    terms: TermsFound | None = None
    due: FallsDue | None = None
    happens: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
