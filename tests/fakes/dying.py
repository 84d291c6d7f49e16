"""A way to open an index that costs every other process its life."""

from __future__ import annotations

import os
from collections.abc import Callable

from core.ports import SearchIndex


class OnlyHere:
    """Opens the index in the process where it was made; any other ends at once, as if it were killed."""

    def __init__(self, open_index: Callable[[], SearchIndex]) -> None:
        self._open_index = open_index
        self._home = os.getpid()

    def __call__(self) -> SearchIndex:
        """The index."""
        if os.getpid() != self._home:
            os._exit(1)
        return self._open_index()
