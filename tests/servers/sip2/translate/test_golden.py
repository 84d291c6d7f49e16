"""A visit at a terminal whose profile says nothing: byte for byte what such a one was always answered."""

from __future__ import annotations

from core.rules.facts import Pin
from servers.sip2.translate import acs_status
from tests.fakes.world import EMMA, KIOSK, World
from tests.servers.sip2.translating import CLEAR, DENIED, MORE_RECORDS, Kiosk

NO_CARD = "AFThis card is not known here.|"
LIMITS = "BZ0015|CA0005|CB0030|BLY|BHEUR|"
NO_ITEM = "AFThis item is not known here. Please ask at the desk.|"

VISIT = [
    ("23001<d>AOTOWN|AAP1|AC|AD|", f"24{CLEAR}001<d>AOTOWN|AAP1|AEAnn Ngata|BLY|BHEUR|BV0.00|"),
    ("23001<d>AOTOWN|AAP9|AC|AD|", f"24{DENIED}001<d>AOTOWN|AAP9|AE|BLN|{NO_CARD}"),
    (
        "63001<d>  Y       AOTOWN|AAP1|",
        f"64{CLEAR}001<d>{'0' * 24}AOTOWN|AAP1|AEAnn Ngata|{LIMITS}BV0.00|CC10.00|",
    ),
    (
        "11YN<d><none>AOTOWN|AAP1|ABI1|AC|",
        "121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|AH20260330    235900|CK001|",
    ),
    (
        "11YN<d><none>AOTOWN|AAP1|ABI3|AC|",
        "121NNY<d>AOTOWN|AAP1|ABI3|AJMetropolis|AH20260316    235900|CK006|",
    ),
    ("11YN<d><none>AOTOWN|AAP1|ABI9|AC|", f"120NUN<d>AOTOWN|AAP1|ABI9|AJ|AH|{NO_ITEM}"),
    (
        "11YN<d><none>AOTOWN|AAP4|ABI2|AC|",
        "120NUN<d>AOTOWN|AAP4|ABI2|AJEmma|AH|AFThis card has expired. Please ask at the desk.|",
    ),
    (
        "17<d>AOTOWN|ABI1|",
        "18040001<d>ABI1|AJEmma|CF1|AH20260330    235900|BGMAIN|CK001|AQMain stacks|APMain stacks|",
    ),
    (
        "29NN<d><none>AOTOWN|AAP1|ABI3|",
        "301YNN<d>AOTOWN|AAP1|ABI3|AJMetropolis|AH20260319    235900|CK006|",
    ),
    (
        "63001<d>YYYYYYYYYYAOTOWN|AAP1|",
        f"64{CLEAR}001<d>000000000002000100000000AOTOWN|AAP1|AEAnn Ngata|{LIMITS}BV3.50|CC10.00|"
        "AUI1|AUI3|AV900 3.50 overdue|",
    ),
    ("37<d>0100EURBV1.00|AOTOWN|AAP1|", "38Y<d>AOTOWN|AAP1|BK{id}|"),
    ("37<d>0100EURBV9.00|AOTOWN|AAP1|", "38N<d>AOTOWN|AAP1|AFThis is more than is owed: 2.50 EUR.|"),
    ("37<d>0100USDBV1.00|AOTOWN|AAP1|", "38N<d>AOTOWN|AAP1|AFThis currency is not taken here.|"),
    (
        "09N<d><d>AP|AOTOWN|ABI3|AC|",
        "101YNY<d>AOTOWN|ABI3|AQFilms|AJMetropolis|AAP1|CK006|AFPlease send to East Branch.|",
    ),
    (
        "09N<d><d>AP|AOTOWN|ABI1|AC|",
        "101YNY<d>AOTOWN|ABI1|AQMain stacks|AJEmma|AAP1|CK001|AFPlease put on the hold shelf.|",
    ),
    (
        "09N<d><d>AP|AOTOWN|ABI2|AC|",
        "100NNN<d>AOTOWN|ABI2|AQMain stacks|AJEmma|CK001|AFThis item is not on loan.|",
    ),
    ("09N<d><d>AP|AOTOWN|ABI9|AC|", f"100NUY<d>AOTOWN|ABI9|AQ|{NO_ITEM}"),
    ("35<d>AOTOWN|AAP1|", "36Y<d>AOTOWN|AAP1|"),
]


async def test_a_whole_visit_is_answered_as_ever() -> None:
    world = await World(records=MORE_RECORDS).start()
    kiosk = Kiosk(world)
    said = []
    for step, (line, _) in enumerate(VISIT):
        world.clock.advance(minutes=1)
        if step == 6:
            world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
        if step == 8:
            world.clock.advance(days=3)
            world.charge(world.library.patrons[next(iter(world.library.patrons))].id, "3.50")
        said.append(kiosk.ask(line))
    payment = next(iter(world.library.payments), "")
    assert said == [answer.replace("{id}", str(payment)) for _, answer in VISIT]
    await world.stop()


async def test_a_wrong_pin_and_98_are_answered_anew() -> None:
    """Of these two more is told now, and less: all messages are there, and nobody learns who has a card."""
    world = await World().start()
    kiosk = Kiosk(world)
    wrong = kiosk.ask("23001<d>AOTOWN|AAP1|AC|ADx|", Pin.WRONG)
    assert wrong == f"24{DENIED}001<d>AOTOWN|AAP1|AE|BLN|CQN|AFCard and PIN do not match.|"
    assert kiosk.written(acs_status(kiosk.station)) == (
        "98YYYYNY100003<d>2.00AOTOWN|BXYYYNYYYYYYYNNYYY|AMTown Library|"
    )
    await world.stop()
