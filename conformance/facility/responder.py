"""Where a facility is told what it need not keep; the rule: what is answered is written down.

It is a small NCIP responder: DeleteItem is done, every other service is an Unsupported Service, and what is
no message is an Invalid Message Syntax Error; all with status 200.
"""

from collections.abc import Callable
from hmac import compare_digest

from aiohttp import web

from conformance.facility.messages import answering_header, deleted, refused
from conformance.wire.ncip import Reply, read

_LARGEST = 65_536


def responder(delete: Callable[[str], bool], done: Callable[[], None], secret: str = "") -> web.Application:
    """Return a responder that hears at every path. ``delete`` takes note of an item and says whether it is
    known; ``done`` is called once that is answered. A ``secret`` must be shown, if there is one.
    """

    async def hear(request: web.Request) -> web.Response:
        answer = answered(await request.read(), delete, secret)
        done()
        return web.Response(body=answer, content_type="application/xml", charset="utf-8")

    application = web.Application(client_max_size=_LARGEST)
    application.router.add_post("/{path:.*}", hear)
    return application


def answered(body: bytes, delete: Callable[[str], bool], secret: str = "") -> bytes:
    """Return the answer to a message."""
    message = read(body)
    if message.content is None:
        return refused("", "", "Invalid Message Syntax Error")
    service, header = message.service, _header(message)
    shown = message.first("InitiationHeader/FromAgencyAuthentication") or ""
    path = f"//{service}/"
    if secret and not compare_digest(shown.encode(), secret.encode()):
        return refused(
            service,
            header,
            "Agency Authentication Failed",
            f"{path}InitiationHeader/FromAgencyAuthentication",
        )
    if service != "DeleteItem":
        return refused(service, header, "Unsupported Service")
    barcode = message.first("ItemId/ItemIdentifierValue")
    if not barcode:
        return refused(service, header, "Needed Data Missing", f"{path}ItemId")
    if not delete(barcode):
        return refused(service, header, "Unknown Item", f"{path}ItemId", barcode)
    return deleted(barcode, header)


def _header(message: Reply) -> str:
    """The header of the answer: from whom it was for, to whom it came from."""
    agencies = [message.first(f"InitiationHeader/{which}AgencyId/AgencyId") or "" for which in ("To", "From")]
    return answering_header(*agencies)
