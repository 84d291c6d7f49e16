"""Field policy: a hidden field never leaves, a masked one shows its ends at most, whatever filled it in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sip2 import messages as m
from protocols.sip2.fields import PatronStatus
from servers.configuration.settings import PERSONAL, FieldPolicy
from servers.sip2.privacy import PERSONAL_IN, UNMASKED, concealer, masked
from tests.matrix import proves
from tests.protocols.sip2.test_laws import messages_of

ANSWERS = list(m.FromAcs.__subclasses__())


def values(message: m.FromAcs, id_: str) -> list[str]:
    """What a field of the message says, wherever it stands."""
    said = [text for other, text in message.extensions if other == id_]
    for slot in m.DECLARATIONS[message.code].slots:
        if slot.field.id == id_:
            value = getattr(message, slot.attribute)
            said += value if isinstance(value, tuple) else [] if value is None else [str(value)]
    return said


def test_whatever_is_personal_is_so_in_some_answer() -> None:
    assert set().union(*PERSONAL_IN.values()) == set(PERSONAL)


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_field_of_a_person_in_any_answer_has_a_policy(kind: type[m.FromAcs]) -> None:
    """AA is an echo but in 10; AQ, BV and BF are a person's only where they stand for one."""
    told = {slot.field.id for slot in m.DECLARATIONS[kind.code].slots} & set(PERSONAL)
    echoes = {"AA"} if kind is not m.CheckinResponse else set()
    of_items = {"AQ", "BV"} if kind not in (m.PatronStatusResponse, m.PatronInformationResponse) else set()
    assert told - echoes - of_items <= PERSONAL_IN.get(kind, frozenset())


def test_a_policy_that_lets_everything_out_costs_nothing() -> None:
    assert concealer({}) is None
    assert concealer(dict.fromkeys(PERSONAL, FieldPolicy.FULL)) is None


def extended(kind: type[m.FromAcs]) -> st.SearchStrategy[m.FromAcs]:
    """Answers of a kind with anything in them, the undeclared extensions too."""
    declared = {slot.field.id for slot in m.DECLARATIONS[kind.code].slots}
    others = [*sorted(set(PERSONAL) - declared), "ZZ"]
    pairs = st.lists(st.tuples(st.sampled_from(others), st.text("AbcÄ 12345", max_size=12)), max_size=4)

    def built(message: m.Message, extensions: list[tuple[str, str]]) -> m.FromAcs:
        assert isinstance(message, kind)
        return kind(
            **{name: getattr(message, name) for name in kind.__struct_fields__ if name != "extensions"},
            extensions=tuple(extensions),
        )

    return st.builds(built, messages_of(kind.code), pairs)


@proves("personal fields hidden or masked by terminal")
@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_hidden_never_leaves_and_nothing_else_changes(kind: type[m.FromAcs]) -> None:
    @given(extended(kind), st.sets(st.sampled_from(PERSONAL)))
    def law(message: m.FromAcs, ids: set[str]) -> None:
        conceal = concealer(dict.fromkeys(ids, FieldPolicy.HIDE))
        told = message if conceal is None else conceal(message)
        hidden = ids & PERSONAL_IN.get(kind, frozenset())
        for id_ in PERSONAL:
            assert [text for text in values(told, id_) if text or id_ not in hidden] == (
                [] if id_ in hidden else values(message, id_)
            )
        assert values(told, "ZZ") == values(message, "ZZ")

    law()


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_masked_says_as_much_as_a_hidden_field_but_for_its_ends(kind: type[m.FromAcs]) -> None:
    @given(extended(kind))
    def law(message: m.FromAcs) -> None:
        conceal = concealer(dict.fromkeys(PERSONAL, FieldPolicy.MASK))
        assert conceal is not None
        told = conceal(message)
        for id_ in PERSONAL:
            said = values(message, id_)
            if id_ in PERSONAL_IN.get(kind, frozenset()):
                said = [] if id_ in UNMASKED else list(map(masked, said))
            assert values(told, id_) == said

    law()


def test_a_required_field_that_is_hidden_is_there_and_empty() -> None:
    conceal = concealer({"AE": FieldPolicy.HIDE, "BV": FieldPolicy.HIDE})
    assert conceal is not None
    status = m.PatronStatusResponse(
        patron_status=PatronStatus(),
        language="001",
        transaction_date=None,
        institution_id="TOWN",
        patron_identifier="P1",
        personal_name="Ann Ngata",
        fee_amount="3.50",
    )
    told = conceal(status)
    assert isinstance(told, m.PatronStatusResponse)
    assert (told.patron_identifier, told.personal_name, told.fee_amount) == ("P1", "", None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), ("Ann", "***"), ("1234", "****"), ("12345", "1***5"), ("Ann Ngata", "A*******a")],
)
def test_a_mask_leaves_the_ends_of_what_is_long_enough(text: str, shown: str) -> None:
    assert masked(text) == shown
