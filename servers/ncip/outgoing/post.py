"""DeleteItem, carried to a facility over HTTP: one message, one connection, one verdict.

The rule it keeps: whatever the other side does ends within its time, in a verdict, and with little read. No
redirect is followed, for what is told there is meant for the address that the settings name.
"""

from __future__ import annotations

import ssl
from typing import Final, Protocol

import aiohttp

from core.events import NoLongerStored
from protocols.ncip.codec import write_request
from protocols.ncip.messages import DeleteItem
from protocols.ncip.structures import ItemId
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.verdict import Outcome, Verdict, judged

HEADERS: Final = {
    "Content-Type": 'application/xml; charset="utf-8"',
    "Accept": "application/xml, text/xml",
    "Accept-Encoding": "identity",
    "User-Agent": "circdesk",
}
LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer; more is none."""


class Post(Protocol):
    """Carries messages to facilities."""

    async def deliver(self, facility: Facility, event: NoLongerStored) -> Verdict:
        """Tell the facility, and say what came of it. Raises nothing."""
        ...


class HttpPost:
    """A `Post` over HTTP and TLS. Each message has a connection of its own: they are few."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(
            connector=connector, headers=HEADERS, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self) -> None:
        """Carry nothing more."""
        await self._session.close()

    async def deliver(self, facility: Facility, event: NoLongerStored) -> Verdict:
        """Tell the facility, and say what came of it."""
        try:
            async with self._session.post(
                facility.url,
                data=message(facility, event),
                ssl=facility.tls,
                timeout=aiohttp.ClientTimeout(total=facility.timeout),
                allow_redirects=False,
            ) as answer:
                body = await _little(answer)
                if body is None:
                    return Verdict(Outcome.AGAIN, "too long an answer")
                return judged(answer.status, body, answer.charset)
        except TimeoutError:
            return Verdict(Outcome.AGAIN, f"no answer within {facility.timeout:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Verdict(Outcome.AGAIN, _on_the_way(error))


def message(facility: Facility, event: NoLongerStored) -> bytes:
    """The message as the facility understands it. Alma's own ids name no agency."""
    request = DeleteItem(item_id=ItemId(item_identifier_value=event.barcode))
    return write_request(request, facility.header, facility.dialect)


async def _little(answer: aiohttp.ClientResponse) -> bytes | None:
    """The body, unless it is too long."""
    body = b""
    async for data in answer.content.iter_any():
        body += data
        if len(body) > LONGEST_ANSWER:
            return None
    return body


def _on_the_way(error: Exception) -> str:
    """What went wrong, in words that hold nothing of what was sent or has come."""
    match error:
        case aiohttp.ClientConnectorCertificateError(
            certificate_error=ssl.SSLCertVerificationError(verify_message=str(reason))
        ):
            return f"its certificate is refused ({reason})"
        case OSError(strerror=str(reason)) if reason:
            return f"the connection failed ({reason})"
        case _:
            return f"the connection failed ({type(error).__name__})"
