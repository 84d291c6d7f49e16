"""Which APDU answers which, and how each service says that it did not do what was asked.

The rule it keeps: every request has an answer of its own service (Z39.50-1995, 3.2); none is left with
silence, or with the end of the association, for something that a diagnostic can say.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from protocols.z3950.apdus import (
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteSetStatus,
    DuplicateDetectionRequest,
    DuplicateDetectionResponse,
    DuplicateDetectionStatus,
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    InitializeRequest,
    InitializeResponse,
    ListEntries,
    OperationStatus,
    Option,
    PresentRequest,
    PresentResponse,
    PresentStatus,
    ResourceReportRequest,
    ResourceReportResponse,
    ResourceReportStatus,
    ResultSetStatus,
    ScanRequest,
    ScanResponse,
    ScanStatus,
    SearchRequest,
    SearchResponse,
    SortedSetStatus,
    SortRequest,
    SortResponse,
    SortStatus,
)
from protocols.z3950.diagnostics import described
from protocols.z3950.structures import DefaultDiagFormat, bib_1_diagnostic

Request = (
    SearchRequest
    | PresentRequest
    | DeleteResultSetRequest
    | ResourceReportRequest
    | ScanRequest
    | SortRequest
    | ExtendedServicesRequest
    | DuplicateDetectionRequest
)
"""What an origin may ask in an association, to be answered in its turn."""

Response = (
    SearchResponse
    | PresentResponse
    | DeleteResultSetResponse
    | ResourceReportResponse
    | ScanResponse
    | SortResponse
    | ExtendedServicesResponse
    | DuplicateDetectionResponse
)

RESPONSES: Final[Mapping[type[msgspec.Struct], type[msgspec.Struct]]] = MappingProxyType(
    {
        InitializeRequest: InitializeResponse,
        SearchRequest: SearchResponse,
        PresentRequest: PresentResponse,
        DeleteResultSetRequest: DeleteResultSetResponse,
        ResourceReportRequest: ResourceReportResponse,
        ScanRequest: ScanResponse,
        SortRequest: SortResponse,
        ExtendedServicesRequest: ExtendedServicesResponse,
        DuplicateDetectionRequest: DuplicateDetectionResponse,
    }
)
"""Request → what answers it."""

OPTIONS: Final[Mapping[type[msgspec.Struct], Option]] = MappingProxyType(
    {
        SearchRequest: Option.SEARCH,
        PresentRequest: Option.PRESENT,
        DeleteResultSetRequest: Option.DELETE_SET,
        ResourceReportRequest: Option.RESOURCE_REPORT,
        ScanRequest: Option.SCAN,
        SortRequest: Option.SORT,
        ExtendedServicesRequest: Option.EXTENDED_SERVICES,
        DuplicateDetectionRequest: Option.DUPLICATE_DETECTION,
    }
)
"""Request → the option that a target offers who can do it."""

_SERVICE_NOT_SUPPORTED, _TASK_NOT_SUPPORTED = 1025, 221


def not_offered(kind: type[Request]) -> DefaultDiagFormat:
    """What is said of a service that the target does not have."""
    return bib_1_diagnostic(
        _TASK_NOT_SUPPORTED if kind is ExtendedServicesRequest else _SERVICE_NOT_SUPPORTED
    )


def _delete_refused(diagnostic: DefaultDiagFormat) -> DeleteResultSetResponse:
    return DeleteResultSetResponse(
        delete_operation_status=DeleteSetStatus.SYSTEM_PROBLEM_AT_TARGET,
        delete_message=described(diagnostic.condition, diagnostic.text),
    )


_REFUSALS: Final[Mapping[type[msgspec.Struct], Callable[[DefaultDiagFormat], Any]]] = {
    SearchRequest: lambda diagnostic: SearchResponse(
        result_count=0,
        number_of_records_returned=0,
        next_result_set_position=0,
        search_status=False,
        result_set_status=ResultSetStatus.NONE,
        records=diagnostic,
    ),
    PresentRequest: lambda diagnostic: PresentResponse(
        number_of_records_returned=0,
        next_result_set_position=0,
        present_status=PresentStatus.FAILURE,
        records=diagnostic,
    ),
    DeleteResultSetRequest: _delete_refused,
    ResourceReportRequest: lambda diagnostic: ResourceReportResponse(
        resource_report_status=ResourceReportStatus.FAILURE_1
    ),
    ScanRequest: lambda diagnostic: ScanResponse(
        scan_status=ScanStatus.FAILURE,
        number_of_entries_returned=0,
        entries=ListEntries(nonsurrogate_diagnostics=(diagnostic,)),
    ),
    SortRequest: lambda diagnostic: SortResponse(
        sort_status=SortStatus.FAILURE,
        result_set_status=SortedSetStatus.UNCHANGED,
        diagnostics=(diagnostic,),
    ),
    ExtendedServicesRequest: lambda diagnostic: ExtendedServicesResponse(
        operation_status=OperationStatus.FAILURE, diagnostics=(diagnostic,)
    ),
    DuplicateDetectionRequest: lambda diagnostic: DuplicateDetectionResponse(
        status=DuplicateDetectionStatus.FAILURE, diagnostics=(diagnostic,)
    ),
}


def refused(kind: type[Request], diagnostic: DefaultDiagFormat) -> Response:
    """The answer to a request of this kind that is not done; the association adds the reference id.

    A deletion has no place for a diagnostic, and says it in words; a resource report not even that.
    """
    answer: Response = _REFUSALS[kind](diagnostic)
    return answer
