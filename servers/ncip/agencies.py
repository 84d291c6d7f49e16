"""Which partner sent a message: found by the agency and the profile that its header names, then put to the
test.

The rule it keeps: a name lets nobody in. Secret, certificate and address must be right where a partner has
them, and what was wrong of these is not told. Who guesses secrets runs dry, as at SIP2's logins.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from core.actor import Actor
from core.desk import CirculationDesk
from core.ports import Credentials
from protocols.ncip.messages import Initiation
from protocols.ncip.problems import ProblemType
from protocols.ncip.structures import InitiationHeader, Party, Problem
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.configuration.settings import NcipAgency, RemoteStorage, fingerprint
from servers.lines.addresses import holds, networks, source
from servers.lines.logins import LoginFailures
from servers.lines.tls import PeerIdentity
from servers.log import get_logger
from servers.ncip.partner import Partner

log = get_logger(__name__)

Proving = Coroutine[Any, Any, Partner | Problem]
"""How it is found out who asks."""

Asking = tuple[type[Initiation], InitiationHeader, PeerIdentity | None, str]
"""What is asked for, the header, what the certificate says, and the address."""

MOST_MET = 1024
"""As many are remembered of those that could be let in."""

NO_HEADER = InitiationHeader()
FAILING = "if the partner there has no wrong secret, somebody is guessing"


class Agencies:
    """The partners of the configuration, and the stores that some of them speak for."""

    def __init__(
        self,
        agencies: Iterable[NcipAgency],
        storages: Iterable[RemoteStorage],
        desk: CirculationDesk,
        credentials: Credentials,
        failures: LoginFailures,
    ) -> None:
        self._agencies = tuple(agencies)
        self._storages = {storage.profile: storage for storage in storages}
        self._networks = {agency.code: networks(agency.addresses) for agency in self._agencies}
        self._by_name: dict[str, list[NcipAgency]] = {}
        for agency in self._agencies:
            for name in {agency.code, *agency.aliases}:
                self._by_name.setdefault(name, []).append(agency)
        self._desk = desk
        self._partners = {
            agency.code: Partner(agency, Actor(agency.code, self._own_desk(agency)), desk)
            for agency in self._agencies
        }
        self._ours = {agency.code: self._names_of_us(agency) for agency in self._agencies}
        self._met: dict[Asking, Partner] = {}
        self._credentials = credentials
        self._failures = failures

    def caller(
        self,
        service: type[Initiation],
        header: InitiationHeader | None,
        identity: PeerIdentity | None,
        peer: str,
    ) -> Partner | Problem | Proving:
        """Who asks for the service, or why they may not; or how that is found out, where a secret is to be
        hashed first.
        """
        header = NO_HEADER if header is None else header
        asked = (service, header, identity, peer)
        return self._met.get(asked) or self._meet(*asked)

    def _meet(
        self, service: type[Initiation], header: InitiationHeader, identity: PeerIdentity | None, peer: str
    ) -> Partner | Problem | Proving:
        """Who asks. A partner that has shown no secret is the same whenever it shows the same again."""
        profile = self._profile(header)
        agency = self._named(service, header, profile, identity)
        if isinstance(agency, Problem):
            return agency
        if not self._is_there(agency, identity, peer):
            return _unproven(service)
        if agency.secret:
            secret = _secret(header)
            if not self._failures.may_try(source(peer), agency.code):
                return _unproven(service)
            if not self._credentials.known(secret, str(agency.secret)):
                return self._proving(service, agency, header, profile, peer)
        partner = self._admitted(service, agency, header, profile)
        if isinstance(partner, Partner) and not agency.secret and not _secret(header):
            if len(self._met) == MOST_MET:
                self._met.clear()
            self._met[service, header, identity, peer] = partner
        return partner

    async def _proving(
        self,
        service: type[Initiation],
        agency: NcipAgency,
        header: InitiationHeader,
        profile: str,
        peer: str,
    ) -> Partner | Problem:
        """Who asks, once its secret is hashed."""
        if await self._credentials.verify(_secret(header), str(agency.secret)):
            return self._admitted(service, agency, header, profile)
        if self._failures.failed(source(peer), agency.code):
            log.error("ncip-secrets-failing", peer=peer, failures=self._failures.most, advice=FAILING)
        return _unproven(service)

    def _admitted(
        self, service: type[Initiation], agency: NcipAgency, header: InitiationHeader, profile: str
    ) -> Partner | Problem:
        """Whether a partner that is proven may ask us, and for this."""
        called = _party(header.to_agency_id)
        if called and self._ours[agency.code].isdisjoint((called.casefold(), _library(called).casefold())):
            return _problem(service, ProblemType.UNKNOWN_AGENCY, "ToAgencyId/AgencyId", called)
        system = _text(header.from_system_id)
        if agency.systems and system not in agency.systems:
            return _problem(service, ProblemType.UNKNOWN_SYSTEM, "FromSystemId", system)
        if agency.services and service.__name__ not in agency.services:
            return _problem(service, ProblemType.UNAUTHORIZED_SERVICE_FOR_AGENCY, _FROM, _agency(header))
        return self._at_desk(service, agency, header, profile)

    def _named(
        self,
        service: type[Initiation],
        header: InitiationHeader,
        profile: str,
        identity: PeerIdentity | None,
    ) -> NcipAgency | Problem:
        """The partner that the header means; without a header, the certificate's owner."""
        name = _agency(header)
        found: Sequence[NcipAgency]
        if name:
            found = self._by_name.get(name, ())
        elif profile:
            found = [one for one in self._agencies if profile in one.profiles]
        else:
            found = [one for one in self._agencies if one.certificate and _shows(one, identity)]
        if not found:
            kind = ProblemType.UNKNOWN_AGENCY if name else ProblemType.NEEDED_DATA_MISSING
            return _problem(service, kind, _FROM, name)
        fitting = [one for one in found if not one.profiles or profile in one.profiles]
        if not fitting:
            kind = ProblemType.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_AGENCY
            return _problem(service, kind, "ApplicationProfileType", profile)
        return fitting[0]

    def _profile(self, header: InitiationHeader) -> str:
        """The profile that is named. Clients of version 1 may put it in place of a secret."""
        profile, secret = _text(header.application_profile_type), header.from_agency_authentication
        if profile or not secret:
            return profile
        listed = {name: Secret(name) for one in self._agencies for name in one.profiles if not one.secret}
        return next((name for name, text in listed.items() if text == secret), "")

    def _is_there(self, agency: NcipAgency, identity: PeerIdentity | None, peer: str) -> bool:
        """Whether it speaks from where the partner does, with its certificate."""
        listed = self._networks[agency.code]
        if listed and not holds(listed, peer):
            return False
        return not agency.certificate or _shows(agency, identity)

    def _names_of_us(self, agency: NcipAgency) -> frozenset[str]:
        """What the partner may call us, in any case: the institution, its agencies, names of its own."""
        policy = self._desk.policy.policy
        ours = (policy.institution, *(one.code for one in policy.agencies))
        return frozenset(name.casefold() for name in (*ours, *agency.our_names, *agency.pickups))

    def _at_desk(
        self, service: type[Initiation], agency: NcipAgency, header: InitiationHeader, profile: str
    ) -> Partner | Problem:
        """Where it acts: a store at one of its desks, which the header may name, others at their own."""
        storage = self._storages.get(profile) if profile in agency.profiles else None
        behalf = _party(header.on_behalf_of_agency)
        if storage is None:
            here = _library(behalf)
            if not here or not self._desk.policy.is_agency(here):
                return self._partners[agency.code]
            return Partner(agency, Actor(agency.code, here), self._desk)
        if behalf and behalf not in storage.desks:
            kind = ProblemType.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_AGENCY
            return _problem(service, kind, "OnBehalfOfAgency/AgencyId", behalf)
        actor = Actor(agency.code, _library(behalf or storage.desks[0]), storage.locations)
        return Partner(agency, actor, self._desk, storage)

    def _own_desk(self, agency: NcipAgency) -> str:
        """The agency where it acts if it does not say: that of its desk, the first one."""
        policy, here = self._desk.policy, _library(agency.desk)
        if here and policy.is_agency(here):
            return here
        return next((one.code for one in policy.policy.agencies), "")


_FROM = "FromAgencyId/AgencyId"


def _shows(agency: NcipAgency, identity: PeerIdentity | None) -> bool:
    """Whether the client certificate is the partner's."""
    if identity is None:
        return False
    if digits := fingerprint(agency.certificate):
        return identity.fingerprint == digits
    names = (identity.common_name, *identity.dns_names)
    return agency.certificate.casefold() in [name.casefold() for name in names if name]


def _secret(header: InitiationHeader) -> str:
    """What is shown as the secret."""
    shown = header.from_agency_authentication or header.from_system_authentication
    return shown.reveal() if shown else ""


def _unproven(service: type[Initiation]) -> Problem:
    return _problem(service, ProblemType.AGENCY_AUTHENTICATION_FAILED, "FromAgencyAuthentication")


def _problem(service: type[Initiation], kind: ProblemType, element: str, value: str = "") -> Problem:
    return Problem(
        problem_type=SchemeValuePair(kind),
        problem_detail=kind.value,
        problem_element=f"//{service.__name__}/InitiationHeader/{element}",
        problem_value=value or None,
    )


def _agency(header: InitiationHeader) -> str:
    return _party(header.from_agency_id)


def _party(party: Party | None) -> str:
    return "" if party is None else _text(party.agency_id)


def _text(pair: SchemeValuePair | None) -> str:
    return "" if pair is None else pair.value.strip()


def _library(desk: str) -> str:
    """The agency of ``AGENCY.DESK``."""
    return desk.partition(".")[0]
