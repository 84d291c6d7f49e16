"""APDUs as real peers wrote them, byte for byte: captured between yaz-client and YAZ's test server."""

import msgspec

from protocols.secret import Secret
from protocols.z3950 import oids, rpn
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteSetStatus,
    IdPass,
    InitializeRequest,
    ListStatus,
    NamePlusRecord,
    Option,
    PresentRequest,
    PresentResponse,
    PresentStatus,
    RequestedAction,
    ResultSetStatus,
    SearchRequest,
    SearchResponse,
    SurrogateDiagnostic,
    TriggerResourceControlRequest,
    Version,
)
from protocols.z3950.structures import (
    AttributeElement,
    AttributesPlusTerm,
    ComplexAttribute,
    External,
    Number,
    Text,
    bib_1_diagnostic,
)
from tests.protocols.z3950.values import bib_1

YAZ_OPTIONS = frozenset(
    {
        Option.SEARCH,
        Option.PRESENT,
        Option.DELETE_SET,
        Option.TRIGGER_RESOURCE_CONTROL,
        Option.SCAN,
        Option.SORT,
        Option.EXTENDED_SERVICES,
        Option.NAMED_RESULT_SETS,
    }
)

INIT = InitializeRequest(
    protocol_version=frozenset(Version),
    options=YAZ_OPTIONS,
    preferred_message_size=64 * 1024 * 1024,
    exceptional_record_size=64 * 1024 * 1024,
    implementation_id="81",
    implementation_name="YAZ",
)

SEARCH = SearchRequest(
    small_set_upper_bound=0,
    large_set_lower_bound=1,
    medium_set_present_number=0,
    replace_indicator=True,
    result_set_name="1",
    database_names=("Default",),
    query=bib_1(AttributesPlusTerm((rpn.attribute(1, 4),), b"computer")),
)

PRESENT = PresentRequest(
    result_set_id="1",
    result_set_start_point=1,
    number_of_records_requested=1,
    preferred_record_syntax=oids.USMARC,
)

CLOSE = Close(close_reason=CloseReason.FINISHED)

GOLDEN: dict[str, tuple[Apdu, str]] = {
    "init": (
        INIT,
        "b4 20 83 02 00 e0 84 03 00 e9 a2 85 04 04 00 00 00 86 04 04 00 00 00"
        "9f 6e 02 38 31 9f 6f 03 59 41 5a",
    ),
    "search": (
        SEARCH,
        "b6 45 8d 01 00 8e 01 01 8f 01 00 90 01 01 91 01 31 b2 0a 9f 69 07 44 65 66 61 75 6c 74 b5 28 a1 26"
        "06 07 2a 86 48 ce 13 03 01 a0 1b bf 66 18 bf 2c 0a 30 08 9f 78 01 01 9f 79 01 04 9f 2d 08"
        "63 6f 6d 70 75 74 65 72",
    ),
    "23 hits": (
        SearchResponse(
            result_count=23,
            number_of_records_returned=0,
            next_result_set_position=1,
            search_status=True,
        ),
        "b7 0c 97 01 17 98 01 00 99 01 01 96 01 01",
    ),
    "search refused with 114": (
        SearchResponse(
            result_count=0,
            number_of_records_returned=0,
            next_result_set_position=0,
            search_status=False,
            result_set_status=ResultSetStatus.NONE,
            records=bib_1_diagnostic(114, "7"),
        ),
        "b7 22 97 01 00 98 01 00 99 01 00 96 01 00 9a 01 03 bf 81 02 0f 06 07 2a 86 48 ce 13 04 01 02 01 72"
        "1a 01 37",
    ),
    "present": (
        PRESENT,
        "b8 14 9f 1f 01 31 9e 01 01 9d 01 01 9f 68 07 2a 86 48 ce 13 05 0a",
    ),
    "delete": (
        DeleteResultSetRequest(delete_function=DeleteFunction.LIST, result_set_list=("1",)),
        "ba 0a 9f 20 01 00 30 04 9f 1f 01 31",
    ),
    "deleted": (
        DeleteResultSetResponse(
            delete_operation_status=DeleteSetStatus.SUCCESS,
            delete_list_statuses=(ListStatus("1", DeleteSetStatus.SUCCESS),),
        ),
        "bb 0f 80 01 00 a1 0a 30 08 9f 1f 01 31 9f 21 01 00",
    ),
    "cancel": (
        TriggerResourceControlRequest(requested_action=RequestedAction.CANCEL, result_set_wanted=False),
        "bf 20 08 9f 2e 01 03 9f 30 01 00",
    ),
    "close": (CLOSE, "bf 30 05 9f 81 53 01 00"),
}
"""Name → the APDU, and its bytes. The Init is cut after the implementation's name."""

WRITTEN: dict[str, tuple[Apdu, str]] = {
    "init with idPass": (
        InitializeRequest(
            reference_id=b"\x01\xff",
            protocol_version=frozenset({Version.VERSION_1, Version.VERSION_2}),
            options=frozenset({Option.SEARCH, Option.STRING_SCHEMA}),
            preferred_message_size=200,
            exceptional_record_size=-1,
            id_authentication=IdPass(group_id="g", user_id="u", password=Secret("p")),
        ),
        "b4 22 82 02 01 ff 83 02 00 c0 84 04 00 80 00 04 85 02 00 c8 86 01 ff"
        "a7 0b 30 09 80 01 67 81 01 75 82 01 70",
    ),
    "init with open authentication": (
        msgspec.structs.replace(INIT, id_authentication=Secret("a/b"), implementation_name=None),
        "b4 21 83 02 00 e0 84 03 00 e9 a2 85 04 04 00 00 00 86 04 04 00 00 00 a7 05 1a 03 61 2f 62"
        "9f 6e 02 38 31",
    ),
    "proximity, result sets, a string attribute": (
        SearchRequest(
            small_set_upper_bound=0,
            large_set_lower_bound=1,
            medium_set_present_number=0,
            replace_indicator=False,
            result_set_name="B",
            database_names=("A", "B"),
            query=rpn.ProximityQuery(
                oids.BIB_1,
                (
                    rpn.ResultSetOperand("A"),
                    rpn.ResultSetPlusAttributes("C", (rpn.attribute(3, 1, oids.EXP_1),)),
                    rpn.Proximity(
                        distance=2,
                        ordered=True,
                        relation_type=rpn.ProximityRelation.AT_MOST,
                        proximity_unit_code=rpn.ProximityUnit.WORD,
                    ),
                    AttributesPlusTerm(
                        (
                            AttributeElement(
                                attribute_type=1, attribute_value=ComplexAttribute((Text("ti"), Number(4)))
                            ),
                        ),
                        "\xe9",
                    ),
                    rpn.Boolean.AND_NOT,
                ),
            ),
        ),
        "b6 81 8a 8d 01 00 8e 01 01 8f 01 00 90 01 00 91 01 42 b2 08 9f 69 01 41 9f 69 01 42"
        "b5 6f bf 65 6c 06 07 2a 86 48 ce 13 03 01"
        "a1 61"
        "   a1 39"
        "      a0 04 9f 1f 01 41"
        "      a0 1e bf 81 56 1a 9f 1f 01 43 bf 2c 13"
        "         30 11 81 07 2a 86 48 ce 13 03 02 9f 78 01 03 9f 79 01 01"
        "      bf 2e 10 a3 0e 82 01 02 83 01 01 84 01 02 a5 03 81 01 02"
        "   a0 1f bf 66 1c bf 2c 13 30 11 9f 78 01 01 bf 81 60 09 a1 07 81 02 74 69 82 01 04"
        "      9f 81 58 02 c3 a9"
        "   bf 2e 02 82 00",
    ),
    "a record and a surrogate": (
        PresentResponse(
            number_of_records_returned=2,
            next_result_set_position=0,
            present_status=PresentStatus.SUCCESS,
            records=(
                NamePlusRecord(name="D", record=External(direct_reference=oids.USMARC, encoding=b"abc")),
                NamePlusRecord(record=SurrogateDiagnostic(bib_1_diagnostic(238, "\xe9"))),
            ),
        ),
        "b9 3d 98 01 02 99 01 00 9b 01 00 bc 32"
        "30 17 80 01 44 a1 12 a1 10 28 0e 06 07 2a 86 48 ce 13 05 0a 81 03 61 62 63"
        "30 17 a1 15 a2 13 30 11 06 07 2a 86 48 ce 13 04 01 02 02 00 ee 1b 02 c3 a9",
    ),
}
"""Name → an APDU, and its bytes as the standard's ASN.1 and X.690 have them, as asn1tools reads them too."""
