"""What staff would do: a sentence for every reason, and one of its own for all that offline acts come to."""

from core.explain import LENDING, RENEWAL, RETURN
from core.refusals import Reason
from servers.reconcile.advice import ADVICE

OFFLINE = {
    *LENDING,
    *RENEWAL,
    *RETURN,
    Reason.UNKNOWN_PATRON,
    Reason.UNKNOWN_ITEM,
    Reason.SUPERSEDED,
    Reason.INVALID_DATE,
}
"""Whatever `core.rules.offline` can find."""


def test_there_is_a_sentence_for_every_reason() -> None:
    assert set(ADVICE) == set(Reason)
    assert all(text[0].isupper() and text.endswith(".") for text in ADVICE.values())


def test_only_what_is_never_found_offline_is_left_to_whoever_looks_after_the_machine() -> None:
    assert {reason for reason, text in ADVICE.items() if "look after" in text or "looks after" in text} == (
        set(Reason) - OFFLINE
    )
