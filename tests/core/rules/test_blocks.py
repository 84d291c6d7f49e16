"""Blocking a patron once, however often it is asked."""

from msgspec.structs import replace

from core.events import PatronBlocked
from core.model.records import Block, BlockKind
from core.rules.blocks import block
from tests.core.rules.given import ANN, DAY, NOW

KEPT = Block(BlockKind.CARD_RETAINED, NOW - DAY, "kiosk-1", "card kept")


def test_block_tells_what_when_by_whom_and_why() -> None:
    assert block(ANN, BlockKind.SELF_CHECK, "wrong PIN, thrice", "kiosk-1", NOW) == (
        PatronBlocked(ANN.id, Block(BlockKind.SELF_CHECK, NOW, "kiosk-1", "wrong PIN, thrice")),
    )


def test_same_block_by_the_same_actor_is_no_second_block() -> None:
    patron = replace(ANN, blocks=(KEPT,))
    assert block(patron, BlockKind.CARD_RETAINED, "card kept again", "kiosk-1", NOW) == ()


def test_another_kind_or_another_actor_is_another_block() -> None:
    patron = replace(ANN, blocks=(KEPT,))
    assert block(patron, BlockKind.CARD_LOST, "", "kiosk-1", NOW) != ()
    assert block(patron, BlockKind.CARD_RETAINED, "", "kiosk-2", NOW) != ()
