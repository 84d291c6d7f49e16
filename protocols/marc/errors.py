"""What is wrong with bytes that should be a MARC record."""

from __future__ import annotations


class NotMarc(ValueError):
    """Raised for what cannot be a MARC record, with the ``detail`` that shows it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
