"""What a terminal may ask for: what its profile promises, what is done, and what its dialect does not know.

The rule it keeps: 98 promises exactly what is done, unless the profile says that its permissions only inform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from servers.configuration.settings import REQUESTS, Dialect, Profile

LINK: Final = frozenset(("93", "97", "99"))
"""The requests about the link itself, which no profile takes away."""

NOT_ALMAS: Final = frozenset(("01", "15", "19", "25"))
"""What Alma does not know, and hence leaves without an answer."""

ALWAYS_ANSWERED: Final = frozenset(("01",))
"""What has an answer that is no refusal, even where it changes nothing: the patron as they stand (24)."""

_PERMISSION: Final[Mapping[str, Callable[[Profile], bool]]] = {
    "11": lambda profile: profile.checkout,
    "09": lambda profile: profile.checkin,
    "29": lambda profile: profile.checkout and profile.renewal_policy,
    "65": lambda profile: profile.checkout and profile.renewal_policy,
    "37": lambda profile: profile.fees,
    "15": lambda profile: profile.holds,
    "01": lambda profile: profile.block_patrons,
    "25": lambda profile: profile.block_patrons,
    "19": lambda profile: profile.block_patrons,
}
"""The requests that a key of the profile switches; the others may be made by any terminal."""


class Abilities(Struct, frozen=True, gc=False):
    """By the codes of requests: what 98 promises, what is done when asked for, and what gets no answer."""

    promised: frozenset[str]
    done: frozenset[str]
    unheard: frozenset[str]


def abilities(profile: Profile) -> Abilities:
    """What a terminal of this profile may ask for. The list of its messages holds in any case."""
    unheard = NOT_ALMAS if profile.dialect is Dialect.ALMA else frozenset[str]()
    known = (frozenset(profile.messages or REQUESTS) | LINK) - unheard
    promised = frozenset([code for code in known if code not in _PERMISSION or _PERMISSION[code](profile)])
    done = promised | (ALWAYS_ANSWERED & known) if profile.enforce else known
    return Abilities(promised, done, unheard)
