"""What a declaration becomes: functions with a source, and a reader that forgives nothing."""

import pytest

from protocols.secret import Secret
from protocols.sip2.compiled import reader, writer
from protocols.sip2.messages import DECLARATIONS, ItemInformation, RequestAcsResend

ITEM_INFORMATION = DECLARATIONS["17"]
FIXED = "1720250131    123000"


def test_the_source_of_a_function_stays_with_it() -> None:
    assert vars(writer(ITEM_INFORMATION))["__source__"].splitlines() == [
        "def write(_message):",
        "    _fields = ['AO' + _message.institution_id, 'AB' + _message.item_identifier]",
        "    if (_value := _message.terminal_password) is not None: "
        "_fields.append('AC' + terminal_password_(_value))",
        "    return '17' + transaction_date_(_message.transaction_date), _fields",
    ]
    source = vars(reader(ITEM_INFORMATION, "|"))["__source__"]
    assert "return _message(transaction_date, institution_id" in source


def test_a_message_is_taken_apart() -> None:
    message = ItemInformation(None, "MAIN", "B1", Secret("s"))
    assert writer(ITEM_INFORMATION)(message) == ("17" + " " * 18, ["AOMAIN", "ABB1", "ACs"])
    assert writer(DECLARATIONS["97"])(RequestAcsResend()) == ("97", [])


@pytest.mark.parametrize("delimiter", "|^~-\\]")
def test_fields_are_read_in_any_order(delimiter: str) -> None:
    read = reader(ITEM_INFORMATION, delimiter)
    message = read(FIXED + "AOMAIN|ACs|ABB1|".replace("|", delimiter))
    assert message == read(FIXED + "ABB1|AOMAIN|ACs|".replace("|", delimiter))
    assert isinstance(message, ItemInformation)
    assert (message.item_identifier, message.terminal_password) == ("B1", Secret("s"))


@pytest.mark.parametrize(
    "text",
    [
        FIXED[:-1] + "AOMAIN|ABB1|",
        FIXED[:-1] + "xAOMAIN|ABB1|",
        FIXED + "AOMAIN|ABB1",
        FIXED + "AOMAIN||ABB1|",
        FIXED + "AOMAIN|ABB1|ABB1|",
        FIXED + "AOMAIN|ABB1|QQ|",
        FIXED + "AOMAIN|",
        "23" + FIXED[2:] + "AOMAIN|ABB1|",
    ],
    ids=["short", "no date", "no end", "empty", "twice", "unknown", "missing", "another message"],
)
def test_what_is_to_be_forgiven_is_left_to_the_codec(text: str) -> None:
    assert reader(ITEM_INFORMATION, "|")(text) is None
