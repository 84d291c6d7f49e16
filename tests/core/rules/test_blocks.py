"""Blocking a patron once, however often it is asked, and lifting what machines have placed."""

import pytest
from msgspec.structs import replace

from core.events import PatronBlocked, PatronEnabled
from core.model.records import Block, BlockKind
from core.rules.blocks import block, enable
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


def placed(kind: BlockKind, by: str = "kiosk-1") -> Block:
    return Block(kind, NOW - DAY, by)


def test_every_block_that_machines_place_is_lifted_whichever_placed_it() -> None:
    lifted = (placed(BlockKind.SELF_CHECK), placed(BlockKind.CARD_RETAINED, "kiosk-2"))
    patron = replace(ANN, blocks=(lifted[0], placed(BlockKind.STAFF), lifted[1]))
    assert enable(patron) == (PatronEnabled(ANN.id, lifted),)


@pytest.mark.parametrize("blocks", [(), (placed(BlockKind.STAFF),), (placed(BlockKind.CARD_LOST),)])
def test_blocks_of_people_are_not_lifted_by_machines(blocks: tuple[Block, ...]) -> None:
    assert enable(replace(ANN, blocks=blocks)) == ()
