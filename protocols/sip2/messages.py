"""The messages of SIP2 2.00, each declared once: reading, writing, explaining and test strategies follow.

A message is a frozen struct. Its fields stand in this order: the fixed part as it is on the wire, the
identified fields that the standard requires (no default), the optional ones. `X | None` keeps an absent field
apart from an empty one; a required field without it reads as empty text when a client leaves it out.
"""

from datetime import datetime
from enum import Enum, StrEnum
from types import NoneType
from typing import Annotated, Any, ClassVar, Final, get_args

import msgspec

from protocols.secret import Secret
from protocols.sip2 import fields as f

Flag = Annotated[bool, f.FLAG]
Ok = Annotated[bool, f.OK_FLAG]
Media = Annotated[f.MediaFlag, f.MEDIA_FLAG]
Date = Annotated[datetime | None, f.DATE]
SyncDate = Annotated[datetime | None, f.SYNC_DATE]
Count = Annotated[int | None, f.COUNT]
Period = Annotated[int | None, f.PERIOD]
PrintWidth = Annotated[int | None, f.PRINT_WIDTH]
Algorithm = Annotated[str, f.CHARACTER]
Language = Annotated[str, f.LANGUAGE]
Currency = Annotated[str, f.CURRENCY]
Version = Annotated[str, f.VERSION]
Status = Annotated[f.PatronStatus, f.PATRON_STATUS]
Summary = Annotated[f.Summary, f.SUMMARY]
TerminalStatus = Annotated[f.ScStatusCode, f.SC_STATUS]
CirculationStatus = Annotated[f.CirculationStatus, f.CIRCULATION_STATUS]
HoldMode = Annotated[f.HoldMode | None, f.HOLD_MODE]
SecurityMarker = Annotated[f.SecurityMarker, f.SECURITY_MARKER]
FeeType = Annotated[f.FeeType, f.FEE_TYPE]
PaymentType = Annotated[f.PaymentType | str, f.PAYMENT_TYPE]


class Direction(StrEnum):
    """Who sends a message: the self-check terminal (SC) or the library's system (ACS)."""

    TO_ACS = "SC to ACS"
    TO_SC = "ACS to SC"


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What all messages share. `extensions` are the fields, id and value, that the declaration does not know.

    Its printed form never shows the extensions of a request, for one may be the tail of a password that holds
    a delimiter, nor a password where none belongs.
    """

    code: ClassVar[str]
    direction: ClassVar[Direction]
    extensions: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"
        )

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "extensions"]
        return [*shown, ("extensions", _shown_extensions(self))]


class FromSc(Message, frozen=True):
    """A request of a terminal."""

    direction = Direction.TO_ACS


class FromAcs(Message, frozen=True):
    """An answer of the library's system."""

    direction = Direction.TO_SC


class Login(FromSc, frozen=True):
    code = "93"
    uid_algorithm: Algorithm
    pwd_algorithm: Algorithm
    login_user_id: f.CN
    login_password: f.CO
    location_code: f.CP | None = None


class LoginResponse(FromAcs, frozen=True):
    code = "94"
    ok: Ok


class ScStatus(FromSc, frozen=True):
    code = "99"
    status_code: TerminalStatus
    max_print_width: PrintWidth
    protocol_version: Version


class AcsStatus(FromAcs, frozen=True):
    """A terminal of protocol 1.00 knows no BX: leave `supported_messages` None."""

    code = "98"
    online_status: Flag
    checkin_ok: Flag
    checkout_ok: Flag
    acs_renewal_policy: Flag
    status_update_ok: Flag
    offline_ok: Flag
    timeout_period: Period
    retries_allowed: Period
    date_time_sync: SyncDate
    protocol_version: Version
    institution_id: f.AO
    supported_messages: f.BX | None
    library_name: f.AM | None = None
    terminal_location: f.AN | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class RequestAcsResend(FromSc, frozen=True):
    code = "97"


class RequestScResend(FromAcs, frozen=True):
    code = "96"


class PatronStatusRequest(FromSc, frozen=True):
    code = "23"
    language: Language
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    terminal_password: f.AC
    patron_password: f.AD | None


class PatronStatusResponse(FromAcs, frozen=True):
    code = "24"
    patron_status: Status
    language: Language
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    personal_name: f.AE
    valid_patron: f.BL | None = None
    valid_patron_password: f.CQ | None = None
    currency_type: f.BH | None = None
    fee_amount: f.BV | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class BlockPatron(FromSc, frozen=True):
    """Answered by a `PatronStatusResponse`."""

    code = "01"
    card_retained: Flag
    transaction_date: Date
    institution_id: f.AO
    blocked_card_message: f.AL
    patron_identifier: f.AA
    terminal_password: f.AC


class PatronEnable(FromSc, frozen=True):
    code = "25"
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    terminal_password: f.AC | None = None
    patron_password: f.AD | None = None


class PatronEnableResponse(FromAcs, frozen=True):
    code = "26"
    patron_status: Status
    language: Language
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    personal_name: f.AE
    valid_patron: f.BL | None = None
    valid_patron_password: f.CQ | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class PatronInformation(FromSc, frozen=True):
    code = "63"
    language: Language
    transaction_date: Date
    summary: Summary
    institution_id: f.AO
    patron_identifier: f.AA
    terminal_password: f.AC | None = None
    patron_password: f.AD | None = None
    start_item: f.BP | None = None
    end_item: f.BQ | None = None


class PatronInformationResponse(FromAcs, frozen=True):
    code = "64"
    patron_status: Status
    language: Language
    transaction_date: Date
    hold_items_count: Count
    overdue_items_count: Count
    charged_items_count: Count
    fine_items_count: Count
    recall_items_count: Count
    unavailable_holds_count: Count
    institution_id: f.AO
    patron_identifier: f.AA
    personal_name: f.AE
    hold_items_limit: f.BZ | None = None
    overdue_items_limit: f.CA | None = None
    charged_items_limit: f.CB | None = None
    valid_patron: f.BL | None = None
    valid_patron_password: f.CQ | None = None
    currency_type: f.BH | None = None
    fee_amount: f.BV | None = None
    fee_limit: f.CC | None = None
    hold_items: f.AS = ()
    overdue_items: f.AT = ()
    charged_items: f.AU = ()
    fine_items: f.AV = ()
    recall_items: f.BU = ()
    unavailable_hold_items: f.CD = ()
    home_address: f.BD | None = None
    e_mail_address: f.BE | None = None
    home_phone_number: f.BF | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class EndPatronSession(FromSc, frozen=True):
    code = "35"
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    terminal_password: f.AC | None = None
    patron_password: f.AD | None = None


class EndSessionResponse(FromAcs, frozen=True):
    code = "36"
    end_session: Flag
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    screen_message: f.AF = ()
    print_line: f.AG = ()


class Checkout(FromSc, frozen=True):
    code = "11"
    sc_renewal_policy: Flag
    no_block: Flag
    transaction_date: Date
    nb_due_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    item_identifier: f.AB
    terminal_password: f.AC
    item_properties: f.CH | None = None
    patron_password: f.AD | None = None
    fee_acknowledged: f.BO | None = None
    cancel: f.BI | None = None


class CheckoutResponse(FromAcs, frozen=True):
    code = "12"
    ok: Ok
    renewal_ok: Flag
    magnetic_media: Media
    desensitize: Media
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    item_identifier: f.AB
    title_identifier: f.AJ
    due_date: f.AH
    fee_type: f.BT | None = None
    security_inhibit: f.CI | None = None
    currency_type: f.BH | None = None
    fee_amount: f.BV | None = None
    media_type: f.CK | None = None
    item_properties: f.CH | None = None
    transaction_id: f.BK | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class Checkin(FromSc, frozen=True):
    code = "09"
    no_block: Flag
    transaction_date: Date
    return_date: Date
    current_location: f.AP
    institution_id: f.AO
    item_identifier: f.AB
    terminal_password: f.AC
    item_properties: f.CH | None = None
    cancel: f.BI | None = None


class CheckinResponse(FromAcs, frozen=True):
    code = "10"
    ok: Ok
    resensitize: Flag
    magnetic_media: Media
    alert: Flag
    transaction_date: Date
    institution_id: f.AO
    item_identifier: f.AB
    permanent_location: f.AQ
    title_identifier: f.AJ | None = None
    sort_bin: f.CL | None = None
    patron_identifier: f.AA | None = None
    media_type: f.CK | None = None
    item_properties: f.CH | None = None
    collection_code: f.CR | None = None
    call_number: f.CS | None = None
    destination_location: f.CT | None = None
    alert_type: f.CV | None = None
    hold_patron_id: f.CY | None = None
    hold_patron_name: f.DA | None = None
    home_phone_number: f.BF | None = None
    hold_pickup_date: f.CM | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class Renew(FromSc, frozen=True):
    code = "29"
    third_party_allowed: Flag
    no_block: Flag
    transaction_date: Date
    nb_due_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    patron_password: f.AD | None = None
    item_identifier: f.AB | None = None
    title_identifier: f.AJ | None = None
    terminal_password: f.AC | None = None
    item_properties: f.CH | None = None
    fee_acknowledged: f.BO | None = None


class RenewResponse(FromAcs, frozen=True):
    code = "30"
    ok: Ok
    renewal_ok: Flag
    magnetic_media: Media
    desensitize: Media
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    item_identifier: f.AB
    title_identifier: f.AJ
    due_date: f.AH
    fee_type: f.BT | None = None
    security_inhibit: f.CI | None = None
    currency_type: f.BH | None = None
    fee_amount: f.BV | None = None
    media_type: f.CK | None = None
    item_properties: f.CH | None = None
    transaction_id: f.BK | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class RenewAll(FromSc, frozen=True):
    code = "65"
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    patron_password: f.AD | None = None
    terminal_password: f.AC | None = None
    fee_acknowledged: f.BO | None = None


class RenewAllResponse(FromAcs, frozen=True):
    code = "66"
    ok: Ok
    renewed_count: Count
    unrenewed_count: Count
    transaction_date: Date
    institution_id: f.AO
    renewed_items: f.BM = ()
    unrenewed_items: f.BN = ()
    screen_message: f.AF = ()
    print_line: f.AG = ()


class Hold(FromSc, frozen=True):
    code = "15"
    hold_mode: HoldMode
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    expiration_date: f.BW | None = None
    pickup_location: f.BS | None = None
    hold_type: f.BY | None = None
    patron_password: f.AD | None = None
    item_identifier: f.AB | None = None
    title_identifier: f.AJ | None = None
    terminal_password: f.AC | None = None
    fee_acknowledged: f.BO | None = None


class HoldResponse(FromAcs, frozen=True):
    code = "16"
    ok: Ok
    available: Flag
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    expiration_date: f.BW | None = None
    queue_position: f.BR | None = None
    pickup_location: f.BS | None = None
    item_identifier: f.AB | None = None
    title_identifier: f.AJ | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class FeePaid(FromSc, frozen=True):
    code = "37"
    transaction_date: Date
    fee_type: FeeType
    payment_type: PaymentType
    currency_type: Currency
    fee_amount: f.BV
    institution_id: f.AO
    patron_identifier: f.AA
    terminal_password: f.AC | None = None
    patron_password: f.AD | None = None
    fee_identifier: f.CG | None = None
    transaction_id: f.BK | None = None
    register_login: f.OR | None = None
    check_number: f.RN | None = None


class FeePaidResponse(FromAcs, frozen=True):
    code = "38"
    payment_accepted: Flag
    transaction_date: Date
    institution_id: f.AO
    patron_identifier: f.AA
    transaction_id: f.BK | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class ItemInformation(FromSc, frozen=True):
    code = "17"
    transaction_date: Date
    institution_id: f.AO
    item_identifier: f.AB
    terminal_password: f.AC | None = None


class ItemInformationResponse(FromAcs, frozen=True):
    code = "18"
    circulation_status: CirculationStatus
    security_marker: SecurityMarker
    fee_type: FeeType
    transaction_date: Date
    item_identifier: f.AB
    title_identifier: f.AJ
    hold_queue_length: f.CF | None = None
    due_date: f.AH | None = None
    recall_date: f.CJ | None = None
    hold_pickup_date: f.CM | None = None
    owner: f.BG | None = None
    currency_type: f.BH | None = None
    fee_amount: f.BV | None = None
    media_type: f.CK | None = None
    permanent_location: f.AQ | None = None
    current_location: f.AP | None = None
    item_properties: f.CH | None = None
    collection_code: f.CR | None = None
    call_number: f.CS | None = None
    destination_location: f.CT | None = None
    alert_type: f.CV | None = None
    hold_patron_id: f.CY | None = None
    hold_patron_name: f.DA | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


class ItemStatusUpdate(FromSc, frozen=True):
    code = "19"
    transaction_date: Date
    institution_id: f.AO
    item_identifier: f.AB
    item_properties: f.CH
    terminal_password: f.AC | None = None


class ItemStatusUpdateResponse(FromAcs, frozen=True):
    code = "20"
    item_properties_ok: Ok
    transaction_date: Date
    item_identifier: f.AB
    title_identifier: f.AJ | None = None
    item_properties: f.CH | None = None
    screen_message: f.AF = ()
    print_line: f.AG = ()


# What follows from the declarations ---------------------------------------------------------------


class Position(msgspec.Struct, frozen=True):
    """A field of the fixed part: its attribute and its columns, counted from the first digit of the code."""

    attribute: str
    start: int
    stop: int
    shape: f.Shape


class Slot(msgspec.Struct, frozen=True):
    """An identified field of a message; `nullable` ones read as None when absent."""

    attribute: str
    field: f.Field
    required: bool
    nullable: bool


class Declaration(msgspec.Struct, frozen=True):
    """All that is known of a message, in the order of its struct's fields."""

    message: type[Message]
    positions: tuple[Position, ...]
    slots: tuple[Slot, ...]

    @property
    def fixed_length(self) -> int:
        return self.positions[-1].stop if self.positions else 2


def _declaration(message: type[Message]) -> Declaration:
    positions: list[Position] = []
    slots: list[Slot] = []
    column = 2
    for info in msgspec.structs.fields(message):
        if info.name == "extensions":
            continue
        annotated = [kind for kind in (info.type, *get_args(info.type)) if hasattr(kind, "__metadata__")]
        mark = annotated[0].__metadata__[0]
        if isinstance(mark, f.Shape):
            positions.append(Position(info.name, column, column + mark.width, mark))
            column += mark.width
        else:
            slots.append(Slot(info.name, mark, info.required, NoneType in get_args(info.type)))
    return Declaration(message, tuple(positions), tuple(slots))


DECLARATIONS: Final[dict[str, Declaration]] = {
    message.code: _declaration(message) for side in (FromSc, FromAcs) for message in side.__subclasses__()
}


def explain(message: Message) -> list[tuple[str, str, str]]:
    """The message for human eyes: (id, name, value) of each field that is there; fixed fields have no id.

    Secrets are stars, flags Y or N, rows of flags the names of those set, and codes come with their names.
    """
    declaration = DECLARATIONS[message.code]
    lines = [("", _name(p.attribute), shown(getattr(message, p.attribute))) for p in declaration.positions]
    for slot in declaration.slots:
        value = getattr(message, slot.attribute)
        values = value if slot.field.repeatable else () if value is None else (value,)
        lines += [(slot.field.id, slot.field.name, shown(each)) for each in values]
    for id_, text in _shown_extensions(message):
        lines.append((id_, f.CATALOGUE[id_].name if id_ in f.CATALOGUE else "extension", text))
    return lines


def _name(attribute: str) -> str:
    return attribute.replace("_", " ")


def shown(value: object) -> str:
    """A field's value for human eyes."""
    match value:
        case None:
            return "-"
        case Secret():
            return "***"
        case bool():
            return "Y" if value else "N"
        case Enum():
            return f"{value.value} {_name(value.name.lower())}"
        case msgspec.Struct():
            return ", ".join(_name(flag) for flag in value.__struct_fields__ if getattr(value, flag)) or "-"
        case datetime():
            return value.isoformat(" ")
        case _:
            return str(value)


def _shown_extensions(message: Message) -> tuple[tuple[str, str], ...]:
    if message.direction is Direction.TO_ACS:
        return tuple((id_, "***") for id_, _ in message.extensions)
    return tuple((id_, "***" if id_ in _SECRET_IDS else text) for id_, text in message.extensions)


_SECRET_IDS: Final = frozenset(id_ for id_, field in f.CATALOGUE.items() if field.shape is f.SECRET)


def table() -> str:
    """The declarations as the table of the README."""
    rows = [
        "| code | message | sent by | fixed part | required | optional |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code, declaration in sorted(DECLARATIONS.items()):
        required, optional = (
            " ".join(slot.field.id for slot in declaration.slots if slot.required is wanted) or "-"
            for wanted in (True, False)
        )
        sender = declaration.message.direction.split(" to ", maxsplit=1)[0]
        rows.append(
            f"| {code} | `{declaration.message.__name__}` | {sender} "
            f"| {declaration.fixed_length} | {required} | {optional} |"
        )
    return "\n".join(rows)
