"""What is around a service: version, namespace, prefix, header, encoding; and that it is answered in kind."""

from msgspec.structs import replace

from conformance.case import Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    NAMESPACED,
    NO_NAMESPACE,
    NOT_UNDERSTOOD,
    SWAPPED,
    done,
    filled,
    header,
    in_version,
    is_but,
    missing,
    prefixed,
    problem,
    refused,
    told,
)
from conformance.ncip.shapes import Shape, indented, led_by, replacing, with_comments
from conformance.ncip.texts import (
    BROKER,
    BROKER_1,
    LOOKUP_ITEM,
    LOOKUP_USER,
    LOOKUP_VERSION,
    lookup_item,
    lookup_user,
    user,
)
from conformance.wire.ncip import V1_0, V1_01, V2_0, V2_01, V2_02, Dialect

_KIND = "Z39.83-1: the response is in the version of the initiation"
_XML = "XML 1.0 and Namespaces in XML: another way to write the same"
_CHARSET = "XML 1.0, 4.3.3; RFC 7303: charset"
_ANSWERED = (done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}"))
_DOCTYPE_1 = (
    '<!DOCTYPE NCIPMessage PUBLIC "-//NISO//NCIP DTD Version 1.0//EN" '
    '"http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd">'
)
_DOCTYPE = f'<?xml version="1.0" encoding="UTF-8"?>\n{_DOCTYPE_1}'
_URN = "<Scheme>urn:circdesk-conformance:agencies</Scheme>"
_USER_1 = (
    f"<LookupUser>{BROKER_1}<UniqueUserId><UniqueAgencyId>{_URN}<Value>{{institution}}</Value></UniqueAgencyId>"
    "<UserIdentifierValue>{patron}</UserIdentifierValue></UniqueUserId><UserElementType>"
    "<Scheme>http://www.niso.org/ncip/v1_0/schemes/userelementtype/userelementtype.scm</Scheme>"
    "<Value>Name Information</Value></UserElementType></LookupUser>"
)
_VISIBLE_1 = (
    f"<LookupUser>{BROKER_1}<VisibleUserId><VisibleUserIdentifierType><Scheme>http://www.niso.org/ncip/v1_0/imp1/"
    "schemes/visibleuseridentifiertype/visibleuseridentifiertype.scm</Scheme><Value>Barcode</Value>"
    "</VisibleUserIdentifierType><VisibleUserIdentifier>{patron}</VisibleUserIdentifier></VisibleUserId>"
    "</LookupUser>"
)
_ITEM_1 = (
    f"<LookupItem>{BROKER_1}<UniqueItemId><UniqueAgencyId>{_URN}<Value>{{institution}}</Value></UniqueAgencyId>"
    "<ItemIdentifierValue>no-such-item</ItemIdentifierValue></UniqueItemId></LookupItem>"
)


def _in_kind(name: str, title: str, dialect: Dialect, level: Level = Level.MUST) -> Case:
    """Return a case in which a message is answered in the version and with the prefix that it has."""
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause=_KIND,
        steps=(
            post(
                LOOKUP_ITEM,
                *_ANSWERED,
                NAMESPACED,
                in_version(dialect.uri),
                prefixed(dialect.prefix),
                LAYOUT,
                dialect=dialect,
            ),
        ),
    )


def _first(name: str, title: str, dialect: Dialect, level: Level = Level.SHOULD) -> Case:
    """Return a case in which version 1 is asked and answered."""
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause=f"{_KIND}; NCIP 1.0: Unique… ids",
        steps=(
            post(
                _USER_1,
                done("LookupUser"),
                NO_NAMESPACE,
                in_version(dialect.uri),
                told("UniqueUserId/UserIdentifierValue", "{patron}"),
                dialect=dialect,
            ),
        ),
    )


def _same(name: str, title: str, level: Level, clause: str, shape: Shape, text: str = LOOKUP_ITEM) -> Case:
    """Return a case in which a message is written otherwise, and means the same."""
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(post(text, *_ANSWERED, LAYOUT, shape=shape),),
    )


def _dialect(name: str, title: str, level: Level, clause: str, dialect: Dialect) -> Case:
    """Return a case in which the envelope is not as it should be, and what it means is plain."""
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(post(LOOKUP_ITEM, *_ANSWERED, dialect=dialect),),
    )


def _typed(name: str, title: str, content_type: str, level: Level = Level.CLIENT) -> Case:
    """Return a case in which HTTP says something else of the body."""
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause="field practice: clients send text/xml, a charset or none, or no Content-Type",
        steps=(post(LOOKUP_ITEM, *_ANSWERED, head={"Content-Type": content_type}),),
    )


def _umlaut(name: str, title: str, level: Level, charset: str, declared: str, content_type: str) -> Case:
    """Return a case in which letters beyond ASCII come in one charset, and perhaps are said to be in another.

    What is asked for does not exist, so that the answer tells what was read.
    """
    return Case(
        id=f"envelope.{name}",
        title=title,
        level=level,
        clause=f"{_CHARSET}; field practice: ILLiad addons declare one charset and send another",
        steps=(
            post(
                lookup_user(user("nobody-Åse-Müller")),
                refused("LookupUser", "Unknown User"),
                is_but(
                    "the value as it was meant",
                    lambda reply: any(problem.value == "nobody-Åse-Müller" for problem in reply.problems),
                ),
                charset=charset,
                dialect=replace(
                    V2_02, before=f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
                ),
                head={"Content-Type": content_type},
            ),
        ),
    )


def _unreadable(name: str, title: str, message: Post) -> Case:
    """Return a case in which the bytes are no text in the charset that they should be in."""
    return Case(id=f"envelope.{name}", title=title, level=Level.SHOULD, clause=_CHARSET, steps=(message,))


CASES = (
    _in_kind("version-2.02", "2.02 is answered in 2.02", V2_02),
    _in_kind("version-2.01", "2.01 is answered in 2.01", V2_01),
    _in_kind("version-2.0", "2.0 is answered in 2.0", V2_0),
    _in_kind(
        "prefix-none", "a default namespace is answered with one", replace(V2_02, prefix=""), Level.SHOULD
    ),
    _in_kind(
        "prefix-other", "another prefix is answered with it", replace(V2_02, prefix="ncip"), Level.SHOULD
    ),
    _in_kind(
        "prefix-odd", "an odd prefix is answered with it", replace(V2_02, prefix="x-1_a.b"), Level.SHOULD
    ),
    _in_kind(
        "uri-other",
        "the other URI of 2.02 is answered with it",
        replace(V2_02, uri="http://www.niso.org/ncip/v2_02/imp1/xsd/ncip_v2_02.xsd"),
        Level.CLIENT,
    ),
    _first("version-1.0", "1.0 is answered in 1.0", V1_0),
    _first("version-1.01", "1.01 is answered in 1.01", V1_01),
    _first(
        "version-1-doctype", "1.0 with its DOCTYPE is answered", replace(V1_0, before=_DOCTYPE), Level.CLIENT
    ),
    _first(
        "version-1-doctype-alone",
        "1.0 with a DOCTYPE and no XML declaration is answered",
        replace(V1_0, before=_DOCTYPE_1),
        Level.CLIENT,
    ),
    Case(
        id="envelope.version-1-visible",
        title="version 1 finds a user by VisibleUserId",
        level=Level.SHOULD,
        clause="NCIP 1.0: VisibleUserId",
        steps=(post(_VISIBLE_1, done("LookupUser"), NO_NAMESPACE, dialect=V1_0),),
    ),
    Case(
        id="envelope.version-1-problem",
        title="a Problem of version 1 is nested, and names scheme and value of its type",
        level=Level.SHOULD,
        clause="NCIP 1.0: ProcessingError; field practice: ProcessingErrorDetail is not in the standard",
        steps=(
            post(
                _ITEM_1,
                refused("LookupItem", "Unknown Item"),
                NO_NAMESPACE,
                filled("Problem/ProcessingError/ProcessingErrorType/Scheme"),
                missing("Problem/ProblemType", "Problem/ProcessingError/ProcessingErrorDetail"),
                dialect=V1_0,
            ),
        ),
    ),
    _dialect(
        "doctype-of-version-1",
        "the DOCTYPE of version 1 before a message of version 2 does no harm",
        Level.CLIENT,
        "field practice: templates of Koha",
        replace(V2_02, before=_DOCTYPE),
    ),
    _dialect(
        "version-unqualified",
        "a version attribute without the namespace is understood",
        Level.CLIENT,
        "field practice: the commonest fault of clients",
        replace(V2_02, qualified=False),
    ),
    _dialect(
        "version-missing",
        "a message without a version is understood",
        Level.CLIENT,
        "field practice: left out",
        replace(V2_02, uri=""),
    ),
    _dialect(
        "version-bare",
        "a version that is a bare number is understood",
        Level.CLIENT,
        "field practice: openRS writes 2.02",
        replace(V2_02, uri="2.02"),
    ),
    _dialect(
        "namespace-missing",
        "a message of version 2 without a namespace is understood",
        Level.CLIENT,
        "field practice: left out",
        replace(V2_02, prefix="", namespace="", qualified=False),
    ),
    Case(
        id="envelope.version-unknown",
        title="an unknown version is answered, or told which versions there are",
        level=Level.MUST,
        clause="Z39.83-1: LookupVersionResponse may answer any message whose version is not supported",
        steps=(
            post(
                LOOKUP_ITEM,
                is_but(
                    "an answer to the service, a Problem, or LookupVersionResponse",
                    lambda reply: reply.service in ("LookupItemResponse", "LookupVersionResponse", "Problem"),
                ),
                dialect=replace(V2_02, uri="http://www.niso.org/schemas/ncip/v9_9/ncip_v9_9.xsd"),
            ),
        ),
    ),
    Case(
        id="envelope.lookup-version",
        title="LookupVersion is answered with the versions there are, agencies swapped",
        level=Level.MUST,
        clause="Z39.83-1: LookupVersion",
        steps=(
            replace(
                LOOKUP_VERSION,
                claims=(
                    done("LookupVersion"),
                    filled("VersionSupported"),
                    told("FromAgencyId/AgencyId", "{institution}"),
                    told("ToAgencyId/AgencyId", "{ncip_agency}"),
                ),
            ),
        ),
    ),
    Case(
        id="envelope.lookup-version-empty",
        title="a LookupVersion that names nobody is answered",
        level=Level.CLIENT,
        clause="field practice: Koha answers an empty LookupVersion",
        steps=(post("<LookupVersion/>", done("LookupVersion"), filled("VersionSupported")),),
    ),
    Case(
        id="envelope.versions-true",
        title="a version that LookupVersion names is spoken: the one the question came in is among them",
        level=Level.SHOULD,
        clause="Z39.83-1: LookupVersion",
        steps=(
            replace(
                LOOKUP_VERSION,
                claims=(
                    is_but(
                        "2.02 among the versions",
                        lambda reply: any("v2_02" in uri for uri in reply.every("VersionSupported")),
                    ),
                ),
            ),
        ),
    ),
    Case(
        id="envelope.header-swapped",
        title="the header of an answer has From and To swapped",
        level=Level.MUST,
        clause="Z39.83-1: ResponseHeader",
        steps=(
            post(
                LOOKUP_ITEM,
                SWAPPED,
                told("ResponseHeader/FromAgencyId/AgencyId", "{institution}"),
                told("ResponseHeader/ToAgencyId/AgencyId", "{ncip_agency}"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="envelope.header-systems",
        title="systems in a header are swapped, too, and no secret comes back",
        level=Level.SHOULD,
        clause="Z39.83-1: ResponseHeader, FromSystemId, ToSystemId",
        steps=(
            post(
                LOOKUP_ITEM.replace("<FromAgencyId>", "<FromSystemId>KIT</FromSystemId><FromAgencyId>", 1),
                done("LookupItem"),
                told("ResponseHeader/ToSystemId", "KIT"),
                missing("ResponseHeader/FromSystemAuthentication", "ResponseHeader/FromAgencyAuthentication"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="envelope.header-missing",
        title="a message without a header is answered, if only with a Problem",
        level=Level.MUST,
        clause="Z39.83-1: InitiationHeader is optional",
        steps=(
            post(
                LOOKUP_ITEM.replace(BROKER, ""),
                is_but(
                    "LookupItemResponse or Problem",
                    lambda reply: reply.service in ("LookupItemResponse", "Problem"),
                ),
                missing("ResponseHeader"),
                LAYOUT,
            ),
        ),
    ),
    _same("indented", "blanks and line ends between elements mean nothing", Level.MUST, _XML, indented),
    _same("comments", "comments and processing instructions mean nothing", Level.MUST, _XML, with_comments),
    _same(
        "declaration", "an XML declaration may be there", Level.MUST, _XML, led_by(b'<?xml version="1.0"?>\n')
    ),
    _same(
        "blanks-before",
        "blanks before the message do no harm",
        Level.CLIENT,
        "field practice: a line end before the root",
        led_by(b"\r\n  "),
    ),
    _same(
        "byte-order-mark",
        "a byte order mark does no harm",
        Level.MUST,
        "XML 1.0, 4.3.3: UTF-8 with a byte order mark",
        led_by(b"\xef\xbb\xbf"),
    ),
    Case(
        id="envelope.character-data",
        title="CDATA and character references are text like any other",
        level=Level.MUST,
        clause=_XML,
        steps=(
            post(
                lookup_item("<ItemId><ItemIdentifierValue><![CDATA[{item}]]></ItemIdentifierValue></ItemId>"),
                done("LookupItem"),
                told("ItemId/ItemIdentifierValue", "{item}"),
            ),
            post(
                lookup_user(user("nobody &#38; &amp;&#x26;")),
                refused("LookupUser", "Unknown User"),
                told("Problem/ProblemValue", "nobody & &&"),
            ),
        ),
    ),
    _same(
        "schemes",
        "Scheme attributes are taken, and do not change what a value means",
        Level.MUST,
        "Z39.83-1: Scheme is optional",
        replacing(
            b"<ns1:ItemElementType>",
            b'<ns1:ItemElementType ns1:Scheme="http://www.niso.org/ncip/v1_0/schemes/itemelementtype/'
            b'itemelementtype.scm">',
        ),
    ),
    Case(
        id="envelope.extension",
        title="an extension that the server does not know is passed over",
        level=Level.MUST,
        clause="Z39.83-1: Ext",
        steps=(
            post(
                LOOKUP_ITEM,
                *_ANSWERED,
                LAYOUT,
                shape=replacing(
                    b"</ns1:LookupItem>",
                    b'<ns1:Ext><k:mood xmlns:k="urn:kit">good</k:mood></ns1:Ext></ns1:LookupItem>',
                ),
            ),
        ),
    ),
    Case(
        id="envelope.scheme-of-schema",
        title="a schemaLocation is passed over, and nothing is fetched for it",
        level=Level.CLIENT,
        clause="field practice: xsi:schemaLocation at the root",
        steps=(
            post(
                LOOKUP_ITEM,
                *_ANSWERED,
                shape=replacing(
                    b" ns1:version=",
                    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
                    b'"http://www.niso.org/2008/ncip http://127.0.0.1:1/ncip.xsd" ns1:version=',
                ),
            ),
        ),
    ),
    Case(
        id="envelope.names-told",
        title="an answer is in UTF-8 and says so",
        level=Level.SHOULD,
        clause="Z39.83-2: application/xml; charset=utf-8; field practice: titles garbled without it",
        steps=(
            post(
                LOOKUP_USER,
                done("LookupUser"),
                header("Content-Type", r'(application|text)/xml;\s*charset="?utf-8"?'),
                is_but(
                    "bytes in UTF-8", lambda reply: reply.raw.decode("utf-8", "replace").find("\ufffd") < 0
                ),
                LAYOUT,
            ),
        ),
    ),
    _typed("type-text", "text/xml is taken", "text/xml"),
    _typed("type-charset", "text/xml with a charset is taken", "text/xml; charset=UTF-8"),
    _typed("type-none", "a message without a Content-Type is taken", ""),
    _typed("type-form", "a message said to be a form is taken", "application/x-www-form-urlencoded"),
    _umlaut(
        "charset-utf-8",
        "UTF-8 without a declaration is read as such",
        Level.MUST,
        "utf-8",
        "",
        "application/xml",
    ),
    _umlaut(
        "charset-latin-1",
        "Latin-1 that is declared is read as such",
        Level.SHOULD,
        "iso-8859-1",
        "ISO-8859-1",
        "application/xml",
    ),
    _umlaut(
        "charset-header",
        "Latin-1 that only HTTP declares is read as such",
        Level.SHOULD,
        "iso-8859-1",
        "",
        "text/xml; charset=iso-8859-1",
    ),
    _umlaut(
        "charset-said-latin-1",
        "UTF-8 that is declared as Latin-1 is read as what it is",
        Level.CLIENT,
        "utf-8",
        "ISO-8859-1",
        "text/xml",
    ),
    _umlaut(
        "charset-said-utf-16",
        "UTF-8 that is declared as UTF-16 is read as what it is",
        Level.CLIENT,
        "utf-8",
        "utf-16",
        "text/xml",
    ),
    _unreadable(
        "charset-said-utf-8",
        "Latin-1 that is declared as UTF-8 is refused as a fault of syntax, not of the service",
        post(
            lookup_user(user("nobody-Müller")),
            problem(NOT_UNDERSTOOD),
            charset="iso-8859-1",
            dialect=replace(V2_02, before='<?xml version="1.0" encoding="UTF-8"?>'),
        ),
    ),
    _unreadable(
        "charset-utf-16",
        "UTF-16 is read, or refused in words",
        post(
            LOOKUP_ITEM,
            is_but(
                "LookupItemResponse, or a Problem of syntax",
                lambda reply: (
                    reply.service == "LookupItemResponse"
                    or any(found.kind == NOT_UNDERSTOOD for found in reply.problems)
                ),
            ),
            charset="utf-16",
            dialect=replace(V2_02, before='<?xml version="1.0" encoding="UTF-16"?>'),
        ),
    ),
    _unreadable(
        "charset-unknown",
        "a charset that there is not is refused in words, or the bytes are read as what they are",
        post(
            LOOKUP_ITEM,
            is_but(
                "LookupItemResponse, or a Problem of syntax",
                lambda reply: (
                    reply.service == "LookupItemResponse"
                    or any(found.kind == NOT_UNDERSTOOD for found in reply.problems)
                ),
            ),
            dialect=replace(V2_02, before='<?xml version="1.0" encoding="EBCDIC-9"?>'),
        ),
    ),
)
