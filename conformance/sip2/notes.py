"""Item status update (19/20): properties of an item (CH). SIP2 has no way to take back what a case writes."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    NO_CONTROLS,
    code,
    field,
    fits,
    fixed,
    same_as,
    same_if_told,
)
from conformance.sip2.lines import ITEM, NOTE, of, saying

_NOTE = "SIP2 2.00, Item Status Update 19"
_ANSWER = "SIP2 2.00, Item Status Update Response 20"
_PROPERTIES = "CHcover loose"

CASES = (
    Case(
        id="notes.known",
        title="properties of a known item are taken, and answered with its number",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(ask(NOTE, code("20"), fixed("ok", "1"), LAYOUT, field("AB", "{item_to_note}")),),
    ),
    Case(
        id="notes.unknown",
        title="properties of an unknown item are refused, with the number as sent",
        level=Level.MUST,
        clause=f"{_ANSWER}; field practice: it ended a server (SIPServer)",
        steps=(
            ask(
                saying(NOTE, item_to_note="no-such-item"),
                code("20"),
                fixed("ok", "0"),
                LAYOUT,
                field("AB", "no-such-item"),
            ),
        ),
    ),
    Case(
        id="notes.no-item",
        title="properties of no item are refused",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(ask(saying(NOTE, item_to_note=""), code("20"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="notes.title",
        title="the title, where 20 tells it, is that of 18",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: AJ",
        steps=(
            ask(of(ITEM, item="item_to_note"), code("18"), name="item"),
            ask(NOTE, code("20"), same_if_told("item", "AJ")),
        ),
    ),
    Case(
        id="notes.echo",
        title="the properties, where 20 tells them, hold those that were sent",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: CH",
        steps=(ask(NOTE, code("20"), fits("CH", ".*cover loose.*", "holding what was sent")),),
    ),
    Case(
        id="notes.nothing-else",
        title="properties change neither where an item is nor whether it is lent",
        level=Level.MUST,
        clause=_NOTE,
        steps=(
            ask(of(ITEM, item="item_to_note"), code("18"), name="item"),
            ask(NOTE, code("20"), fixed("ok", "1")),
            ask(of(ITEM, item="item_to_note"), same_as("item", "circulation status", "AJ", "AH", "AQ", "AP")),
        ),
    ),
    Case(
        id="notes.empty",
        title="empty properties are answered",
        level=Level.SHOULD,
        clause=f"{_NOTE}: CH",
        steps=(ask(NOTE.replace(_PROPERTIES, "CH"), code("20"), LAYOUT, field("AB", "{item_to_note}")),),
    ),
    Case(
        id="notes.missing",
        title="properties that are left out are answered",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        steps=(ask(NOTE.replace(f"{_PROPERTIES}|", ""), code("20", "96"), LAYOUT),),
    ),
    Case(
        id="notes.longest",
        title="properties of 255 characters are answered",
        level=Level.MUST,
        clause="SIP2 2.00: a field holds up to 255 characters",
        steps=(ask(NOTE.replace("cover loose", "x" * 255), code("20"), LAYOUT),),
    ),
    Case(
        id="notes.too-long",
        title="properties of 1,000 characters are answered in bounds",
        level=Level.CLIENT,
        clause="SIP2 2.00: a field holds up to 255 characters; clients send more",
        steps=(ask(NOTE.replace("cover loose", "x" * 1000), code("20", "96"), LAYOUT),),
    ),
    Case(
        id="notes.odd",
        title="properties with control characters, entities and templates come back without harm",
        level=Level.CLIENT,
        clause="SIP2 2.00: values hold displayable characters",
        steps=(
            ask(
                NOTE.replace("cover loose", "a\x07b\x1b[2J &#124; ${{7*7}} <b>"),
                code("20", "96"),
                NO_CONTROLS,
                LAYOUT,
            ),
            ask(of(ITEM, item="item_to_note"), code("18"), NO_CONTROLS, LAYOUT),
        ),
    ),
    Case(
        id="notes.letters",
        title="properties with letters beyond ASCII are taken, in Latin-1 and in UTF-8",
        level=Level.SHOULD,
        clause="SIP2 2.00, AZ: the sum is of bytes",
        steps=(
            ask(NOTE.replace("cover loose", "Rücken lose"), code("20"), fixed("ok", "1"), LAYOUT),
            ask(
                NOTE.replace("cover loose", "R\xc3\xbccken lose").replace("{first}", "{second}"),
                code("20"),
                fixed("ok", "1"),
                LAYOUT,
            ),
        ),
    ),
)
