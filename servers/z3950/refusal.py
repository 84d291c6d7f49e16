"""A request that is not done: its diagnostic on the way from where it is found to where it is answered."""

from __future__ import annotations

from protocols.z3950.structures import DefaultDiagFormat, bib_1_diagnostic

LONGEST = 200
"""Characters of a stranger's text that come back in a diagnostic."""


class Refused(Exception):
    """Carries a diagnostic of Bib-1 to `servers.z3950.target`, and no further."""

    def __init__(self, condition: int, addinfo: object = "") -> None:
        self.diagnostic: DefaultDiagFormat = bib_1_diagnostic(condition, str(addinfo)[:LONGEST])
        super().__init__(f"diagnostic {condition}")
