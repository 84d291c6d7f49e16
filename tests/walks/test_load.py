"""Busy kiosks beside idle ones: every answer is right, nobody is lost, who was silent is served after.

The same with 2,000 idle and 256 busy ones is `circdesk-conformance load sip2 --idle 2000 --connections 256`.
"""

import asyncio

from msgspec.structs import replace

from conformance.load import ITEMS_EACH, Plan, generate, mix_of
from tests.matrix import proves
from tests.walks.given import Server

IDLE, BUSY = 50, 16


@proves("idle kiosks beside busy ones")
def test_busy_kiosks_get_right_answers_and_idle_ones_stay(server: Server) -> None:
    target = replace(
        server.target,
        patrons=tuple(f"P{n}" for n in range(1, BUSY + 1)),
        items=tuple(f"I{n}" for n in range(1, BUSY * ITEMS_EACH + 1)),
    )
    mix = mix_of("23:1,63:1,17:1,11:2,09:1,29:1,35:1,37:1,99:1")
    figures = asyncio.run(generate(target, Plan(connections=BUSY, seconds=2, mix=mix, idle=IDLE)))
    assert figures.is_clean, figures.examples
    assert figures.idle == IDLE
    assert {"11 lent", "09 returned", "29 renewed", "37 paid"} <= figures.verdicts.keys()
