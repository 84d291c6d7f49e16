"""Every key of the configuration takes what it promises to take, and refuses the rest in words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from msgspec import NODEFAULT, Struct

from core.model.policy import Unit
from core.model.records import PaymentKind
from protocols.ncip.dialects import Version
from protocols.ncip.messages import SERVICES, DeleteItem
from protocols.ncip.repairs import Mode
from protocols.sip2.fields import PatronStatus
from protocols.sip2.messages import FromSc
from protocols.sru.request import Unknown
from servers.configuration.keys import Key, keys_of
from servers.configuration.settings import (
    NCIP_SERVICES,
    REQUESTS,
    AlertCause,
    BlankPin,
    Dialect,
    ErrorDetection,
    FacilityVersion,
    FieldPolicy,
    HoldsAtCheckin,
    Identifiers,
    LimitUnit,
    LogFormat,
    LogLevel,
    NcipMode,
    NoBlock,
    PaidBy,
    PinCheck,
    Profile,
    Quirk,
    RecordCharset,
    Settings,
    SruStyle,
    StatusFlag,
    StoreKind,
    Terminal,
    Terminator,
    UnknownParameters,
    Whether,
)
from servers.configuration.toml_tables import Finding, value_of
from servers.credentials import Cost, ScryptCredentials


def _a_hash() -> str:
    credentials = ScryptCredentials(lambda: 0.0, cost=Cost(n=2))
    credentials.close()
    return credentials.hash("hunter2")


HASH = _a_hash()
NAME = ('"MAIN"', "MAIN", '" MAIN"')
TEXT = ('"any text"', "any text", '"two\\nlines"')
QUIRK = ('"on"', Quirk.ON, "true")
PLACE = ('"MAIN/*"', "MAIN/*", '""')
TRUTH = ("true", True, '"yes"')
SECONDS = ("0.5", 0.5, "0")
SECONDS_OR_0 = ("0", 0.0, "-1")
NETWORKS = ('["192.0.2.0/28", "::1"]', ("192.0.2.0/28", "::1"), '["192.0.2.1/28"]')
ZONE = ('"Asia/Tokyo"', "Asia/Tokyo", '"Tokyo"')
AMOUNT = ("0.20", Decimal("0.20"), "-0.20")
WHETHER = ('"no"', Whether.NO, "false")
NAMES = ('["A", "B"]', ("A", "B"), '["A", "A"]')
MEDIUM = ('"006"', "006", '"CD"')


def number(low: int, high: int) -> tuple[str, int, str]:
    """A whole number: the highest is taken, one below the lowest is not."""
    return str(high), high, str(low - 1)


RULE = {"location": PLACE, "item_policy": NAME, "medium": MEDIUM}

KEYS: dict[str, dict[str, tuple[str, object, str]]] = {
    "institution": {
        "code": NAME,
        "name": TEXT,
        "currency": ('"JPY"', "JPY", '"yen"'),
        "time_zone": ZONE,
        "language": ('"de-AT"', "de-AT", '"tlh"'),
        "undo_minutes": number(0, 1440),
    },
    "agency": {
        "code": NAME,
        "name": TEXT,
        "time_zone": ZONE,
        "calendar.closed_weekdays": ("[0, 6]", (0, 6), "[7]"),
        "calendar.closed_dates": ("[2026-12-25]", frozenset({date(2026, 12, 25)}), '["Christmas"]'),
        "campus": TEXT,
    },
    "location": {"code": NAME, "name": TEXT, "remote": TRUTH},
    "terms": {
        "name": NAME,
        "loanable": TRUTH,
        "unit": ('"hours"', Unit.HOURS, '"weeks"'),
        "length": number(1, 876_600),
        "renewals": number(0, 10_000),
        "holdable": TRUTH,
        "fine": AMOUNT,
        "fine_cap": AMOUNT,
        "grace": number(0, 10_000),
        "rental": AMOUNT,
        "hold_shelf_days": number(0, 36_525),
        "recall_days": number(0, 36_525),
        "recall_after": number(0, 36_525),
        "leaves_building": TRUTH,
    },
    "loan_rule": {"terms": NAME, "patron_group": NAME, "item_policy": NAME, "location": PLACE},
    "limits": {
        "patron_group": NAME,
        "loans": number(0, 100_000),
        "overdues": number(0, 100_000),
        "owed": AMOUNT,
        "holds": number(0, 100_000),
    },
    "sip2": {
        "host": ('"::1"', "::1", '" "'),
        "port": number(0, 65_535),
        "plain.host": ('"::1"', "::1", '" "'),
        "plain.port": number(0, 65_535),
        "plain.allow": NETWORKS,
        "proxy_from": NETWORKS,
        "tls_certificate": TEXT,
        "tls_key": TEXT,
        "tls_client_ca": TEXT,
        "login_deadline": SECONDS,
        "login_messages": number(1, 1000),
        "login_tries": number(1, 1000),
        "login_failure_delay": SECONDS_OR_0,
        "login_failures_per_source": number(1, 1_000_000),
        "login_failure_window": SECONDS,
        "status_before_login": TRUTH,
        "address_login": TRUTH,
        "pin_tries": number(1, 1000),
        "pin_pause_minutes": number(1, 1440),
        "pin_tries_a_day": number(1, 100_000),
        "message_deadline": SECONDS,
        "idle_limit": SECONDS_OR_0,
        "handshakes": number(1, 100_000),
        "handshakes_per_source": number(1, 100_000),
        "handshake_timeout": SECONDS,
        "ssl_shutdown_timeout": SECONDS,
        "line_limit": number(256, 1_048_576),
        "answers_waiting": number(1024, 16_777_216),
        "in_flight": number(1, 1000),
        "connections": number(1, 1_000_000),
        "connections_per_source": number(1, 1_000_000),
        "keepalive": ("[1, 2, 3]", (1, 2, 3), "[0, 1, 1]"),
        "watch_certificates": SECONDS_OR_0,
        "drain_seconds": SECONDS_OR_0,
    },
    "https": {
        "enabled": TRUTH,
        "host": ('"::1"', "::1", '" "'),
        "port": number(0, 65_535),
        "plain.host": ('"::1"', "::1", '" "'),
        "plain.port": number(0, 65_535),
        "plain.allow": NETWORKS,
        "proxy_from": NETWORKS,
        "tls_certificate": TEXT,
        "tls_key": TEXT,
        "tls_client_ca": TEXT,
        "metrics_from": NETWORKS,
        "connections": number(1, 1_000_000),
        "connections_per_source": number(1, 1_000_000),
        "handshakes": number(1, 100_000),
        "handshakes_per_source": number(1, 100_000),
        "handshake_timeout": SECONDS,
        "head_deadline": SECONDS,
        "body_deadline": SECONDS,
        "answer_deadline": SECONDS,
        "idle_limit": SECONDS,
        "requests_per_connection": number(1, 1_000_000_000),
        "line_limit": number(256, 65_536),
        "head_limit": number(1024, 65_536),
        "header_limit": number(10, 1000),
        "body_limit": number(1024, 268_435_456),
        "in_flight": number(1, 100_000),
        "in_flight_per_source": number(1, 100_000),
        "rate_per_source": number(0, 1_000_000),
        "burst_per_source": number(0, 1_000_000),
        "compress_from": number(256, 1_073_741_824),
        "drain_seconds": SECONDS_OR_0,
    },
    "ncip": {
        "secret_failure_delay": SECONDS_OR_0,
        "secret_failures_per_source": number(1, 1_000_000),
        "secret_failure_window": SECONDS,
        "repeat_window": SECONDS,
    },
    "ncip_tcp": {
        "enabled": TRUTH,
        "host": ('"::1"', "::1", '" "'),
        "port": number(0, 65_535),
        "plain.host": ('"::1"', "::1", '" "'),
        "plain.port": number(0, 65_535),
        "plain.allow": NETWORKS,
        "proxy_from": NETWORKS,
        "message_deadline": SECONDS,
        "answer_deadline": SECONDS,
        "idle_limit": SECONDS,
        "message_limit": number(1024, 268_435_456),
        "unwelcome_messages": number(1, 1000),
        "answers_waiting": number(1024, 16_777_216),
        "connections": number(1, 1_000_000),
        "connections_per_source": number(1, 1_000_000),
        "handshakes": number(1, 100_000),
        "handshakes_per_source": number(1, 100_000),
        "handshake_timeout": SECONDS,
        "drain_seconds": SECONDS_OR_0,
    },
    "z3950": {
        "enabled": TRUTH,
        "host": ('"::1"', "::1", '" "'),
        "port": number(0, 65_535),
        "tls.enabled": TRUTH,
        "tls.host": ('"::1"', "::1", '" "'),
        "tls.port": number(0, 65_535),
        "proxy_from": NETWORKS,
        "availability": TRUTH,
        "record_charset": ('"marc-8"', RecordCharset.MARC_8, '"latin-1"'),
        "term_charset": ('"cp1250"', "cp1250", '"utf-16"'),
        "result_sets": number(1, 10_000),
        "result_set_records": number(100, 10_000_000),
        "depth": number(100, 1_000_000),
        "records_limit": number(1, 10_000),
        "terms_limit": number(1, 1_000),
        "message_size": number(10_000, 67_108_864),
        "record_size": number(10_000, 67_108_864),
        "request_limit": number(1024, 67_108_864),
        "message_deadline": SECONDS,
        "answer_deadline": SECONDS,
        "idle_limit": SECONDS,
        "login_failure_delay": SECONDS_OR_0,
        "login_failures_per_source": number(1, 1_000_000),
        "login_failure_window": SECONDS,
        "rate_per_source": number(0, 1_000_000),
        "burst_per_source": number(0, 1_000_000),
        "answers_waiting": number(1024, 16_777_216),
        "connections": number(1, 1_000_000),
        "connections_per_source": number(1, 1_000_000),
        "handshakes": number(1, 100_000),
        "handshakes_per_source": number(1, 100_000),
        "handshake_timeout": SECONDS,
        "drain_seconds": SECONDS_OR_0,
    },
    "z3950_user": {
        "user": ('"union"', "union", '"a/b"'),
        "password": (f'"{HASH}"', HASH, '"hunter2"'),
        "group": TEXT,
        "addresses": NETWORKS,
    },
    "profile": {
        "name": NAME,
        "inherits": TEXT,
        "dialect": ('"alma"', Dialect.ALMA, '"aleph"'),
        "charset": ('"cp850"', "cp850", '"utf-16"'),
        "fallback": ('"big5"', "big5", '"klingon"'),
        "delimiter": ('"^"', "^", '"x"'),
        "terminator": ('"crlf"', Terminator.CRLF, '"\\r\\n"'),
        "error_detection": ('"required"', ErrorDetection.REQUIRED, '"on"'),
        "field_limit_unit": ('"bytes"', LimitUnit.BYTES, '"words"'),
        "screen_width": number(0, 999),
        "print_width": number(0, 999),
        "print_lines": TRUTH,
        "timeout": number(1, 999),
        "retries": number(0, 999),
        "idle_limit": SECONDS_OR_0,
        "language": ('"014"', "014", '"jpn"'),
        "time_zone": ZONE,
        "due_date": ('"%d.%m.%Y"', "%d.%m.%Y", '"soon"'),
        "hold_item": ('"{title}"', "{title}", '"{due}"'),
        "overdue_item": ('"{title} {due}"', "{title} {due}", '"{fine}"'),
        "charged_item": ('"{barcode}"', "{barcode}", '"{"'),
        "fine_item": ('"{id} {amount}"', "{id} {amount}", '"{patron}"'),
        "waiting_holds_as_ready": TRUTH,
        "list_limit": number(0, 9999),
        "texts": ('{ wrong-pin = "No." }', {"wrong-pin": "No."}, '{ wrong-pin = "a\\nb" }'),
        "messages": ('["93", "09"]', ("93", "09"), '["93", "93"]'),
        "checkout": TRUTH,
        "checkin": TRUTH,
        "renewal_policy": TRUTH,
        "fees": TRUTH,
        "holds": TRUTH,
        "block_patrons": TRUTH,
        "enforce": TRUTH,
        "no_block": ('"always"', NoBlock.ALWAYS, "true"),
        "no_block_after": number(0, 10_080),
        "undo": TRUTH,
        "pin": ('"never"', PinCheck.NEVER, '"sometimes"'),
        "blank_pin": ('"wrong"', BlankPin.WRONG, '"right"'),
        "checked_in_ok": TRUTH,
        "holds_at_checkin": ('"refuse"', HoldsAtCheckin.REFUSE, '"keep"'),
        "current_location": TRUTH,
        "alerts": ('["note", "hold"]', (AlertCause.NOTE, AlertCause.HOLD), '["holds"]'),
        "alert_types": ('{ hold = "01" }', {"hold": "01"}, '{ hold = "1" }'),
        "sort_bin.bin": NAME,
        "sort_bin.destination": NAME,
        "sort_bin.hold": WHETHER,
        "sort_bin.ok": WHETHER,
        **{f"sort_bin.{name}": row for name, row in RULE.items()},
        "desensitise.desensitise": TRUTH,
        **{f"desensitise.{name}": row for name, row in RULE.items()},
        "security_inhibit": TRUTH,
        "extensions": ('["CR", "PB"]', ("CR", "PB"), '["AA"]'),
        "fields": ('{ AE = "mask" }', {"AE": FieldPolicy.MASK}, '{ AE = "blur" }'),
        "status_flags": ('["recall-overdue"]', (StatusFlag.RECALL_OVERDUE,), '["blocked"]'),
        "payment_types": ('{ 07 = "debit-card" }', {"07": PaidBy.DEBIT_CARD}, '{ 07 = "shells" }'),
        "payment_types_strict": TRUTH,
        "fee_currency": ('"CHF"', "CHF", '"Franken"'),
        "comma_amounts": TRUTH,
    },
    "terminal": {
        "name": NAME,
        "user": TEXT,
        "password": (f'"{HASH}"', HASH, '"hunter2"'),
        "certificate": TEXT,
        "agency": TEXT,
        "desk": TEXT,
        "profile": TEXT,
        "addresses": NETWORKS,
        "locations": ('["MAIN"]', ("MAIN",), '["MAIN", ""]'),
        "serves": ('["MAIN/*"]', ("MAIN/*",), '"MAIN/*"'),
    },
    "ncip_agency": {
        "code": NAME,
        "aliases": NAMES,
        "profiles": NAMES,
        "our_names": NAMES,
        "systems": NAMES,
        "secret": (f'"{HASH}"', HASH, '"hunter2"'),
        "certificate": TEXT,
        "addresses": NETWORKS,
        "services": ('["LookupUser"]', ("LookupUser",), '["LookUpUser"]'),
        "mode": ('"report"', NcipMode.REPORT, '"loose"'),
        "desk": TEXT,
        "borrower": TEXT,
        "pin": ('"always"', PinCheck.ALWAYS, '"sometimes"'),
        "pickups": ('{ Main = "MAIN" }', {"Main": "MAIN"}, '{ Main = "" }'),
        "guest_location": TEXT,
        "guest_policy": TEXT,
    },
    "remote_storage": {
        "profile": NAME,
        "locations": ('["MAIN/*"]', ("MAIN/*",), '"MAIN/*"'),
        "desks": ('["MAIN.DEPOT"]', ("MAIN.DEPOT",), '["MAIN"]'),
        "shelve_into": TEXT,
        "responder.url": ('"https://a.example/ncip"', "https://a.example/ncip", '"http://a.example/ncip"'),
        "responder.version": ('"2.02"', FacilityVersion.V2_02, '"1.0"'),
        "responder.from_agency": TEXT,
        "responder.to_agency": TEXT,
        "responder.from_system": TEXT,
        "responder.secret_file": TEXT,
        "responder.tls_ca": TEXT,
        "responder.tls_certificate": TEXT,
        "responder.tls_key": TEXT,
        "responder.timeout": SECONDS,
        "requests.name": ('"{profile}_{time}.xml"', "{profile}_{time}.xml", '"requests.xml"'),
        "requests.root": ('"requests"', "requests", '"xb:requests"'),
        "requests.element": ('"request"', "request", '"a request"'),
        "requests.namespace": ('"urn:x"', "urn:x", '""'),
    },
    "sru": {
        "database": ('"41SLSP_HSG"', "41SLSP_HSG", '"a/b"'),
        "title": TEXT,
        "style": ('"open"', SruStyle.OPEN, '"wide"'),
        "availability": TRUTH,
        "temporary_holdings": TRUTH,
        "schema": ('"dc"', "dc", '"pica"'),
        "records": ("20", 20, "1001"),
        "records_limit": ("100", 100, "10001"),
        "depth": ("5000", 5000, "-1"),
        "stylesheets": ('["/a.xsl"]', ("/a.xsl",), '["javascript:x"]'),
        "bare_words": TRUTH,
        "unknown_parameters": ('"warned"', UnknownParameters.WARNED, '"hidden"'),
        "version_needed": QUIRK,
        "alma_numbers": QUIRK,
        "short_schema_names": QUIRK,
        "empty_records": QUIRK,
        "count_failures": QUIRK,
        "beyond_the_end": QUIRK,
        "echo": QUIRK,
        "cors": QUIRK,
        "in_flight": ("1", 1, "0"),
        "in_flight_per_source": ("1", 1, "0"),
        "rate_per_source": ("0", 0, "-1"),
        "burst_per_source": ("0", 0, "-1"),
        "answer_deadline": SECONDS,
    },
    "search_page": {"enabled": TRUTH},
    "store": {"kind": ('"memory"', StoreKind.MEMORY, '"mysql"'), "file": ('"a.db"', "a.db", '""')},
    "log": {
        "level": ('"debug"', LogLevel.DEBUG, '"loud"'),
        "format": ('"json"', LogFormat.JSON, '"xml"'),
        "identifiers": ('"off"', Identifiers.OFF, '"none"'),
    },
}
"""For each key something that it takes, what comes of it, and something that it does not take."""

ROWS = [(f"{table}.{name}", *row) for table, rows in KEYS.items() for name, row in rows.items()]


def leaves(table: type[Struct], above: str = "") -> Iterator[tuple[str, Key]]:
    """Every key that holds a value, dotted; a terminal's own only, since a profile's are a profile's."""
    for name, key in keys_of(table).items():
        if table is Terminal and name in keys_of(Profile):
            continue
        if key.table is None:
            yield above + name, key
        else:
            yield from leaves(key.table, f"{above}{name}.")


ALL = dict(leaves(Settings))


def read(name: str, toml: str) -> tuple[object, list[Finding]]:
    """What comes of the value, and what is wrong with it."""
    findings: list[Finding] = []
    written = tomllib.loads(f"value = {toml}", parse_float=Decimal)["value"]
    return value_of(ALL[name], written, tuple(name.split(".")), findings), findings


def test_no_key_lacks_a_row_in_this_table() -> None:
    assert {name for name, *_ in ROWS} == ALL.keys()


@pytest.mark.parametrize(("name", "right", "typed", "wrong"), ROWS, ids=[name for name, *_ in ROWS])
def test_a_key_takes_what_is_right_and_refuses_what_is_wrong_in_words(
    name: str, right: str, typed: object, wrong: str
) -> None:
    taken, findings = read(name, right)
    assert (taken, findings) == (typed, [])
    assert type(taken) is type(typed) or ALL[name].secret
    _, ((at, message),) = read(name, wrong)
    dotted = ".".join(map(str, at))
    assert dotted.startswith(name)
    assert message.startswith(f"{dotted} must be {(ALL[name].each or ALL[name]).words}")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("profile.texts", '{ "Wrong PIN" = "No." }'),
        ("profile.alert_types", '{ holds = "01" }'),
        ("profile.fields", '{ AF = "hide" }'),
        ("profile.payment_types", '{ cash = "cash" }'),
    ],
)
def test_a_name_that_a_table_cannot_have_is_refused_in_words(name: str, wrong: str) -> None:
    taken, ((at, message),) = read(name, wrong)
    names = ALL[name].names
    assert names is not None
    assert taken == {}
    assert len(at) == 3
    assert message.endswith(f"cannot stand in {name}; each name must be {names.words}.")


def test_what_should_be_a_table_of_names_must_be_one() -> None:
    _, ((at, message),) = read("profile.fields", '["AE"]')
    assert at == ("profile", "fields")
    assert message.startswith("profile.fields must be a table, in which each name is a personal field: AA")


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("profile.")])
def test_all_that_a_profile_says_has_a_default(name: str) -> None:
    required = {"profile.name", "profile.sort_bin.bin", "profile.desensitise.desensitise"}
    assert (ALL[name].default is NODEFAULT) == (name in required)


def test_the_flags_of_a_status_are_those_of_the_standard_in_its_order() -> None:
    assert [flag.name.lower() for flag in StatusFlag] == list(PatronStatus.__struct_fields__)
    assert [flag.value for flag in StatusFlag] == [flag.name.lower().replace("_", "-") for flag in StatusFlag]


def test_whatever_pays_is_known_to_the_core() -> None:
    assert [kind.name for kind in PaidBy] == [kind.name for kind in PaymentKind]


def test_the_requests_are_those_of_the_standard() -> None:
    assert sorted(REQUESTS) == sorted(message.code for message in FromSc.__subclasses__())


def test_the_services_are_those_of_the_standard() -> None:
    assert sorted(NCIP_SERVICES) == sorted(service.__name__ for service in SERVICES)


def test_every_mode_is_one_of_the_codec() -> None:
    assert [mode.value for mode in NcipMode] == [mode.value for mode in Mode]


def test_unknown_parameters_have_the_fates_that_the_protocol_knows() -> None:
    assert [each.value for each in UnknownParameters] == ["style", *[each.value for each in Unknown]]


def test_a_facility_is_spoken_to_in_every_version_that_has_what_it_is_told() -> None:
    assert [version.value for version in FacilityVersion] == [
        version.value for version in Version if version >= DeleteItem.since
    ]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://store.example", True),
        ("https://store.example:8443/ncip?site=1", True),
        ("http://127.0.0.1:8080/", True),
        ("http://[::1]/ncip", True),
        ("", True),
        ("http://192.0.2.7/ncip", False),
        ("ftp://store.example/", False),
        ("https://user:word@store.example/", False),
        ("https://store.example/#here", False),
        ("https://store.example:99999/", False),
        ("https://[::1/", False),
        ("https:///ncip", False),
        ("https://store.example/a b", False),
        ("https://störe.example/", False),
    ],
)
def test_a_facility_is_told_over_tls_or_on_this_machine(url: str, taken: bool) -> None:
    made, findings = read("remote_storage.responder.url", f'"{url}"')
    assert (made == url, not findings) == (taken, taken)


@pytest.mark.parametrize("name", ["a/{time}.xml", ".{time}", "{time}{what}", "{time", "x\\n{time}", ""])
def test_a_request_file_has_a_name_of_its_own_in_its_folder(name: str) -> None:
    made, findings = read("remote_storage.requests.name", f'"{name}"')
    assert (made, len(findings)) == (None, 1)
