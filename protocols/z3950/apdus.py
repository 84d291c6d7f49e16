"""The APDUs, one struct each: the table that reading, writing, printing and test strategies follow.

The rule it keeps: fields, order and tags are those of the standard's ASN.1 (Z39.50-1995, section 4.1, as
amended up to 2003). Text is text: which bytes it is on the wire, the association's character set says.
"""

from enum import Enum, IntEnum
from typing import Annotated, Final, get_args

import msgspec

from protocols.secret import Secret
from protocols.z3950.declarations import Alternative, Null, Tag, Universal
from protocols.z3950.oids import Oid
from protocols.z3950.rpn import Query
from protocols.z3950.structures import (
    EXTERNAL,
    AttributeList,
    AttributesPlusTerm,
    CompSpec,
    DatabaseName,
    DefaultDiagFormat,
    DiagRec,
    ElementSetName,
    ElementSetNames,
    External,
    IntUnit,
    OtherInformation,
    ReferenceId,
    ResultSetId,
    Specification,
    Term,
)

# Initialization


class Version(IntEnum):
    """Bits of protocolVersion. Versions 1 and 2 are the same."""

    VERSION_1 = 0
    VERSION_2 = 1
    VERSION_3 = 2


class Option(IntEnum):
    """Bits of options."""

    SEARCH = 0
    PRESENT = 1
    DELETE_SET = 2
    RESOURCE_REPORT = 3
    TRIGGER_RESOURCE_CONTROL = 4
    RESOURCE_CONTROL = 5
    ACCESS_CONTROL = 6
    SCAN = 7
    SORT = 8
    EXTENDED_SERVICES = 10
    LEVEL_1_SEGMENTATION = 11
    LEVEL_2_SEGMENTATION = 12
    CONCURRENT_OPERATIONS = 13
    NAMED_RESULT_SETS = 14
    ENCAPSULATION = 15
    RESULT_COUNT = 16
    NEGOTIATION_MODEL = 17
    DUPLICATE_DETECTION = 18
    QUERY_TYPE_104 = 19
    PQES_CORRECTION = 20
    STRING_SCHEMA = 21


class IdPass(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Who it is, in three parts."""

    group_id: Annotated[str, Tag(0)] | None = None
    user_id: Annotated[str, Tag(1)] | None = None
    password: Annotated[Secret, Tag(2)] | None = None


IdAuthentication = Annotated[Secret, Universal(26)] | IdPass | Null | Annotated[External, EXTERNAL]
"""A `Secret` is the open form, `user/password` as one string; `NULL` is anonymous."""


class InitializeRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The origin's first APDU: what it can do, and who it is."""

    reference_id: ReferenceId | None = None
    protocol_version: Annotated[frozenset[Version], Tag(3)]
    options: Annotated[frozenset[Option], Tag(4)]
    preferred_message_size: Annotated[int, Tag(5)]
    exceptional_record_size: Annotated[int, Tag(6)]
    id_authentication: Annotated[IdAuthentication, Tag(7)] | None = None
    implementation_id: Annotated[str, Tag(110)] | None = None
    implementation_name: Annotated[str, Tag(111)] | None = None
    implementation_version: Annotated[str, Tag(112)] | None = None
    user_information_field: Annotated[External, EXTERNAL, Tag(11, explicit=True)] | None = None
    other_info: OtherInformation | None = None


class InitializeResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is in force from now on; `result` says whether there is an association."""

    reference_id: ReferenceId | None = None
    protocol_version: Annotated[frozenset[Version], Tag(3)]
    options: Annotated[frozenset[Option], Tag(4)]
    preferred_message_size: Annotated[int, Tag(5)]
    exceptional_record_size: Annotated[int, Tag(6)]
    result: Annotated[bool, Tag(12)]
    implementation_id: Annotated[str, Tag(110)] | None = None
    implementation_name: Annotated[str, Tag(111)] | None = None
    implementation_version: Annotated[str, Tag(112)] | None = None
    user_information_field: Annotated[External, EXTERNAL, Tag(11, explicit=True)] | None = None
    other_info: OtherInformation | None = None


# Records


class SurrogateDiagnostic(Alternative, frozen=True, gc=False):
    """Why a record, or an entry of a scan, is not there."""

    diagnostic: DiagRec


FragmentSyntax = Annotated[External, EXTERNAL] | bytes


class StartingFragment(Alternative, frozen=True, gc=False):
    """The first part of a record that is in several segments."""

    fragment: FragmentSyntax


class IntermediateFragment(Alternative, frozen=True, gc=False):
    """A further part of such a record."""

    fragment: FragmentSyntax


class FinalFragment(Alternative, frozen=True, gc=False):
    """The last part of such a record."""

    fragment: FragmentSyntax


class NamePlusRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A record, or what stands in its place, and the database it is from."""

    name: Annotated[str, Tag(0)] | None = None
    record: Annotated[
        Annotated[External, EXTERNAL, Tag(1, explicit=True)]
        | Annotated[SurrogateDiagnostic, Tag(2)]
        | Annotated[StartingFragment, Tag(3)]
        | Annotated[IntermediateFragment, Tag(4)]
        | Annotated[FinalFragment, Tag(5)],
        Tag(1),
    ]


class MultipleDiagnostics(Alternative, frozen=True, gc=False):
    """Why there are no records, in several ways."""

    diagnostics: tuple[DiagRec, ...]


Records = (
    Annotated[tuple[NamePlusRecord, ...], Tag(28)]
    | Annotated[DefaultDiagFormat, Tag(130)]
    | Annotated[MultipleDiagnostics, Tag(205)]
)
"""Records, or one reason why there are none, or several."""


class PresentStatus(IntEnum):
    """How many of the records asked for are there, and why not all."""

    SUCCESS = 0
    PARTIAL_1 = 1
    """Access control kept some back."""
    PARTIAL_2 = 2
    """Not all of them fit into a message."""
    PARTIAL_3 = 3
    """Resource control ended it, at the origin's wish."""
    PARTIAL_4 = 4
    """Resource control ended it, at the target's wish."""
    FAILURE = 5


# Search


class ResultSetStatus(IntEnum):
    """What there is of the result set of a search that failed, or whose count is not exact."""

    SUBSET = 1
    INTERIM = 2
    NONE = 3
    ESTIMATE = 4


class SearchRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Look for something, and send some of it at once if it is little (3.2.2.1.4)."""

    reference_id: ReferenceId | None = None
    small_set_upper_bound: Annotated[int, Tag(13)]
    large_set_lower_bound: Annotated[int, Tag(14)]
    medium_set_present_number: Annotated[int, Tag(15)]
    replace_indicator: Annotated[bool, Tag(16)]
    result_set_name: Annotated[str, Tag(17)]
    database_names: Annotated[tuple[DatabaseName, ...], Tag(18)]
    small_set_element_set_names: Annotated[ElementSetNames, Tag(100)] | None = None
    medium_set_element_set_names: Annotated[ElementSetNames, Tag(101)] | None = None
    preferred_record_syntax: Annotated[Oid, Tag(104)] | None = None
    query: Annotated[Query, Tag(21)]
    additional_search_info: Annotated[OtherInformation, Tag(203)] | None = None
    other_info: OtherInformation | None = None


class SearchResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How much was found, and the records sent at once."""

    reference_id: ReferenceId | None = None
    result_count: Annotated[int, Tag(23)]
    number_of_records_returned: Annotated[int, Tag(24)]
    next_result_set_position: Annotated[int, Tag(25)]
    search_status: Annotated[bool, Tag(22)]
    result_set_status: Annotated[ResultSetStatus | int, Tag(26)] | None = None
    present_status: Annotated[PresentStatus | int, Tag(27)] | None = None
    records: Records | None = None
    additional_search_info: Annotated[OtherInformation, Tag(203)] | None = None
    other_info: OtherInformation | None = None


# Retrieval


class Range(msgspec.Struct, frozen=True, gc=False):
    """So many records from there."""

    starting_position: Annotated[int, Tag(1)]
    number_of_records: Annotated[int, Tag(2)]


class PresentRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Send records of a result set."""

    reference_id: ReferenceId | None = None
    result_set_id: ResultSetId
    result_set_start_point: Annotated[int, Tag(30)]
    number_of_records_requested: Annotated[int, Tag(29)]
    additional_ranges: Annotated[tuple[Range, ...], Tag(212)] | None = None
    record_composition: Annotated[ElementSetNames, Tag(19)] | Annotated[CompSpec, Tag(209)] | None = None
    preferred_record_syntax: Annotated[Oid, Tag(104)] | None = None
    max_segment_count: Annotated[int, Tag(204)] | None = None
    max_record_size: Annotated[int, Tag(206)] | None = None
    max_segment_size: Annotated[int, Tag(207)] | None = None
    other_info: OtherInformation | None = None


class PresentResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The records, or the last of them if there were segments before."""

    reference_id: ReferenceId | None = None
    number_of_records_returned: Annotated[int, Tag(24)]
    next_result_set_position: Annotated[int, Tag(25)]
    present_status: Annotated[PresentStatus | int, Tag(27)]
    records: Records | None = None
    other_info: OtherInformation | None = None


class Segment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Some of the records, before the response."""

    reference_id: ReferenceId | None = None
    number_of_records_returned: Annotated[int, Tag(24)]
    segment_records: Annotated[tuple[NamePlusRecord, ...], Tag(0)]
    other_info: OtherInformation | None = None


# Deletion of result sets


class DeleteFunction(IntEnum):
    """Which result sets to delete."""

    LIST = 0
    ALL = 1


class DeleteSetStatus(IntEnum):
    """What became of a result set that was to be deleted."""

    SUCCESS = 0
    DID_NOT_EXIST = 1
    PREVIOUSLY_DELETED_BY_TARGET = 2
    SYSTEM_PROBLEM_AT_TARGET = 3
    ACCESS_NOT_ALLOWED = 4
    RESOURCE_CONTROL_AT_ORIGIN = 5
    RESOURCE_CONTROL_AT_TARGET = 6
    BULK_DELETE_NOT_SUPPORTED = 7
    NOT_ALL_DELETED_ON_BULK_DELETE = 8
    NOT_ALL_REQUESTED_DELETED = 9
    IN_USE = 10


class DeleteResultSetRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Forget result sets."""

    reference_id: ReferenceId | None = None
    delete_function: Annotated[DeleteFunction | int, Tag(32)]
    result_set_list: tuple[ResultSetId, ...] | None = None
    other_info: OtherInformation | None = None


class ListStatus(msgspec.Struct, frozen=True, gc=False):
    """What became of one result set."""

    id: ResultSetId
    status: Annotated[DeleteSetStatus | int, Tag(33)]


class DeleteResultSetResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of the result sets."""

    reference_id: ReferenceId | None = None
    delete_operation_status: Annotated[DeleteSetStatus | int, Tag(0)]
    delete_list_statuses: Annotated[tuple[ListStatus, ...], Tag(1)] | None = None
    number_not_deleted: Annotated[int, Tag(34)] | None = None
    bulk_statuses: Annotated[tuple[ListStatus, ...], Tag(35)] | None = None
    delete_message: Annotated[str, Tag(36)] | None = None
    other_info: OtherInformation | None = None


# Access and resource control


class AccessControlRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Prove who you are."""

    reference_id: ReferenceId | None = None
    security_challenge: Annotated[bytes, Tag(37)] | Annotated[External, EXTERNAL, Tag(0, explicit=True)]
    other_info: OtherInformation | None = None


class AccessControlResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The proof; without one, the reason why there is none."""

    reference_id: ReferenceId | None = None
    security_challenge_response: (
        Annotated[bytes, Tag(38)] | Annotated[External, EXTERNAL, Tag(0, explicit=True)] | None
    ) = None
    diagnostic: Annotated[DiagRec, Tag(223)] | None = None
    other_info: OtherInformation | None = None


class PartialResults(IntEnum):
    """What there is already of a result set."""

    SUBSET = 1
    INTERIM = 2
    NONE = 3


class ResourceControlRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An operation costs a lot: shall it go on?"""

    reference_id: ReferenceId | None = None
    suspended_flag: Annotated[bool, Tag(39)] | None = None
    resource_report: Annotated[External, EXTERNAL, Tag(40, explicit=True)] | None = None
    partial_results_available: Annotated[PartialResults | int, Tag(41)] | None = None
    response_required: Annotated[bool, Tag(42)]
    triggered_request_flag: Annotated[bool, Tag(43)] | None = None
    other_info: OtherInformation | None = None


class ResourceControlResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Whether it shall go on."""

    reference_id: ReferenceId | None = None
    continue_flag: Annotated[bool, Tag(44)]
    result_set_wanted: Annotated[bool, Tag(45)] | None = None
    other_info: OtherInformation | None = None


class RequestedAction(IntEnum):
    """What the target shall do about an operation that is under way."""

    RESOURCE_REPORT = 1
    RESOURCE_CONTROL = 2
    CANCEL = 3


class TriggerResourceControlRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Report on an operation that is under way, or end it. It has no answer of its own (3.2.6.3)."""

    reference_id: ReferenceId | None = None
    requested_action: Annotated[RequestedAction | int, Tag(46)]
    pref_resource_report_format: Annotated[Oid, Tag(47)] | None = None
    result_set_wanted: Annotated[bool, Tag(48)] | None = None
    other_info: OtherInformation | None = None


class ResourceReportRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Say what an operation, or the association, has cost."""

    reference_id: ReferenceId | None = None
    op_id: Annotated[bytes, Tag(210)] | None = None
    pref_resource_report_format: Annotated[Oid, Tag(49)] | None = None
    other_info: OtherInformation | None = None


class ResourceReportStatus(IntEnum):
    """Whether there is a report."""

    SUCCESS = 0
    PARTIAL = 1
    FAILURE_1 = 2
    FAILURE_2 = 3
    FAILURE_3 = 4
    FAILURE_4 = 5
    FAILURE_5 = 6
    FAILURE_6 = 7


class ResourceReportResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What it has cost."""

    reference_id: ReferenceId | None = None
    resource_report_status: Annotated[ResourceReportStatus | int, Tag(50)]
    resource_report: Annotated[External, EXTERNAL, Tag(51, explicit=True)] | None = None
    other_info: OtherInformation | None = None


# Scan


class ScanRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Show the terms around a term."""

    reference_id: ReferenceId | None = None
    database_names: Annotated[tuple[DatabaseName, ...], Tag(3)]
    attribute_set: Oid | None = None
    term_list_and_start_point: Annotated[AttributesPlusTerm, Tag(102)]
    step_size: Annotated[int, Tag(5)] | None = None
    number_of_terms_requested: Annotated[int, Tag(6)]
    preferred_position_in_response: Annotated[int, Tag(7)] | None = None
    other_info: OtherInformation | None = None


class ScanStatus(IntEnum):
    """How many of the terms asked for are there, and why not all."""

    SUCCESS = 0
    PARTIAL_1 = 1
    """The access control challenge was not met."""
    PARTIAL_2 = 2
    """They did not fit into a message."""
    PARTIAL_3 = 3
    """Resource control ended it, at the origin's wish."""
    PARTIAL_4 = 4
    """Resource control ended it, at the target's wish."""
    PARTIAL_5 = 5
    """The list begins or ends there."""
    FAILURE = 6


class DatabaseOccurrences(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How often a term is in one database."""

    db: DatabaseName
    num: Annotated[int, Tag(1)] | None = None
    other_db_info: OtherInformation | None = None


class Occurrences(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How often a term is there with these attributes."""

    attributes: Annotated[AttributeList, Tag(1, explicit=True)]
    occurrences: (
        Annotated[int, Tag(2, explicit=True)] | Annotated[tuple[DatabaseOccurrences, ...], Tag(3)] | None
    ) = None
    other_occur_info: OtherInformation | None = None


class TermInfo(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A term of the list; `display_term` is for people where the term itself is not."""

    term: Term
    display_term: Annotated[str, Tag(0)] | None = None
    suggested_attributes: AttributeList | None = None
    alternative_term: Annotated[tuple[Annotated[AttributesPlusTerm, Tag(102)], ...], Tag(4)] | None = None
    global_occurrences: Annotated[int, Tag(2)] | None = None
    by_attributes: Annotated[tuple[Occurrences, ...], Tag(3)] | None = None
    other_term_info: OtherInformation | None = None


Entry = Annotated[TermInfo, Tag(1)] | Annotated[SurrogateDiagnostic, Tag(2)]


class ListEntries(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The terms, and what was wrong."""

    entries: Annotated[tuple[Entry, ...], Tag(1)] | None = None
    nonsurrogate_diagnostics: Annotated[tuple[DiagRec, ...], Tag(2)] | None = None


class ScanResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Terms in their order, and which of them is the one asked for."""

    reference_id: ReferenceId | None = None
    step_size: Annotated[int, Tag(3)] | None = None
    scan_status: Annotated[ScanStatus | int, Tag(4)]
    number_of_entries_returned: Annotated[int, Tag(5)]
    position_of_term: Annotated[int, Tag(6)] | None = None
    entries: Annotated[ListEntries, Tag(7)] | None = None
    attribute_set: Annotated[Oid, Tag(8)] | None = None
    other_info: OtherInformation | None = None


# Sort


class SortAttributes(msgspec.Struct, frozen=True, gc=False):
    """A sort key by attributes."""

    id: Oid
    list: AttributeList


SortKey = Annotated[str, Tag(0)] | Annotated[Specification, Tag(1)] | Annotated[SortAttributes, Tag(2)]


class DatabaseSort(msgspec.Struct, frozen=True, gc=False):
    """The sort key for the records of one database."""

    database_name: DatabaseName
    db_sort: SortKey


class SortRelation(IntEnum):
    """Which way."""

    ASCENDING = 0
    DESCENDING = 1
    ASCENDING_BY_FREQUENCY = 3
    DESCENDING_BY_FREQUENCY = 4


class CaseSensitivity(IntEnum):
    """Whether case counts."""

    SENSITIVE = 0
    INSENSITIVE = 1


class MissingValue(Enum):
    """What to do about a record without a value: end the sort, or take it for empty. The numbers are tags."""

    ABORT = 1
    NULL = 2


class SortKeySpec(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One key; `missing_value_action` may be the value that stands in for one that is not there."""

    sort_element: Annotated[SortKey, Tag(1)] | Annotated[tuple[DatabaseSort, ...], Tag(2)]
    sort_relation: Annotated[SortRelation | int, Tag(1)]
    case_sensitivity: Annotated[CaseSensitivity | int, Tag(2)]
    missing_value_action: Annotated[MissingValue | Annotated[bytes, Tag(3)], Tag(3)] | None = None


class SortRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Sort result sets into one."""

    reference_id: ReferenceId | None = None
    input_result_set_names: Annotated[tuple[str, ...], Tag(3)]
    sorted_result_set_name: Annotated[str, Tag(4)]
    sort_sequence: Annotated[tuple[SortKeySpec, ...], Tag(5)]
    other_info: OtherInformation | None = None


class SortStatus(IntEnum):
    """Whether it was sorted."""

    SUCCESS = 0
    PARTIAL = 1
    FAILURE = 2


class SortedSetStatus(IntEnum):
    """What there is of the result set after a sort that failed."""

    EMPTY = 1
    INTERIM = 2
    UNCHANGED = 3
    NONE = 4


class SortResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Whether it was sorted."""

    reference_id: ReferenceId | None = None
    sort_status: Annotated[SortStatus | int, Tag(3)]
    result_set_status: Annotated[SortedSetStatus | int, Tag(4)] | None = None
    diagnostics: Annotated[tuple[DiagRec, ...], Tag(5)] | None = None
    result_count: Annotated[int, Tag(6)] | None = None
    other_info: OtherInformation | None = None


# Extended services


class TaskFunction(IntEnum):
    """What to do with a task package."""

    CREATE = 1
    DELETE = 2
    MODIFY = 3


class Permission(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What somebody may do with a task package."""

    user_id: Annotated[str, Tag(1)] | None = None
    allowable_functions: Annotated[tuple[int, ...], Tag(2)]


class WaitAction(IntEnum):
    """Whether to answer before the task is done."""

    WAIT = 1
    WAIT_IF_POSSIBLE = 2
    DO_NOT_WAIT = 3
    DO_NOT_RETURN_PACKAGE = 4


class ExtendedServicesRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Do a task beyond search and retrieval."""

    reference_id: ReferenceId | None = None
    function: Annotated[TaskFunction | int, Tag(3)]
    package_type: Annotated[Oid, Tag(4)]
    package_name: Annotated[str, Tag(5)] | None = None
    user_id: Annotated[str, Tag(6)] | None = None
    retention_time: Annotated[IntUnit, Tag(7)] | None = None
    permissions: Annotated[tuple[Permission, ...], Tag(8)] | None = None
    description: Annotated[str, Tag(9)] | None = None
    task_specific_parameters: Annotated[External, Tag(10)] | None = None
    wait_action: Annotated[WaitAction | int, Tag(11)]
    elements: ElementSetName | None = None
    other_info: OtherInformation | None = None


class OperationStatus(IntEnum):
    """What became of a task."""

    DONE = 1
    ACCEPTED = 2
    FAILURE = 3


class ExtendedServicesResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of it."""

    reference_id: ReferenceId | None = None
    operation_status: Annotated[OperationStatus | int, Tag(3)]
    diagnostics: Annotated[tuple[DiagRec, ...], Tag(4)] | None = None
    task_package: Annotated[External, Tag(5)] | None = None
    other_info: OtherInformation | None = None


# Close


class CloseReason(IntEnum):
    """Why an association ends."""

    FINISHED = 0
    SHUTDOWN = 1
    SYSTEM_PROBLEM = 2
    COST_LIMIT = 3
    RESOURCES = 4
    SECURITY_VIOLATION = 5
    PROTOCOL_ERROR = 6
    LACK_OF_ACTIVITY = 7
    PEER_ABORT = 8
    UNSPECIFIED = 9


class Close(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The association ends; the other side answers with its own (3.2.11)."""

    reference_id: ReferenceId | None = None
    close_reason: Annotated[CloseReason | int, Tag(211)]
    diagnostic_information: Annotated[str, Tag(3)] | None = None
    resource_report_format: Annotated[Oid, Tag(4)] | None = None
    resource_report: Annotated[External, EXTERNAL, Tag(5, explicit=True)] | None = None
    other_info: OtherInformation | None = None


# Duplicate detection


class DuplicateRule(Enum):
    """What makes a difference, and which are looked at. The numbers are tags."""

    CASE_SENSITIVE = 2
    PUNCTUATION_SENSITIVE = 3
    RESULT_SET_DUPLICATES = 5


DuplicateDetectionCriterion = Annotated[int, Tag(1)] | DuplicateRule | Annotated[External, Tag(4)]
"""A number is how alike duplicates are, in percent."""


class NumberOfEntries(Alternative, frozen=True, gc=False):
    """So many of each group are kept."""

    number: int


class PercentOfEntries(Alternative, frozen=True, gc=False):
    """So many percent of each group are kept."""

    percent: int


class RetentionRule(Enum):
    """What is kept besides. The numbers are tags."""

    DUPLICATES_ONLY = 3
    DISCARD_RESULT_SET_DUPLICATES = 4


RetentionCriterion = Annotated[NumberOfEntries, Tag(1)] | Annotated[PercentOfEntries, Tag(2)] | RetentionRule


class RetentionOrder(Enum):
    """Which of a group comes first. The numbers are tags."""

    MOST_COMPREHENSIVE = 1
    LEAST_COMPREHENSIVE = 2
    MOST_RECENT = 3
    OLDEST = 4
    LEAST_COST = 5


SortCriterion = RetentionOrder | Annotated[tuple[str, ...], Tag(6)]


class DuplicateDetectionRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Find duplicates in result sets."""

    reference_id: ReferenceId | None = None
    input_result_set_ids: Annotated[tuple[str, ...], Tag(3)]
    output_result_set_name: Annotated[str, Tag(4)]
    applicable_portion_of_record: Annotated[External, Tag(5)] | None = None
    duplicate_detection_criteria: Annotated[tuple[DuplicateDetectionCriterion, ...], Tag(6)] | None = None
    clustering: Annotated[bool, Tag(7)] | None = None
    retention_criteria: Annotated[tuple[RetentionCriterion, ...], Tag(8)]
    sort_criteria: Annotated[tuple[SortCriterion, ...], Tag(9)] | None = None
    other_info: OtherInformation | None = None


class DuplicateDetectionStatus(IntEnum):
    """Whether duplicates were looked for."""

    SUCCESS = 0
    FAILURE = 1


class DuplicateDetectionResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How many records are left."""

    reference_id: ReferenceId | None = None
    status: Annotated[DuplicateDetectionStatus | int, Tag(3)]
    result_set_count: Annotated[int, Tag(4)] | None = None
    diagnostics: Annotated[tuple[DiagRec, ...], Tag(5)] | None = None
    other_info: OtherInformation | None = None


Apdu = (
    Annotated[InitializeRequest, Tag(20)]
    | Annotated[InitializeResponse, Tag(21)]
    | Annotated[SearchRequest, Tag(22)]
    | Annotated[SearchResponse, Tag(23)]
    | Annotated[PresentRequest, Tag(24)]
    | Annotated[PresentResponse, Tag(25)]
    | Annotated[DeleteResultSetRequest, Tag(26)]
    | Annotated[DeleteResultSetResponse, Tag(27)]
    | Annotated[AccessControlRequest, Tag(28)]
    | Annotated[AccessControlResponse, Tag(29)]
    | Annotated[ResourceControlRequest, Tag(30)]
    | Annotated[ResourceControlResponse, Tag(31)]
    | Annotated[TriggerResourceControlRequest, Tag(32)]
    | Annotated[ResourceReportRequest, Tag(33)]
    | Annotated[ResourceReportResponse, Tag(34)]
    | Annotated[ScanRequest, Tag(35)]
    | Annotated[ScanResponse, Tag(36)]
    | Annotated[SortRequest, Tag(43)]
    | Annotated[SortResponse, Tag(44)]
    | Annotated[Segment, Tag(45)]
    | Annotated[ExtendedServicesRequest, Tag(46)]
    | Annotated[ExtendedServicesResponse, Tag(47)]
    | Annotated[Close, Tag(48)]
    | Annotated[DuplicateDetectionRequest, Tag(49)]
    | Annotated[DuplicateDetectionResponse, Tag(50)]
)

KINDS: Final[tuple[type[msgspec.Struct], ...]] = tuple(get_args(part)[0] for part in get_args(Apdu))
"""Every APDU, in the order of their tags."""
