"""NCIP messages between bytes and struct: the four verbs that the rest of the house uses, for both sides.

received = read(body)                                       # or RemoteError, whose answer is at hand
body = write(answer, received.dialect, response_header(received.header))
"""

from typing import cast

import msgspec

from protocols.ncip.dialects import LATEST, Dialect, guessed_dialect
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import Initiation, Response
from protocols.ncip.parsing import parse
from protocols.ncip.reading import Read, read_tree
from protocols.ncip.repairs import Mode, Repaired
from protocols.ncip.structures import InitiationHeader, ResponseHeader
from protocols.ncip.writing import written
from protocols.xml.parsing import LIMITS, Limits


class Received(msgspec.Struct, frozen=True):
    """An initiation, with what came around it and what was forgiven."""

    message: Initiation
    header: InitiationHeader | None
    dialect: Dialect
    repairs: tuple[Repaired, ...]


class ReceivedResponse(msgspec.Struct, frozen=True):
    """A response, with what came around it and what was forgiven."""

    message: Response
    header: ResponseHeader | None
    dialect: Dialect
    repairs: tuple[Repaired, ...]


def read(
    data: bytes, charset: str | None = None, mode: Mode = Mode.LENIENT, limits: Limits = LIMITS
) -> Received:
    """The initiation in these bytes.

    `charset` is one declared beside them. Raises `RemoteError`, and no other.
    """
    found = _read(data, charset, mode, limits, Initiation)
    return Received(
        cast(Initiation, found.message),
        cast("InitiationHeader | None", found.header),
        found.dialect,
        found.repairs,
    )


def read_response(
    data: bytes, charset: str | None = None, mode: Mode = Mode.LENIENT, limits: Limits = LIMITS
) -> ReceivedResponse:
    """The response in these bytes, a `BareProblem` being one. Raises `RemoteError`, and no other."""
    found = _read(data, charset, mode, limits, Response)
    return ReceivedResponse(
        cast(Response, found.message),
        cast("ResponseHeader | None", found.header),
        found.dialect,
        found.repairs,
    )


def _read(
    data: bytes, charset: str | None, mode: Mode, limits: Limits, side: type[Initiation] | type[Response]
) -> Read:
    try:
        tree = parse(data, charset, mode, limits)
    except RemoteError as error:
        error.dialect = guessed_dialect(data)
        raise
    return read_tree(tree, mode, side)


def write(message: Response, dialect: Dialect, header: ResponseHeader | None = None) -> bytes:
    """The response in the dialect of its question; `LocalError` if the standard has no such response."""
    return written(message, header, dialect)


def write_request(
    message: Initiation, header: InitiationHeader | None = None, dialect: Dialect = LATEST
) -> bytes:
    """The initiation in a dialect that its responder knows; `LocalError` if that cannot say it."""
    return written(message, header, dialect)


def response_header(header: InitiationHeader | None) -> ResponseHeader | None:
    """The header of an answer.

    From and To swapped, no secrets; none if the question's had none, or half of one.
    """
    if header is None or header.from_agency_id is None or header.to_agency_id is None:
        return None
    if header.from_agency_id.agency_id is None or header.to_agency_id.agency_id is None:
        return None
    return ResponseHeader(
        from_system_id=header.to_system_id,
        from_agency_id=header.to_agency_id,
        to_system_id=header.from_system_id,
        to_agency_id=header.from_agency_id,
    )
