"""XML made to harm: it is refused in bounds, fetches nothing, tells nothing, and the server serves on."""

from msgspec.structs import replace

from conformance.case import AtOnce, Awaits, Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    NO_TRACE,
    NOT_UNDERSTOOD,
    REFUSED_CLEANLY,
    REFUSED_UNREAD,
    done,
    is_but,
    missing,
    not_listed,
    quiet_about,
    refused,
    told,
)
from conformance.ncip.shapes import (
    Shape,
    followed_by,
    led_by,
    replacing,
)
from conformance.ncip.texts import (
    BROKER,
    LOANS,
    LOOKUP_ITEM,
    check_in,
    check_out,
    item,
    lookup_item,
    lookup_user,
    user,
)
from conformance.wire.ncip import V2_02

_BOUNDED = "every limit has an answer: a Problem, or a status of HTTP; never silence, never another message"
_ENTITIES = "security: no entity is declared by a message, none is fetched or expanded"
_VALUES = "Z39.83-1: values are data"
_SERVES_ON = post(LOOKUP_ITEM, done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}"))


def _with_subset(subset: str, value: str) -> Post:
    """Return a message with declarations of its own, and a value that makes use of them."""
    return post(
        lookup_item(f"<ItemId><ItemIdentifierValue>{value}</ItemIdentifierValue></ItemId>"),
        *REFUSED_UNREAD,
        awaits=Awaits.HTTP,
        dialect=replace(V2_02, before=f"<!DOCTYPE ns1:NCIPMessage [{subset}]>"),
    )


def _entities(name: str, title: str, *messages: Post) -> Case:
    """Return a case in which messages declare or name what must not be expanded or fetched."""
    return Case(
        id=f"hostile-xml.{name}",
        title=title,
        level=Level.MUST,
        clause=_ENTITIES,
        steps=(*messages, _SERVES_ON),
    )


def _flood(name: str, title: str, message: Post, level: Level = Level.SHOULD) -> Case:
    """Return a case in which one message is far too much of something."""
    return Case(
        id=f"hostile-xml.{name}",
        title=title,
        level=level,
        clause=_BOUNDED,
        steps=(replace(message, claims=REFUSED_CLEANLY, awaits=Awaits.ANSWER_OR_END), _SERVES_ON),
    )


def _nobody(*cards: str) -> tuple[Post, ...]:
    """Return look-ups of users who do not exist, however they are written."""
    return tuple(
        post(
            lookup_user(user(card)),
            refused("LookupUser", "Unknown User"),
            missing("UserId", "UserOptionalFields"),
            NO_TRACE,
            LAYOUT,
        )
        for card in cards
    )


def _strange_names(turn: int) -> Shape:
    """Return a shape that puts elements into a message whose names come in no other."""
    names = b"".join(b"<n%d-%d/>" % (turn, number) for number in range(2_000))
    return replacing(b"</ns1:LookupItem>", b"<ns1:Ext>" + names + b"</ns1:Ext></ns1:LookupItem>")


_LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
_NESTED = "<ns1:Ext>" * 400 + "</ns1:Ext>" * 400
_MANY = "<ItemElementType>Circulation Status</ItemElementType>" * 60_000
_ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(20_000)).encode()
_BLANKS = b" " * 3_000_000

CASES = (
    _entities(
        "entity",
        "an entity that the message declares is refused, not expanded",
        _with_subset('<!ENTITY who "no-such-item">', "&who;"),
    ),
    _entities("laughs", "entities that grow to gigabytes are refused", _with_subset(_LAUGHS, "&j;")),
    _entities(
        "blow-up",
        "one long entity a thousand times over is refused",
        _with_subset(f'<!ENTITY a "{"A" * 50_000}">', "&a;" * 1_000),
    ),
    _entities(
        "file",
        "a file that an entity names is not read",
        *(
            replace(message, claims=(*message.claims, quiet_about("root:")))
            for message in (
                _with_subset('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;"),
                _with_subset('<!ENTITY f PUBLIC "x" "/etc/passwd">', "&f;"),
            )
        ),
    ),
    _entities(
        "address",
        "an address that an entity names is not asked",
        _with_subset('<!ENTITY f SYSTEM "http://127.0.0.1:1/secret">', "&f;"),
    ),
    _entities(
        "parameter",
        "parameter entities are refused",
        _with_subset('<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;', "{item}"),
        _with_subset("<!ENTITY % a \"<!ENTITY b SYSTEM 'file:///etc/hostname'>\"> %a;", "&b;"),
    ),
    _entities(
        "defaults",
        "attributes that the message's own declarations would add are not added",
        _with_subset('<!ATTLIST ns1:LookupItem mood CDATA "bad">', "{item}"),
    ),
    _entities(
        "external-doctype",
        "a DOCTYPE elsewhere is not fetched; the message is answered, or refused",
        post(
            LOOKUP_ITEM,
            is_but(
                "LookupItemResponse, or a Problem of syntax",
                lambda reply: (
                    reply.service == "LookupItemResponse"
                    or any(found.kind == NOT_UNDERSTOOD for found in reply.problems)
                ),
            ),
            dialect=replace(V2_02, before='<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'),
        ),
    ),
    _entities(
        "include",
        "XInclude is not obeyed",
        post(
            lookup_item(
                "<ItemId><ItemIdentifierValue>{item}</ItemIdentifierValue></ItemId>", "Circulation Status"
            ),
            quiet_about("root:"),
            NO_TRACE,
            awaits=Awaits.HTTP,
            shape=replacing(
                b"</ns1:LookupItem>",
                b'<ns1:Ext><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" '
                b'parse="text"/></ns1:Ext></ns1:LookupItem>',
            ),
        ),
    ),
    _entities(
        "stylesheet",
        "a stylesheet that the message names is not fetched",
        post(
            LOOKUP_ITEM,
            done("LookupItem"),
            shape=led_by(b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:1/x.xsl"?>'),
        ),
    ),
    _flood(
        "deep",
        "elements four hundred deep are refused in bounds",
        post(LOOKUP_ITEM, shape=replacing(b"</ns1:LookupItem>", _NESTED.encode() + b"</ns1:LookupItem>")),
        Level.MUST,
    ),
    _flood(
        "very-deep",
        "a hundred thousand opening tags are refused in bounds",
        post(LOOKUP_ITEM, shape=lambda _: b"<a>" * 100_000),
        Level.MUST,
    ),
    _flood(
        "many-elements",
        "sixty thousand elements are refused in bounds",
        post(f"<LookupItem>{BROKER}{item()}{_MANY}</LookupItem>"),
    ),
    _flood(
        "many-attributes",
        "twenty thousand attributes are refused in bounds",
        post(LOOKUP_ITEM, shape=replacing(b"<ns1:LookupItem>", b"<ns1:LookupItem " + _ATTRIBUTES + b">")),
    ),
    _flood(
        "long-value",
        "a value of half a million characters is refused in bounds",
        post(lookup_item(item("9" * 500_000))),
    ),
    _flood(
        "long-name",
        "a name of half a million characters is refused in bounds",
        post(LOOKUP_ITEM, shape=replacing(b"<ns1:LookupItem>", b"<ns1:Lookup" + b"I" * 500_000 + b">")),
    ),
    _flood(
        "huge",
        "a body of three megabytes is refused in bounds",
        post(LOOKUP_ITEM, shape=followed_by(_BLANKS)),
    ),
    Case(
        id="hostile-xml.many-names",
        title="ten thousand names that nobody has heard do no harm, in message after message",
        level=Level.SHOULD,
        clause="security: a parser keeps nothing of a message that is answered",
        steps=(*(post(LOOKUP_ITEM, NO_TRACE, shape=_strange_names(turn)) for turn in range(5)), _SERVES_ON),
    ),
    Case(
        id="hostile-xml.wildcards",
        title="wildcards find nobody",
        level=Level.MUST,
        clause=_VALUES,
        steps=_nobody("*", "%", "_", "?", "[0-9]*", ".*"),
    ),
    Case(
        id="hostile-xml.queries",
        title="query language in a user id finds nobody",
        level=Level.MUST,
        clause=f"{_VALUES}; field practice: FOLIO MODNCIP-49",
        steps=_nobody(
            "' OR '1'='1",
            '" or cql.allRecords=1 or "',
            "x'; DROP TABLE patron; --",
            "*)(uid=*)",
            "../../etc/passwd",
        ),
    ),
    Case(
        id="hostile-xml.templates",
        title="template language in a user id is not evaluated",
        level=Level.MUST,
        clause=_VALUES,
        steps=tuple(
            replace(message, claims=(*message.claims, quiet_about("5764801")))
            for message in _nobody(
                "{{{{2401*2401}}}}",
                "${{2401*2401}}",
                "&lt;%= 2401*2401 %&gt;",
                "${{jndi:ldap://localhost/a}}",
            )
        ),
    ),
    Case(
        id="hostile-xml.markup",
        title="markup in a value comes back as text",
        level=Level.MUST,
        clause="XML 1.0, 2.4: < and & are escaped",
        steps=(
            post(
                lookup_user(user("&lt;/ProblemValue&gt;&lt;UserId&gt;]]&gt;&amp;amp;")),
                refused("LookupUser", "Unknown User"),
                told("Problem/ProblemValue", "</ProblemValue><UserId>]]>&amp;"),
                missing("UserId", "Problem/UserId"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="hostile-xml.response-in-request",
        title="elements of the answer in a question do not come back as the server's",
        level=Level.MUST,
        clause="Z39.83-1: LookupUserResponse is the responder's",
        steps=(
            post(
                lookup_user(user("no-such-user")),
                is_but("LookupUserResponse with a Problem", lambda reply: bool(reply.problems)),
                missing("UserFiscalAccount", "UserOptionalFields"),
                quiet_about("Mallory"),
                shape=replacing(
                    b"</ns1:LookupUser>",
                    b"<ns1:UserOptionalFields><ns1:NameInformation><ns1:PersonalNameInformation>"
                    b"<ns1:UnstructuredPersonalUserName>Mallory</ns1:UnstructuredPersonalUserName>"
                    b"</ns1:PersonalNameInformation></ns1:NameInformation></ns1:UserOptionalFields></ns1:LookupUser>",
                ),
            ),
        ),
    ),
    Case(
        id="hostile-xml.comment-inside",
        title="a comment inside a value does not cut it: who is named is the whole of it",
        level=Level.MUST,
        clause="XML 1.0, 2.5; security: text before a comment was taken for the whole",
        steps=(
            post(
                lookup_user(user("{patron}<!-- -->-not")),
                refused("LookupUser", "Unknown User"),
                missing("UserId", "UserOptionalFields"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="hostile-xml.namespace-of-another",
        title="a message in the namespace of another standard is refused, or forgiven",
        level=Level.SHOULD,
        clause="Namespaces in XML; Z39.83-1: the namespace of NCIP",
        steps=(
            post(
                LOOKUP_ITEM,
                is_but(
                    "LookupItemResponse or a Problem",
                    lambda reply: reply.service == "LookupItemResponse" or bool(reply.problems),
                ),
                NO_TRACE,
                dialect=replace(V2_02, namespace="urn:of-another"),
            ),
        ),
    ),
    Case(
        id="hostile-xml.all-at-once",
        title="twenty hostile messages at once, and an honest one is served",
        level=Level.MUST,
        clause=_BOUNDED,
        steps=(AtOnce((*(_with_subset(_LAUGHS, "&j;") for _ in range(20)), _SERVES_ON)), _SERVES_ON),
    ),
    Case(
        id="hostile-xml.act-in-vain",
        title="a loan asked for with a bomb before it is not done",
        level=Level.MUST,
        clause=_ENTITIES,
        steps=(
            post(
                check_out(),
                *REFUSED_UNREAD,
                awaits=Awaits.HTTP,
                dialect=replace(V2_02, before=f"<!DOCTYPE ns1:NCIPMessage [{_LAUGHS}]>"),
            ),
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
            ),
        ),
        undo=(post(check_in()),),
    ),
)
