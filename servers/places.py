"""Where things lie: the state directory of the demonstration, and the names of the files in a state
directory.
"""

from __future__ import annotations

import os
from pathlib import Path

FACTS = "facts.json"
"""What a tool needs to know to talk to a running demonstration."""


def demo_state() -> Path:
    """The demonstration's own state directory, apart from anybody's real one (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "circdesk" / "demo"
