"""LookupVersion: which versions are spoken here. Everybody may ask."""

from __future__ import annotations

from protocols.ncip import messages as m
from protocols.ncip.dialects import URIS


def versions(request: m.LookupVersion) -> m.LookupVersionResponse:
    """All of them, the latest first; the agencies as far as the question names them."""
    return m.LookupVersionResponse(
        from_agency_id=request.to_agency_id,
        to_agency_id=request.from_agency_id,
        version_supported=tuple(reversed(URIS.values())),
    )
