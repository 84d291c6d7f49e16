"""Failed logins, counted by the address that they come from, over all its connections.

The rule it keeps: who guesses runs dry, and nobody else does. Behind one address may stand the machines of a
whole branch, and one of them with a wrong password must not keep the others out: once there were too many
failures, only users that have not failed from there are looked at any further.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable


class LoginFailures:
    """The failures of the last ``window`` seconds. ``most`` from one source are enough."""

    def __init__(self, most: int, window: float, monotonic: Callable[[], float]) -> None:
        self.most = most
        self.window = window
        self._monotonic = monotonic
        self._of_source: OrderedDict[str, deque[tuple[float, str | None]]] = OrderedDict()

    def too_many(self, source: str) -> bool:
        """Whether the source has used up its failures."""
        return len(self._recent(source)) >= self.most

    def may_try(self, source: str, user: str | None) -> bool:
        """Whether a password is worth checking; ``user`` is None for one that we do not know."""
        recent = self._recent(source)
        return len(recent) < self.most or (user is not None and all(user != failed for _, failed in recent))

    def failed(self, source: str, user: str | None) -> bool:
        """Count a failure; whether it is the one with which they become too many."""
        recent = self._recent(source)
        recent.append((self._monotonic(), user))
        self._of_source[source] = recent
        self._of_source.move_to_end(source)
        self._forget()
        return len(recent) == self.most

    def _recent(self, source: str) -> deque[tuple[float, str | None]]:
        failures = self._of_source.get(source) or deque()
        from_here = self._monotonic() - self.window
        while failures and failures[0][0] <= from_here:
            failures.popleft()
        return failures

    def _forget(self) -> None:
        """Let go of sources whose last failure is too long ago."""
        from_here = self._monotonic() - self.window
        while not (oldest := next(iter(self._of_source.values()))) or oldest[-1][0] <= from_here:
            self._of_source.popitem(last=False)
