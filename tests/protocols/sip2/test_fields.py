"""The shapes of values and the field catalogue."""

import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from protocols.secret import Secret
from protocols.sip2 import fields as f
from protocols.sip2.fields import PatronStatus, Summary, SupportedMessages


class TestSecret:
    def test_is_never_printed(self) -> None:
        secret = Secret("1234")
        assert "1234" not in f"{secret} {secret!r} {secret!s} {[secret]}"

    def test_is_revealed_only_when_asked(self) -> None:
        assert Secret("1234").reveal() == "1234"

    def test_is_compared_by_value(self) -> None:
        assert Secret("1234") == Secret("1234")
        assert hash(Secret("1234")) == hash(Secret("1234"))
        assert Secret("1234") != Secret("12345")
        assert Secret("1234") != "1234"

    def test_tells_empty_from_given(self) -> None:
        assert Secret("0")
        assert not Secret("")

    def test_does_not_leave_the_process(self) -> None:
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(Secret("1234"))


class TestDates:
    @pytest.mark.parametrize(
        ("text", "date"),
        [
            ("20250131    235959", datetime(2025, 1, 31, 23, 59, 59)),
            ("202501310000235959", datetime(2025, 1, 31, 23, 59, 59)),
            ("20250131   Z235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=UTC)),
            ("20250131Z   235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=UTC)),
            ("20250131   A235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=1)))),
            ("20250131   I235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=9)))),
            ("20250131   K235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=10)))),
            ("20250131   M235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=12)))),
            ("20250131   N235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-1)))),
            ("20250131   Q235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-4)))),
            ("20250131   Y235959", datetime(2025, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))),
        ],
    )
    def test_zones_that_clients_write_are_read(self, text: str, date: datetime) -> None:
        read = f.read_date(text)
        assert read == date
        assert read is not None
        assert read.utcoffset() == date.utcoffset()

    @pytest.mark.parametrize(
        "text",
        [
            " " * 18,
            "0" * 18,
            "",
            "20250131   J235959",
            "20250131+100235959",
            "20250230    000000",
            "20250131    246000",
            "2025013     235959",
            "20130915    1854553",
            "\uff12\uff10\uff12\uff1550131    235959",
            "2025-1-1    235959",
        ],
    )
    def test_what_is_no_date_is_none(self, text: str) -> None:
        assert f.read_date(text) is None

    def test_local_time_is_written_with_four_blanks(self) -> None:
        assert f.write_date(datetime(2025, 1, 31, 3, 4, 5, 999)) == "20250131    030405"

    def test_aware_time_is_written_as_utc(self) -> None:
        date = datetime(2025, 1, 31, 3, 4, 5, tzinfo=timezone(timedelta(hours=-2)))
        assert f.write_date(date) == "20250131   Z050405"

    def test_a_date_that_utc_does_not_have_is_left_blank(self) -> None:
        assert f.write_date(datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))) == " " * 18

    def test_no_date_is_blank_except_in_the_clock_of_98(self) -> None:
        assert f.write_date(None) == " " * 18
        assert f.SYNC_DATE.write is not None
        assert f.SYNC_DATE.write(None) == "0" * 18
        assert f.SYNC_DATE.write(datetime(2025, 1, 31)) == "20250131    000000"


@pytest.mark.parametrize(
    ("shape", "text", "value"),
    [
        (f.COUNT, "0000", 0),
        (f.COUNT, "0042", 42),
        (f.COUNT, "    ", None),
        (f.PERIOD, "030", 30),
        (f.PERIOD, "999", None),
        (f.PERIOD, "001", 1),
        (f.PRINT_WIDTH, "000", None),
        (f.PRINT_WIDTH, "080", 80),
        (f.ORDINAL, "5", 5),
        (f.FLAG, "Y", True),
        (f.FLAG, "N", False),
        (f.HOLD_MODE, "+", f.HoldMode.ADD),
        (f.HOLD_MODE, "-", f.HoldMode.DELETE),
        (f.HOLD_MODE, "*", f.HoldMode.CHANGE),
        (f.HOLD_MODE, " ", None),
        (f.OK_FLAG, "1", True),
        (f.OK_FLAG, "0", False),
        (
            f.PATRON_STATUS,
            "Y   Y         ",
            PatronStatus(charge_privileges_denied=True, card_reported_lost=True),
        ),
        (f.PATRON_STATUS, "             Y", PatronStatus(too_many_items_billed=True)),
        (f.SUMMARY, "  Y       ", Summary(charged_items=True)),
        (
            f.SUPPORTED_MESSAGES,
            "YNNNNNNNNNNNNNNY",
            SupportedMessages(patron_status_request=True, renew_all=True),
        ),
    ],
)
def test_values_stand_on_the_wire_as_the_tables_say(shape: f.Shape, text: str, value: object) -> None:
    assert shape.read is not None
    assert shape.write is not None
    assert shape.read(text) == value
    assert shape.write(value) == text


@pytest.mark.parametrize(
    ("shape", "text", "value"),
    [
        (f.FLAG, "y", True),
        (f.FLAG, " ", False),
        (f.CHOICE, "X", None),
        (f.COUNT, "12a4", None),
        (f.COUNT, "²222", None),
        (f.ORDINAL, "00005", 5),
        (f.ORDINAL, "x", None),
        (f.ORDINAL, "9" * 5000, None),
        (f.FEE_TYPE, "10", f.FeeType.OTHER),
        (f.MEDIA_TYPE, "book", f.MediaType.OTHER),
        (f.HOLD_MODE, "?", None),
        (f.HOLD_TYPE, "7", f.HoldType.OTHER),
        (f.ALERT_TYPE, "77", f.AlertType.OTHER),
        (f.PAYMENT_TYPE, "17", "17"),
        (f.MEDIA_FLAG, "?", f.MediaFlag.UNKNOWN),
        (f.SUMMARY, "Y      YYYYY", Summary(hold_items=True)),
    ],
)
def test_what_clients_send_besides_is_read_too(shape: f.Shape, text: str, value: object) -> None:
    assert shape.read is not None
    assert shape.read(text) == value


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        (f.COUNT, 10_000, "9999"),
        (f.COUNT, -1, "0000"),
        (f.PERIOD, 999, "998"),
        (f.LANGUAGE, "1", "1  "),
        (f.LANGUAGE, "english", "eng"),
        (f.CURRENCY, "€\r", "?? "),
    ],
)
def test_a_fixed_part_keeps_its_width(shape: f.Shape, value: object, text: str) -> None:
    assert shape.write is not None
    assert shape.write(value) == text


@pytest.mark.parametrize("place", range(14))
def test_every_patron_flag_has_its_own_place(place: int) -> None:
    assert f.PATRON_STATUS.write is not None
    status = PatronStatus(*[place == each for each in range(14)])
    assert f.PATRON_STATUS.write(status) == " " * place + "Y" + " " * (13 - place)


def test_the_catalogue_holds_the_standard_and_the_extensions_met_in_the_wild() -> None:
    standard = (
        "AA AB AC AD AE AF AG AH AJ AL AM AN AO AP AQ AS AT AU AV BD BE BF BG BH BI BK BL BM BN BO BP BQ BR"
        " BS BT BU BV BW BX BY BZ CA CB CC CD CF CG CH CI CJ CK CL CM CN CO CP CQ"
    )
    extensions = (
        "CR CS CT CV CY DA OR RN BC PA PB PC PI XI PE PS PX PY PZ U1 U2 U3 U4 U5 FA FU FV FB FC FD FE FF FG"
        " SA SB SC SD SE SF SG SH SI SJ SK SL SM SN SO SP SQ SR SS ST SU SV SW SX SY SZ EA DE IN NB MA MB MC"
        " XA XB XC"
    )
    assert set(f.CATALOGUE) == {*standard.split(), *extensions.split()}
    assert {id_ for id_, field in f.CATALOGUE.items() if field.extension} == set(extensions.split())


def test_a_catalogued_field_stands_under_its_own_id() -> None:
    assert [field.id for field in f.CATALOGUE.values()] == list(f.CATALOGUE)


@pytest.mark.parametrize("id_", ["FA", "PA"])
def test_an_id_of_several_vendors_says_so(id_: str) -> None:
    assert f.CATALOGUE[id_].name.count("(") == 2


def test_the_catalogue_names_the_repeatable_fields() -> None:
    repeatable = {id_ for id_, field in f.CATALOGUE.items() if field.repeatable}
    assert repeatable == {"AF", "AG", "AS", "AT", "AU", "AV", "BM", "BN", "BU", "CD"}
