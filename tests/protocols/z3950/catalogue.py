"""A target with a few made-up records, which answers whatever an association hands out, for peers to ask."""

from collections.abc import Iterable

from protocols.z3950 import externals, oids, pqf, retrieval
from protocols.z3950.answers import Response, refused
from protocols.z3950.apdus import (
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteSetStatus,
    ListEntries,
    ListStatus,
    NamePlusRecord,
    PresentRequest,
    PresentResponse,
    ScanRequest,
    ScanResponse,
    ScanStatus,
    SearchRequest,
    SearchResponse,
    SortRequest,
    SortResponse,
    SortStatus,
    TermInfo,
)
from protocols.z3950.association import (
    NEED_DATA,
    Asked,
    Association,
    Closing,
    Event,
    Operation,
    Reply,
    Triggered,
)
from protocols.z3950.charset import UNNEGOTIATED
from protocols.z3950.externals import CircRecord, HoldingsAndCircData, OpacRecord, Sutrs
from protocols.z3950.negotiation import Offer
from protocols.z3950.oids import Oid
from protocols.z3950.rpn import RpnQuery
from protocols.z3950.structures import DefaultDiagFormat, External, bib_1_diagnostic

OFFER = Offer(implementation_id="tests", implementation_name="circdesk tests", implementation_version="1")


def marc(number: int, size: int = 0) -> bytes:
    """A record in ISO 2709 whose only field is its title."""
    title = f"Book {number} épilogue {'x' * size}".encode()
    field = b"00\x1fa" + title + b"\x1e"
    base = 24 + 12 + 1
    directory = b"245%04d%05d\x1e" % (len(field), 0)
    leader = b"%05dnam a22%05d a 4500" % (base + len(field) + 1, base)
    return leader + directory + field + b"\x1d"


class Catalogue:
    """Records numbered from 1, in syntaxes MARC, SUTRS and OPAC; a search for a number finds so many."""

    def __init__(self, offer: Offer = OFFER, record_size: int = 0) -> None:
        self.association = Association(offer)
        self.record_size = record_size
        self.sets: dict[str, int] = {}
        self.events: list[Event] = []

    def talk(self, data: bytes) -> bytes:
        """What is written when this has been received."""
        self.association.receive_data(data)
        written = b""
        while (event := self.association.next_event()) is not NEED_DATA:
            self.events.append(event)
            written += self._answered(event)
        return written

    @property
    def over(self) -> bool:
        """Whether the socket is to be closed."""
        return bool(self.events) and isinstance(self.events[-1], Closing)

    def _answered(self, event: Event) -> bytes:
        match event:
            case Asked():
                return self.association.accept()
            case Operation(request=SearchRequest() as request):
                return self.association.send(self.search(request))
            case Operation(request=PresentRequest() as request):
                return self.association.send(self.present(request))
            case Operation(request=ScanRequest() as request):
                return self.association.send(scan(request))
            case Operation(request=DeleteResultSetRequest() as request):
                return self.association.send(self.delete(request))
            case Operation(request=SortRequest() as request):
                return self.association.send(SortResponse(sort_status=SortStatus.SUCCESS, result_count=3))
            case Operation(request=request):
                return self.association.send(refused(type(request), bib_1_diagnostic(100)))
            case Reply(data=data) | Closing(data=data):
                return data
            case Triggered():
                return b""

    def search(self, request: SearchRequest) -> Response:
        """A number finds so many records, any other term one; database `none` does not exist."""
        if request.database_names == ("none",):
            return refused(SearchRequest, bib_1_diagnostic(235, "none"))
        hits = 1
        if isinstance(request.query, RpnQuery):
            word = pqf.write(request.query).split()[-1]
            hits = int(word) if word.isdecimal() else 1
        self.sets[request.result_set_name] = hits
        at_once = retrieval.at_once(request, hits)
        packed = self.packed(range(1, at_once.number + 1), request.preferred_record_syntax or oids.USMARC)
        return SearchResponse(
            result_count=hits,
            number_of_records_returned=len(packed.records),
            next_result_set_position=retrieval.next_position(len(packed.records), hits),
            search_status=True,
            present_status=packed.status if packed.records else None,
            records=packed.records or None,
        )

    def present(self, request: PresentRequest) -> Response:
        """Records by their numbers."""
        hits = self.sets.get(request.result_set_id)
        found = retrieval.ranges(request, hits) if hits is not None else bib_1_diagnostic(30)
        if isinstance(found, DefaultDiagFormat):
            return refused(PresentRequest, found)
        wanted = retrieval.wanted(request.record_composition, request.preferred_record_syntax, "Default")
        syntax = retrieval.chosen_syntax(wanted, (oids.USMARC, oids.SUTRS, oids.OPAC), oids.USMARC)
        if syntax is None:
            return refused(PresentRequest, bib_1_diagnostic(239, str(wanted.syntaxes[0])))
        numbers = [each.starting_position + step for each in found for step in range(each.number_of_records)]
        packed = self.packed(numbers, syntax)
        last = numbers[len(packed.records) - 1] if packed.records else 0
        return PresentResponse(
            number_of_records_returned=len(packed.records),
            next_result_set_position=retrieval.next_position(last, hits or 0),
            present_status=packed.status,
            records=packed.records,
        )

    def packed(self, numbers: Iterable[int], syntax: Oid) -> retrieval.Packed:
        """These records, as far as they fit."""
        numbers = list(numbers)
        agreed = self.association.agreed
        assert agreed
        records = (self.record(number, syntax) for number in numbers)
        return retrieval.packed(
            records, len(numbers), agreed.preferred_message_size, agreed.exceptional_record_size
        )

    def record(self, number: int, syntax: Oid) -> NamePlusRecord:
        """One record."""
        charset = self.association.agreed.charset if self.association.agreed else UNNEGOTIATED
        bib = External(direct_reference=oids.USMARC, encoding=marc(number, self.record_size))
        if syntax == oids.SUTRS:
            return NamePlusRecord(name="Default", record=externals.sealed(Sutrs(f"Book {number}\n"), charset))
        if syntax == oids.OPAC:
            item = CircRecord(
                available_now=number % 2 == 0,
                availability_date="2031-05-06",
                item_id=f"3123{number}",
                renewable=False,
                on_hold=True,
            )
            holdings = HoldingsAndCircData(
                local_location="MAIN", call_number="QA 76", circulation_data=(item,)
            )
            opac = OpacRecord(bibliographic_record=bib, holdings_data=(holdings,))
            return NamePlusRecord(name="Default", record=externals.sealed(opac, charset))
        return NamePlusRecord(name="Default", record=bib)

    def delete(self, request: DeleteResultSetRequest) -> DeleteResultSetResponse:
        """Forget sets."""
        names = request.result_set_list or ()
        if request.delete_function == DeleteFunction.ALL:
            names = tuple(self.sets)
        statuses = tuple(
            ListStatus(
                name,
                DeleteSetStatus.SUCCESS if self.sets.pop(name, None) else DeleteSetStatus.DID_NOT_EXIST,
            )
            for name in names
        )
        return DeleteResultSetResponse(
            delete_operation_status=max((each.status for each in statuses), default=DeleteSetStatus.SUCCESS),
            delete_list_statuses=statuses,
        )


def scan(request: ScanRequest) -> ScanResponse:
    """As many terms as are asked for, at most three."""
    terms = (b"apple", b"pear", b"plum")[: request.number_of_terms_requested]
    return ScanResponse(
        step_size=0,
        scan_status=(
            ScanStatus.SUCCESS if len(terms) == request.number_of_terms_requested else ScanStatus.PARTIAL_5
        ),
        number_of_entries_returned=len(terms),
        position_of_term=1,
        entries=ListEntries(
            entries=tuple(
                TermInfo(term=term, global_occurrences=place) for place, term in enumerate(terms, 1)
            )
        ),
    )
