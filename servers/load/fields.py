"""The fields a mapping can fill, for each kind of table. The README's tables say the same, and a test
compares them.
"""

from __future__ import annotations

from msgspec import Struct


class Kind(Struct, frozen=True):
    """A kind of table: what its rows become, and which fields they must and may have."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them."""
        return self.required + self.optional


ITEMS = Kind(
    "items",
    ("barcode", "bib", "location"),
    (
        "policy",
        "call_number",
        "description",
        "status",
        "destination",
        "medium",
        "price",
        "note",
        "permanent_location",
    ),
)
PATRONS = Kind(
    "patrons",
    ("barcode", "family"),
    (
        "given",
        "group",
        "agency",
        "identifiers",
        "pin",
        "expires",
        "active",
        "blocked",
        "language",
        "email",
        "phone",
        "address",
        "born",
    ),
)
LOANS = Kind("loans", ("item", "patron", "out_at", "due"), ("renewals", "agency", "state"))
HOLDS = Kind(
    "holds",
    ("patron", "pickup", "placed_at"),
    (
        "level",
        "bib",
        "item",
        "volume",
        "captured_at",
        "shelved_at",
        "trapped",
        "ready_until",
        "expires",
        "suspended",
    ),
)
PORTFOLIOS = Kind(
    "portfolios",
    ("pid", "bib"),
    (
        "url",
        "collection",
        "collection_name",
        "interface",
        "coverage",
        "note",
        "agency",
        "available",
    ),
)
REPRESENTATIONS = Kind(
    "representations", ("pid", "bib"), ("url", "label", "note", "repository", "remote", "entity")
)
TABLES = {kind.name: kind for kind in (ITEMS, PATRONS, LOANS, HOLDS, PORTFOLIOS, REPRESENTATIONS)}
MARC = "marc"
SECRET = "pin"
"""The field whose column is never shown."""
