"""The schemas that records can be had in, and the names by which clients ask for them.

Rule: whoever asks for one that there is not is told all that there are, since no client can guess (66).
"""

import msgspec

from protocols.sru.diagnostics import Diagnostic


class Schema(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A schema: its URI, its short name, and what else it is called in the field."""

    name: str
    identifier: str
    title: str = ""
    location: str = ""
    retrieve: bool = True
    sort: bool = False
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether a client that writes this means it."""
        return name == self.identifier or name == self.name or name in self.aliases


def find_schema(schemas: tuple[Schema, ...], asked: str | None) -> Schema | Diagnostic:
    """The schema asked for, the first one where none is; or diagnostic 66."""
    if asked is None:
        return schemas[0]
    for schema in schemas:
        if schema.is_called(asked) and schema.retrieve:
            return schema
    offered = ", ".join(schema.name for schema in schemas if schema.retrieve)
    return Diagnostic(66, f"{asked[:200]}; there are: {offered}")
