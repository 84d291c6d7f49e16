"""NCIP messages as this kit writes and reads them; the rule: an answer is described, never repaired.

It shares no code with any server, because a codec must not mark its own work. A message is written without
prefixes and without its envelope, `<LookupItem>…</LookupItem>`; a dialect puts both around it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

from msgspec import Struct

from conformance.wire.ncip_layout import children_fit, model_of, text_fits

NAMESPACE: Final = "http://www.niso.org/2008/ncip"
DEEPEST: Final = 64
_OPENING = re.compile("<(/?)(?=[A-Za-z_])")
_VERSION = re.compile(r"v(1_01|1_0|2_02|2_01|2_0)(?!\d)")
_SPACE = re.compile(r"\s+")
_END: Final = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?NCIPMessage\s*>\s*")
_LONGEST_ANSWER: Final = 4 * 1024 * 1024


class Dialect(Struct, frozen=True, kw_only=True):
    """How a message is written: its version URI, and the looks of its envelope.

    `qualified` puts the namespace before the attribute `version`, as version 2 wants it; `before` is what
    precedes the root: an XML declaration, a DOCTYPE, dirt.
    """

    uri: str
    prefix: str = "ns1"
    namespace: str = NAMESPACE
    qualified: bool = True
    before: str = ""

    def written(self, content: str) -> str:
        """Return the whole message around a service."""
        prefix = f"{self.prefix}:" if self.prefix else ""
        declared = ""
        if self.namespace:
            declared = f' xmlns{":" if self.prefix else ""}{self.prefix}="{self.namespace}"'
        own = prefix
        if self.qualified and not self.prefix:  # the default namespace is not that of attributes
            own, declared = "ncip:", f'{declared} xmlns:ncip="{self.namespace}"'
        version = f' {own if self.qualified else ""}version="{self.uri}"' if self.uri else ""
        named = _OPENING.sub(rf"<\1{prefix}", content)
        return f"{self.before}<{prefix}NCIPMessage{declared}{version}>{named}</{prefix}NCIPMessage>"


V2_02: Final = Dialect(uri="http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd")
V2_01: Final = Dialect(uri="http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_01.xsd")
V2_0: Final = Dialect(uri="http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd")
V1_0: Final = Dialect(
    uri="http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd", prefix="", namespace="", qualified=False
)
V1_01: Final = Dialect(
    uri="http://www.niso.org/ncip/v1_01/imp1/dtd/ncip_v1_01.dtd", prefix="", namespace="", qualified=False
)


class UnreadableError(ValueError):
    """An answer that is no NCIP message; the text says why."""


class Element(Struct):
    """An element; `text` is all text directly in it, without blanks around it."""

    name: str
    prefix: str
    namespace: str
    attributes: dict[str, str]
    children: list["Element"]
    text: str = ""

    def every(self, path: str) -> Iterator["Element"]:
        """Yield what stands beneath at a path of names: "ItemId/ItemIdentifierValue"."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.every(rest) if rest else (child,)


class Problem(Struct, frozen=True):
    """Why something was refused: type, detail, the element it is about, and what stood there."""

    kind: str
    detail: str = ""
    element: str = ""
    value: str = ""


class Reply(Struct, frozen=True):
    """One answer: its HTTP status (0 without HTTP), its headers, its bytes, and the message in them."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    root: Element | None = None
    unreadable: str = ""

    @property
    def service(self) -> str:
        """The name of what stands in NCIPMessage: `LookupItemResponse`, `Problem`; "" if there is nothing."""
        content = self.content
        return "" if content is None else content.name

    @property
    def content(self) -> Element | None:
        """What stands in NCIPMessage."""
        return self.root.children[0] if self.root is not None and self.root.children else None

    @property
    def uri(self) -> str:
        """The version that the answer says it is in."""
        if self.root is None:
            return ""
        attributes = self.root.attributes
        return attributes.get("version") or attributes.get(f"{self.root.prefix}:version") or _any(attributes)

    @property
    def version(self) -> str:
        """That version as a number, "" if it names none: 1.0, 1.01, 2.0, 2.01, 2.02."""
        found = _VERSION.findall(self.uri)  # the folder may be that of another than the file
        return found[-1].replace("_", ".") if found else ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every Problem of the answer as a whole, flat as in version 2 or nested as in version 1."""
        if self.root is None:
            return ()
        alone = list(self.root.every("Problem"))
        content = self.content
        within = [] if content is None else list(content.every("Problem"))
        return tuple(_problem(element) for element in alone + within)

    def every(self, path: str) -> tuple[str, ...]:
        """Return the texts of the elements at a path beneath the response: "ItemId/ItemIdentifierValue"."""
        content = self.content
        return () if content is None else tuple(found.text for found in content.every(path))

    def first(self, path: str) -> str | None:
        """Return the first of these texts; None if there is no such element."""
        return next(iter(self.every(path)), None)

    def elements(self, path: str) -> tuple[Element, ...]:
        """Return the elements at a path beneath the response."""
        content = self.content
        return () if content is None else tuple(content.every(path))

    def faults(self) -> tuple[str, ...]:
        """Return everything in which an answer of version 2 departs from the schema of its version."""
        if self.root is None or self.content is None:
            return (self.unreadable,)
        if self.root.prefix:
            wanted = f"{self.root.prefix}:version"
            attributes = [] if wanted in self.root.attributes else ["version is not in the namespace of NCIP"]
        else:
            attributes = ["version is not in the namespace of NCIP"] * ("version" in self.root.attributes)
        found = [*attributes]
        if len(self.root.children) > 1 and any(child.name != "Problem" for child in self.root.children):
            found.append("NCIPMessage holds more than one message")
        version = self.version if self.version.startswith("2") else "2.02"
        for child in self.root.children:
            if child.name != "LookupVersionResponse":
                found += _faults(child, version)
        return tuple(found)


def length_of_message(buffer: bytes, ended: bool) -> int:
    """How many bytes at the start of `buffer` are a message of the TCP binding, 0 if it is not whole yet."""
    found = _END.search(buffer)
    if found is None and ended:
        return len(buffer)
    return 0 if found is None else found.end()


def read(raw: bytes, status: int = 0, headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer, with the message in it if there is one, and why there is none if not."""
    headers = headers or {}
    try:
        root = _parsed(raw)
    except UnreadableError as problem:
        return Reply(status, headers, raw, unreadable=str(problem))
    return Reply(status, headers, raw, root)


def _any(attributes: Mapping[str, str]) -> str:
    """The version under any prefix: some servers write one that is not their elements'."""
    return next((value for name, value in attributes.items() if name.endswith(":version")), "")


def _parsed(raw: bytes) -> Element:
    """The root of a message. Raises UnreadableError."""
    if len(raw) > _LONGEST_ANSWER:
        raise UnreadableError("the answer is too long")
    top = Element("", "", "", {}, [])
    nodes, scopes = [top], [{"": "", "xml": "http://www.w3.org/XML/1998/namespace"}]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(nodes) > DEEPEST:
            raise UnreadableError("the answer is too deep")
        scope = scopes[-1] | {
            name.partition(":")[2]: value
            for name, value in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        prefix, _, name = tag.rpartition(":")
        if prefix not in scope:
            raise UnreadableError(f"the prefix {prefix} is not declared")
        element = Element(name, prefix, scope[prefix], attributes, [])
        nodes[-1].children.append(element)
        nodes.append(element)
        scopes.append(scope)

    def text(characters: str) -> None:
        nodes[-1].text += characters

    def end(_tag: str) -> None:
        element = nodes.pop()
        element.text = element.text.strip()
        scopes.pop()

    def doctype(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if has_subset:
            raise UnreadableError("the answer has a DOCTYPE with declarations of its own")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise UnreadableError(f"the answer is no XML: {error}") from error
    (root,) = top.children
    if root.name != "NCIPMessage" or root.namespace not in ("", NAMESPACE):
        raise UnreadableError(f"the answer is <{root.name}> of {root.namespace or 'no namespace'}")
    if not root.children:
        raise UnreadableError("NCIPMessage is empty")
    return root


def _problem(element: Element) -> Problem:
    for kind in ("ProcessingError", "MessagingError"):
        for nested in element.every(kind):
            return Problem(
                _text(nested, f"{kind}Type/Value"),
                element=_text(nested, f"{kind}Element/ElementName"),
                value=_text(nested, f"{kind}Element/{kind}Value"),
            )
    return Problem(
        *(_text(element, name) for name in ("ProblemType", "ProblemDetail", "ProblemElement", "ProblemValue"))
    )


def _text(element: Element, path: str) -> str:
    return next((found.text for found in element.every(path)), "")


def _faults(element: Element, version: str) -> Iterator[str]:
    """What an element and all beneath it have against the schema."""
    if element.name == "Ext":
        return
    if element.namespace != NAMESPACE:
        yield f"{element.name} is not in the namespace of NCIP"
    names = [child.name for child in element.children]
    if not children_fit(version, element.name, names):
        yield f"{element.name} holds {' '.join(names) or 'nothing'}, and should {model_of(element.name)}"
    if element.children and element.text:
        yield f"{element.name} holds text between its elements"
    if not element.children and not text_fits(element.name, element.text):
        yield f"{element.name} is {_SPACE.sub(' ', element.text)[:80]!r}"
    for name in element.attributes:
        if name.rpartition(":")[2] != "Scheme" and not name.startswith("xmlns"):
            yield f"{element.name} has an attribute {name}"
    for child in element.children:
        yield from _faults(child, version)
