"""A configuration file becomes settings, or every one of its problems with the line to mend."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.model.policy import Agency, Calendar, Limits, LoanRule, LoanTerms, Location, Policy, Unit
from core.policy_table import PolicyTable
from servers.configuration.reading import ConfigurationProblems, Problem, read_settings
from servers.configuration.settings import (
    ErrorDetection,
    Identifiers,
    Institution,
    LogFormat,
    LogLevel,
    LogSettings,
    PinCheck,
    Settings,
    Sip2Settings,
    StoreKind,
    StoreSettings,
    Terminal,
    Terminator,
    policy_of,
)
from servers.configuration.text import default_toml
from servers.credentials import Cost, ScryptCredentials

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str | bytes) -> Path:
        path = tmp_path / "circdesk.toml"
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return path

    return written


@pytest.fixture(scope="module")
def hashed() -> str:
    credentials = ScryptCredentials(lambda: 0.0, cost=Cost(n=16))
    credentials.close()
    return credentials.hash("hunter2")


def problems_of(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(ConfigurationProblems) as raised:
        read_settings(path)
    assert all(problem.file == path for problem in raised.value.problems)
    return [(problem.line, problem.message) for problem in raised.value.problems]


def outcome_of(path: Path) -> Settings | ConfigurationProblems:
    try:
        return read_settings(path)
    except ConfigurationProblems as problems:
        return problems


def test_an_empty_file_has_every_default(write: Write) -> None:
    read = read_settings(write(""))
    assert read == Settings()
    assert policy_of(read) == Policy()


def test_the_default_budget_of_the_sip2_listener_is_this() -> None:
    assert Sip2Settings() == Sip2Settings(
        host="0.0.0.0",
        port=6443,
        login_deadline=30.0,
        login_messages=4,
        login_tries=3,
        message_deadline=60.0,
        idle_limit=0.0,
        handshake_timeout=10.0,
        ssl_shutdown_timeout=5.0,
        line_limit=16 * 1024,
        answers_waiting=64 * 1024,
        in_flight=8,
        connections=12_000,
        connections_per_source=256,
        keepalive=(120, 10, 3),
        drain_seconds=10.0,
        status_before_login=True,
    )


def test_a_file_that_sets_everything_is_read_as_it_is_written(write: Write, hashed: str) -> None:
    path = write(f"""\
        [institution]
        code = "UNI"
        name = "Universität"
        currency = "CHF"
        time_zone = "Europe/Zurich"
        language = "de-CH"
        undo_minutes = 5

        [[agency]]
        code = "MAIN"
        name = "Main Library"
        time_zone = "America/New_York"
        calendar = {{ closed_weekdays = [5, 6], closed_dates = [2026-12-25] }}

        [[location]]
        code = "MAIN/STORE"
        name = "Store"
        remote = true

        [[terms]]
        name = "night"
        loanable = true
        unit = "hours"
        length = 12
        renewals = 0
        holdable = false
        fine = 1.5
        fine_cap = "20.00"
        grace = 0
        rental = 2
        hold_shelf_days = 3
        leaves_building = false

        [[loan_rule]]
        terms = "night"
        patron_group = "staff"
        item_policy = "reserve"
        location = "MAIN/*"

        [[limits]]
        patron_group = "staff"
        loans = 1
        overdues = 2
        owed = 3.40
        holds = 5

        [sip2]
        host = "127.0.0.1"
        port = 0
        tls_certificate = "server.pem"
        tls_key = "server.key"
        tls_client_ca = "clients.pem"
        login_deadline = 1.5
        keepalive = [1, 2, 3]
        status_before_login = false

        [[terminal]]
        name = "kiosk-1"
        user = "kiosk"
        password = "{hashed}"
        certificate = "kiosk-1.example.org"
        agency = "MAIN"
        desk = "Entrance"
        charset = "cp850"
        fallback = "utf-8"
        delimiter = "^"
        terminator = "crlf"
        error_detection = "required"
        language = "003"
        print_width = 40
        time_zone = "Asia/Tokyo"
        renewal_policy = false
        checked_in_ok = true
        pin = "always"
        checkout = false
        checkin = false
        fees = false
        due_date = "%d.%m.%Y"
        hold_item = "{{title}}"
        overdue_item = "{{barcode}} {{title}}"
        charged_item = "{{title}} due {{due}}"
        fine_item = "{{id}} {{amount}} {{currency}}"
        timeout = 600
        retries = 5

        [store]
        kind = "memory"
        file = "records.db"

        [log]
        level = "debug"
        format = "json"
        identifiers = "plain"
        """)
    assert read_settings(path) == Settings(
        institution=Institution("UNI", "Universität", "CHF", "Europe/Zurich", "de-CH", 5),
        agency=(
            Agency(
                "MAIN", "Main Library", "America/New_York", Calendar((5, 6), frozenset({date(2026, 12, 25)}))
            ),
        ),
        location=(Location("MAIN/STORE", "Store", remote=True),),
        terms=(
            LoanTerms(
                "night",
                unit=Unit.HOURS,
                length=12,
                renewals=0,
                holdable=False,
                fine=Decimal("1.5"),
                fine_cap=Decimal("20.00"),
                grace=0,
                rental=Decimal(2),
                hold_shelf_days=3,
                leaves_building=False,
            ),
        ),
        loan_rule=(LoanRule("night", "staff", "reserve", "MAIN/*"),),
        limits=(Limits("staff", 1, 2, Decimal("3.40"), 5),),
        sip2=Sip2Settings(
            host="127.0.0.1",
            port=0,
            tls_certificate="server.pem",
            tls_key="server.key",
            tls_client_ca="clients.pem",
            login_deadline=1.5,
            keepalive=(1, 2, 3),
            status_before_login=False,
        ),
        terminal=(
            Terminal(
                "kiosk-1",
                user="kiosk",
                password=read_settings(path).terminal[0].password,
                certificate="kiosk-1.example.org",
                agency="MAIN",
                desk="Entrance",
                charset="cp850",
                fallback="utf-8",
                delimiter="^",
                terminator=Terminator.CRLF,
                error_detection=ErrorDetection.REQUIRED,
                language="003",
                print_width=40,
                time_zone="Asia/Tokyo",
                renewal_policy=False,
                checked_in_ok=True,
                pin=PinCheck.ALWAYS,
                checkout=False,
                checkin=False,
                fees=False,
                due_date="%d.%m.%Y",
                hold_item="{title}",
                overdue_item="{barcode} {title}",
                charged_item="{title} due {due}",
                fine_item="{id} {amount} {currency}",
                timeout=600,
                retries=5,
            ),
        ),
        store=StoreSettings(StoreKind.MEMORY, "records.db"),
        log=LogSettings(LogLevel.DEBUG, LogFormat.JSON, Identifiers.PLAIN),
    )
    assert read_settings(path).terminal[0].password == hashed
    assert policy_of(read_settings(path)).undo_minutes == 5


def test_a_password_hash_is_used_as_text_and_never_shown(write: Write, hashed: str) -> None:
    terminal = f'[[terminal]]\nname = "k"\nuser = "k"\npassword = "{hashed}"\n'
    read = read_settings(write(terminal))
    assert str(read.terminal[0].password) == hashed
    assert hashed not in repr(read)


def test_windows_line_ends_and_a_byte_order_mark_are_taken(write: Write) -> None:
    assert read_settings(write(b"\xef\xbb\xbf[sip2]\r\nport = 1\r\n")).sip2.port == 1
    assert problems_of(write(b"\xef\xbb\xbf[sip2]\r\n\r\nport = -1\r\n"))[0][0] == 3


def test_a_table_of_the_policy_replaces_the_default_one_alone(write: Write) -> None:
    policy = policy_of(read_settings(write('[[terms]]\nname = "all"\n[[loan_rule]]\nterms = "all"\n')))
    assert policy.terms == (LoanTerms("all"),)
    assert policy.limits == Policy().limits
    assert PolicyTable(policy).terms_for("anybody", "book", "MAIN/STACKS") == LoanTerms("all")


SYNTAX = {
    "a key without a value": ("[sip2]\nport =\n", 2, "This is not TOML: Invalid value."),
    "a key alone, at the end": (
        "[sip2]\nport",
        2,
        "This is not TOML: Expected '=' after a key in a key/value pair.",
    ),
    "a key twice": ("[sip2]\nport = 1\nport = 2\n\n", 3, "This is not TOML: Cannot overwrite a value."),
    "a string that does not end": ('a = "x\nb = 1', 1, "This is not TOML: Illegal character '\\n'."),
    "a date that does not exist": ("a = 2026-02-30", 1, "This is not TOML: Invalid date or datetime."),
    "not UTF-8": (b"# ok\n\na = '\xff'\n", 3, "This is not UTF-8, which TOML is written in."),
    "nested too deeply": ("a = " + "[" * 100_000, 0, "Lists or tables are nested too deeply."),
    "a number of 5000 digits": ("a = " + "9" * 5000, 0, "A number is too long."),
    "an exponent of 30 digits": ("a = 1e" + "9" * 30, 0, "A number is too long."),
}


@pytest.mark.parametrize(("text", "line", "message"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_toml_is_one_problem_with_its_line(
    write: Write, text: str | bytes, line: int, message: str
) -> None:
    assert problems_of(write(text)) == [(line, message)]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "none.toml") == [(0, "The file cannot be read: No such file or directory.")]
    assert problems_of(tmp_path) == [(0, "The file cannot be read: Is a directory.")]


KEYS = {
    "an unknown table": ("\n[sip]\n", 2, 'There is no key "sip" at the top. Did you mean "sip2"?'),
    "an unknown key": ("[sip2]\nprot = 1\n", 2, 'There is no key "prot" in sip2. Did you mean "port"?'),
    "an unknown key like no other": (
        '[store]\n"x\\u001b" = 1\n',
        2,
        'There is no key "x\\u001b" in store. There are: kind, file.',
    ),
    "an unknown key in an inner table": (
        '[[agency]]\ncode = "A"\n[agency.calendar]\nclosed_days = []\n',
        4,
        'There is no key "closed_days" in agency.calendar. Did you mean "closed_dates"?',
    ),
    "text for a number": (
        '[sip2]\nport = "6443"\n',
        2,
        'sip2.port must be a whole number from 0 to 65535, not "6443".',
    ),
    "a fraction for a whole number": (
        "[sip2]\nport = 1.5",
        2,
        "sip2.port must be a whole number from 0 to 65535, not 1.5.",
    ),
    "a number out of range": (
        "[sip2]\nport = 65536",
        2,
        "sip2.port must be a whole number from 0 to 65535, not 65536.",
    ),
    "a very long number": (
        "[sip2]\nport = 0x" + "f" * 9999,
        2,
        "sip2.port must be a whole number from 0 to 65535, not a very long number.",
    ),
    "a truth for a number": (
        "[sip2]\nport = true",
        2,
        "sip2.port must be a whole number from 0 to 65535, not true.",
    ),
    "a number for a truth": (
        "[sip2]\nstatus_before_login = 1",
        2,
        "sip2.status_before_login must be true or false, not 1.",
    ),
    "no number": (
        "[sip2]\nidle_limit = nan",
        2,
        "sip2.idle_limit must be seconds, 0 to 86400, not NaN.",
    ),
    "no time": (
        "[sip2]\nlogin_deadline = 0",
        2,
        "sip2.login_deadline must be seconds, more than 0 and up to 86400, not 0.",
    ),
    "for ever": (
        "[sip2]\nlogin_deadline = inf",
        2,
        "sip2.login_deadline must be seconds, more than 0 and up to 86400, not Infinity.",
    ),
    "a number of 400 digits for seconds": (
        "[sip2]\nlogin_deadline = 1" + "0" * 400,
        2,
        "sip2.login_deadline must be seconds, more than 0 and up to 86400, not a very long number.",
    ),
    "a date for text": (
        "[institution]\nname = 2026-01-01",
        2,
        "institution.name must be text on one line, not 2026-01-01.",
    ),
    "a list for text": (
        "[institution]\nname = []",
        2,
        "institution.name must be text on one line, not a list.",
    ),
    "a table for text": (
        "[institution.name]\n",
        1,
        "institution.name must be text on one line, not a table.",
    ),
    "text on two lines": (
        '[institution]\nname = "a\\nb"',
        2,
        'institution.name must be text on one line, not "a\\nb".',
    ),
    "long text": (
        f'[institution]\ncode = "{"x" * 99}"',
        2,
        f'institution.code must be a name of 1 to 64 characters, not "{"x" * 59}….',
    ),
    "a word that is not possible": (
        '[store]\nkind = "mysql"',
        2,
        'store.kind must be one of "sqlite", "memory", not "mysql".',
    ),
    "a value for a table": ("sip2 = 1\n", 1, "sip2 must be a table: write [sip2] above its keys."),
    "a list for a table": ("[[sip2]]\n", 1, "sip2 must be a table: write [sip2] above its keys."),
    "a table for a list": (
        "[terminal]\n",
        1,
        "There may be several of terminal: write [[terminal]] above each.",
    ),
    "values for tables": (
        "terminal = [\n1]",
        2,
        "terminal must be a table: write [[terminal]] above its keys.",
    ),
    "a key that is missing": (
        '[[agency]]\ncode = "A"\n[[agency]]\nname = "B"',
        3,
        "agency.code is missing; it must be a name of 1 to 64 characters.",
    ),
    "an unknown time zone": (
        '[institution]\ntime_zone = "Europe/Berlim"',
        2,
        'institution.time_zone must be the name of a time zone, such as Europe/Berlin, not "Europe/Berlim".',
    ),
    "a folder of time zones": (
        '[institution]\ntime_zone = "Europe"',
        2,
        'institution.time_zone must be the name of a time zone, such as Europe/Berlin, not "Europe".',
    ),
    "a currency in words": (
        '[institution]\ncurrency = "euro"',
        2,
        'institution.currency must be three letters of ISO 4217, such as EUR, not "euro".',
    ),
    "an eighth weekday": (
        '[[agency]]\ncode = "A"\ncalendar.closed_weekdays = [\n7]',
        3,
        "agency.calendar.closed_weekdays must be a list of weekdays, 0 (Monday) to 6, not a list.",
    ),
    "a negative amount": (
        '[[terms]]\nname = "a"\nfine = -0.20',
        3,
        "terms.fine must be an amount of 0 or more, such as 0.20, not -0.20.",
    ),
    "an amount that is none": (
        '[[terms]]\nname = "a"\nfine = "NaN"',
        3,
        'terms.fine must be an amount of 0 or more, such as 0.20, not "NaN".',
    ),
    "two numbers for keepalive": (
        "[sip2]\nkeepalive = [120, 10]",
        2,
        "sip2.keepalive must be three whole numbers from 1 to 32767: "
        "idle seconds, seconds between probes, probes, not a list.",
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), KEYS.values(), ids=KEYS)
def test_a_wrong_key_or_value_is_a_problem_on_its_line(
    write: Write, text: str, line: int, message: str
) -> None:
    assert problems_of(write(text)) == [(line, message)]


TERMINAL_KEYS = {
    "charset": (
        ["utf-8", "CP850", "gb18030", "big5"],
        ["utf-16", "utf-7", "utf-8-sig", "rot13", "hex", "x\0"],
    ),
    "fallback": (["latin-1"], ["utf-99", ""]),
    "delimiter": (["|", "^", "\\\\", "]", "`"], ["", "||", "a", "0", " ", "§", "\\r"]),
    "terminator": (["mirror", "cr", "crlf", "lf"], ["CR", "\\r"]),
    "error_detection": (["auto", "off", "required"], ["on"]),
    "language": (["000", "027"], ["eng", "1", "0001", "\u0660\u0660\u0661"]),
    "time_zone": (["", "Asia/Tokyo"], ["Tokyo", "../etc/passwd", "/etc/localtime"]),
    "pin": (["if-sent", "always", "never"], ["sometimes"]),
    "due_date": (["sip", "iso", "%d.%m.%Y", "%d%% %B"], ["", "locale", "%", "%Q", "100%%", "%d\\r", "%-d"]),
    "hold_item": (["", "{barcode}", "{title} ({barcode})"], ["{due}", "{", "{}", "{barcode.x}", "{title!r}"]),
    "charged_item": (["{barcode} {title} {due}"], ["{0}", "{title:>9999999999}", "{{title}}", "\\n"]),
    "fine_item": (["{id} {amount} {currency} {kind} {title}"], ["{patron}"]),
}


@pytest.mark.parametrize("name", TERMINAL_KEYS)
def test_what_a_machine_needs_is_taken_and_what_would_break_it_is_not(write: Write, name: str) -> None:
    right, wrong = TERMINAL_KEYS[name]
    for value in right:
        text = f'[[terminal]]\nname = "k"\ncertificate = "k"\n{name} = "{value}"\n'
        assert getattr(read_settings(write(text)).terminal[0], name) == value.replace("\\\\", "\\")
    for value in wrong:
        text = f'[[terminal]]\nname = "k"\ncertificate = "k"\n{name} = "{value}"\n'
        ((line, message),) = problems_of(write(text.replace("\0", "\\u0000")))
        assert line == 4
        assert message.startswith(f"terminal.{name} must be ")


@pytest.mark.parametrize("secret", ['"hunter2"', "['hunter2']", "2718281828", '"scrypt$16$8$1$hunter2$"'])
def test_a_password_in_plain_text_is_refused_and_not_repeated(write: Write, secret: str) -> None:
    path = write(f'[[terminal]]\nname = "k"\nuser = "k"\npassword = {secret}\n')
    assert (
        4,
        "terminal.password must be a hash; type `circdesk hash` to make one of the password, "
        "and write what it prints here.",
    ) in problems_of(path)
    with pytest.raises(ConfigurationProblems) as raised:
        read_settings(path)
    told = f"{raised.value} {raised.value!r}"
    assert "hunter2" not in told
    assert "2718281828" not in told


ADVICE = "give each its own addresses, or user and password"


def test_terminals_that_could_be_taken_for_each_other_are_problems(write: Write) -> None:
    fingerprint = "ab" * 32
    colons = ":".join(["AB"] * 32)
    path = write(f"""\
        [[terminal]]
        name = "one"
        certificate = "cn"
        [[terminal]]
        name = "one"
        certificate = "{fingerprint}"
        [[terminal]]
        name = "three"
        user = "same"
        certificate = "{colons}"
        [[terminal]]
        name = "four"
        user = "same"
        certificate = "cn"
        """)
    assert problems_of(path) == [
        (5, 'terminal.name "one" is another terminal\'s already, in line 2.'),
        (10, f"terminal.certificate \"{colons[:59]}… is another terminal's already, in line 6: {ADVICE}."),
        (13, 'terminal.user "same" is another terminal\'s already, in line 9.'),
        (14, f'terminal.certificate "cn" is another terminal\'s already, in line 3: {ADVICE}.'),
    ]


def test_empty_users_and_certificates_are_nobodys(write: Write, hashed: str) -> None:
    path = write(f"""\
        [[terminal]]
        name = "one"
        user = "one"
        password = "{hashed}"
        [[terminal]]
        name = "two"
        user = "two"
        password = "{hashed}"
        certificate = ""
        [[terminal]]
        name = "three"
        user = ""
        certificate = "cn"
        [[terminal]]
        name = "four"
        certificate = "other"
        """)
    assert [terminal.name for terminal in read_settings(path).terminal] == ["one", "two", "three", "four"]


@pytest.mark.parametrize("keys", ["", 'user = "k"', 'certificate = ""'])
def test_a_terminal_that_could_never_log_in_is_a_problem(write: Write, keys: str) -> None:
    assert problems_of(write(f'\n[[terminal]]\nname = "k"\n{keys}\n')) == [
        (2, "This terminal could never log in: give it user and password, or a certificate.")
    ]


def test_a_terminal_in_an_agency_that_does_not_exist_is_a_problem(write: Write) -> None:
    agency = '[[agency]]\ncode = "MAIN"\n'
    terminal = '[[terminal]]\nname = "k"\ncertificate = "k"\nagency = "MIAN"\n'
    assert problems_of(write(agency + terminal)) == [
        (6, 'terminal.agency "MIAN" is not the code of an agency. Did you mean "MAIN"?')
    ]
    assert problems_of(write(terminal)) == [(4, 'terminal.agency "MIAN" is not the code of an agency.')]


@pytest.mark.parametrize("listener", ["sip2", "https"])
@pytest.mark.parametrize("given_key", ["tls_certificate", "tls_key"])
def test_a_certificate_without_its_key_is_a_problem(write: Write, given_key: str, listener: str) -> None:
    assert problems_of(write(f'[{listener}]\nport = 1\n{given_key} = "a.pem"\n')) == [
        (3, f"{listener}.tls_certificate and {listener}.tls_key go together: give both or neither.")
    ]


@pytest.mark.parametrize("listener", ["sip2", "https", "ncip_tcp"])
def test_a_plain_listener_that_others_reach_must_name_who_may_come(write: Write, listener: str) -> None:
    plain = f'[{listener}.plain]\nport = 7\nhost = "0.0.0.0"\n'
    assert problems_of(write(plain)) == [
        (
            3,
            f'{listener}.plain.host "0.0.0.0" is reached from elsewhere: name in allow who may come.',
        )
    ]
    allowed = read_settings(write(f'{plain}allow = ["192.0.2.0/24"]\n'))
    assert getattr(allowed, listener).plain.allow == ("192.0.2.0/24",)


POLICY = {
    "terms that no rule can find": (
        '\n[[loan_rule]]\nterms = "standard"\n[[loan_rule]]\nterms = "night"\n',
        4,
        "night",
    ),
    "terms of one name": (
        '[[terms]]\nname = "x"\n[[loan_rule]]\nterms = "x"\n[[terms]]\nname = "x"\n',
        5,
        '"x"',
    ),
    "a fine that the currency has no coin for": (
        '[[terms]]\nname = "a"\n\n[[terms]]\nname = "x"\nfine = 0.201\n[[loan_rule]]\nterms = "x"\n',
        4,
        "0.201",
    ),
    "a location of no agency": ('[[location]]\ncode = "MAIN/X"\n', 1, '"MAIN/X"'),
    "an agency that never opens": (
        '[[agency]]\ncode = "A"\n[[agency]]\ncode = "B"\ncalendar.closed_weekdays = [0, 1, 2, 3, 4, 5, 6]\n',
        3,
        "closed",
    ),
    "limits of one group": ("[[limits]]\n[[limits]]\n", 2, '"*"'),
    "no terms at all": ("terms = []\nloan_rule = []", 0, "no loan terms"),
}


@pytest.mark.parametrize(("text", "line", "words"), POLICY.values(), ids=POLICY)
def test_what_the_core_finds_wrong_with_the_policy_is_told_at_its_table(
    write: Write, text: str, line: int, words: str
) -> None:
    ((told, message),) = problems_of(write(text))
    assert told == line
    assert words in message


def test_all_problems_are_told_at_once_in_the_order_of_lines(write: Write) -> None:
    path = write("""\
        [log]
        level = "loud"
        formt = "json"
        [[terminal]]
        name = "k"
        charset = "klingon"
        [[terminal]]
        user = "x"
        [sip2]
        port = 99999
        tls_key = "k.pem"
        """)
    with pytest.raises(ConfigurationProblems) as raised:
        read_settings(path)
    assert str(raised.value).splitlines() == [
        f'{path}:2: log.level must be one of "debug", "info", "warning", "error", not "loud".',
        f'{path}:3: There is no key "formt" in log. Did you mean "format"?',
        f"{path}:4: This terminal could never log in: give it user and password, or a certificate.",
        f"{path}:6: terminal.charset must be a charset that keeps ASCII as it is, "
        'such as utf-8, latin-1 or cp850, not "klingon".',
        f"{path}:7: terminal.name is missing; it must be a name of 1 to 64 characters.",
        f"{path}:7: This terminal could never log in: give it user and password, or a certificate.",
        f"{path}:10: sip2.port must be a whole number from 0 to 65535, not 99999.",
        f"{path}:11: sip2.tls_certificate and sip2.tls_key go together: give both or neither.",
    ]


def test_a_problem_without_a_line_is_told_without_one() -> None:
    assert str(Problem(Path("c.toml"), 0, "No.")) == "c.toml: No."


WORDS = ["[", "]", "[[", "]]", "=", "\n", " ", "{", "}", ",", ".", '"', "'", '"""', "#", "\\", "\0", "é"]
WORDS += ["1", "1e9", "-1", "nan", "inf", "true", "2026-01-01", "07:32:00", '"utf-8"', '"x"', "0x" + "f" * 99]
WORDS += ["sip2", "port", "terminal", "name", "password", "agency", "code", "calendar", "closed_dates"]
WORDS += [
    "terms",
    "fine",
    "length",
    "unit",
    "loan_rule",
    "limits",
    "log",
    "store",
    "institution",
    "time_zone",
]
WORDS += ["keepalive", "charset", "due_date", "hold_item", "certificate", "user", "location", "idle_limit"]

EXAMPLE_LINES = [
    line
    for line in re.sub(r"^#(?=\S)", "", default_toml(), flags=re.MULTILINE).split("\n")
    if line[:1] != "#"
]
VALUES = ["1", "-1", "0.5", "nan", "1e400", "0x" + "f" * 99, "true", '""', '"x"', "[]", "[1, 'a']", "[[]]"]
VALUES += ["{}", "[{}]", "{a = 1}", "2026-01-01", "07:32:00", "2026-01-01T00:00:00Z", "[2026-01-01]"]
VALUES += ['"Europe/Berlin"', '"utf-16"', '"{title}"', '"*"', '"MAIN/*"', '"kiosk-1"', "'scrypt$2$1$1$$'"]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The whole example with some of its values wrong, keys renamed, and lines gone."""
    lines = EXAMPLE_LINES[:]
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(lines) - 1))
        name, equals, value = lines[at].partition(" = ")
        other = draw(st.sampled_from(VALUES) | st.text().map(json.dumps))
        wrong = [f"{name} = {other}", f"{name} = {other}", f"x{name} = {value}"] if equals else ["[log2]"]
        lines[at] = draw(st.sampled_from(["", *wrong]))
    return "\n".join(lines)


def check_outcome(path: Path, data: bytes) -> None:
    """The file ends in settings that can be used, or in problems that can be printed."""
    path.write_bytes(data)
    outcome = outcome_of(path)
    if isinstance(outcome, Settings):
        PolicyTable(policy_of(outcome))
        return
    assert outcome.problems
    assert all(0 <= problem.line <= data.count(b"\n") + 1 for problem in outcome.problems)
    assert all(problem.message.isprintable() for problem in outcome.problems)
    assert len(str(outcome).split("\n")) == len(outcome.problems)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.binary(),
        st.lists(st.sampled_from(WORDS)).map(lambda words: "".join(words).encode()),
        st.lists(st.sampled_from(WORDS)).map(lambda words: f"[sip2]\nport = {''.join(words)}".encode()),
    )
)
@example(b"a = 9999-99-99T99:99:99+99:99")
@example(b"sip2 = [[[[{a.b = {}}]]]]")
@example(b"[[terms]]\nname='a'\nfine=1e999999999\n")
@example(b"[[terms]]\nname='a'\nfine=0x" + b"f" * 9999)
@example(b"[[agency]]\ncode='a'\ncalendar.closed_weekdays=[0x" + b"f" * 9999 + b"]\n")
def test_whatever_a_file_holds_it_ends_in_settings_or_in_problems_of_a_line_each(
    tmp_path: Path, data: bytes
) -> None:
    check_outcome(tmp_path / "any.toml", data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_whatever_is_wrong_with_a_whole_configuration_is_told_or_does_no_harm(
    tmp_path: Path, text: str
) -> None:
    check_outcome(tmp_path / "damaged.toml", text.encode())
