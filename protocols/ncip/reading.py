"""From a tree to a typed message, by the declarations: in whatever version, forgiving what the mode forgives.

Everything that is not as the standard has it passes through `_Reader.note`, which refuses it, lists it or
lets it go. A structure that lacks what it is about counts as absent, and so its parent may lack it in turn;
where a message is left without what it is about, the sender hears of it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NoReturn

import msgspec

from protocols.ncip.declarations import FIRST_PREFIXED, MESSAGES, Declaration, Kind, Slot, declaration_of
from protocols.ncip.dialects import LATEST, NAMESPACE, Dialect, Version, dialect_of, version_in
from protocols.ncip.errors import RemoteError
from protocols.ncip.leaves import Reading, Unusable, leaf
from protocols.ncip.marks import Presence
from protocols.ncip.messages import BareProblem, Initiation, ItemRequestedResponse, Message, Response
from protocols.ncip.parsing import Tree
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import ALLOWED, PROBLEMS, TRIFLES, Mode, Repair, Repaired
from protocols.ncip.structures import Content, InitiationHeader, ResponseHeader
from protocols.ncip.values import Element
from protocols.xml.parsing import Node

Where = tuple[Any, str]
"""The way to an element: that of its parent, and its name."""

MOST_REPAIRS: Final = 100
_LONGEST_NAME: Final = 64

# Names of version 1 for which version 2 has others.
_FIRST_NAMES: Final = {
    **{f"Unique{name}": name for name in FIRST_PREFIXED},
    "VisibleUserId": "UserId",
    "VisibleItemId": "ItemId",
    "VisibleUserIdentifier": "UserIdentifierValue",
    "VisibleUserIdentifierType": "UserIdentifierType",
    "VisibleItemIdentifier": "ItemIdentifierValue",
    "VisibleItemIdentifierType": "ItemIdentifierType",
    "ProcessingErrorType": "ProblemType",
    "MessagingErrorType": "ProblemType",
    "ProcessingErrorDetail": "ProblemDetail",
    "ElementName": "ProblemElement",
    "ProcessingErrorValue": "ProblemValue",
    "MessagingErrorValue": "ProblemValue",
}

# What version 1 puts around elements that version 2 has without it, by what that is in.
_ERRORS: Final = frozenset(("ProcessingError", "MessagingError"))
_WRAPPERS: Final = {
    "Problem": _ERRORS | {"ProcessingErrorElement", "MessagingErrorElement"},
    "LookupUserResponse": frozenset(("UserTransaction",)),
}


class _Plan(msgspec.Struct, frozen=True):
    """A declaration made ready for reading: which slot an element of each name fills, in each version."""

    declaration: Declaration
    slots: tuple[Slot, ...]
    names: dict[str, int]
    first_names: dict[str, int]
    absent: tuple[Any, ...]
    attributes: tuple[str, ...]
    demanded: tuple[int, ...]
    beside_problem: tuple[int, ...]
    text_for: int
    misnomers: dict[str, str]


@cache
def _plan(struct: type[Content]) -> _Plan:
    declaration = declaration_of(struct)
    slots = declaration.slots
    names = {slot.name: place for place, slot in enumerate(slots)}
    old = {first: names[name] for first, name in _FIRST_NAMES.items() if name in names}
    return _Plan(
        declaration=declaration,
        slots=slots,
        names=names,
        first_names={slot.first_name: place for place, slot in enumerate(slots)} | old,
        absent=tuple(
            () if slot.repeated or slot.kind is Kind.EXTENSION else False if slot.kind is Kind.FLAG else None
            for slot in slots
        ),
        attributes=tuple(slot.attribute for slot in slots),
        demanded=tuple(
            place
            for place, slot in enumerate(slots)
            if slot.presence in (Presence.REQUIRED, Presence.NEEDED) or slot.filling is not None
        ),
        beside_problem=tuple(place for place, slot in enumerate(slots) if slot.beside_problem),
        text_for=_text_for(slots),
        misnomers=struct.misnomers if issubclass(struct, Message) else {},
    )


def _text_for(slots: tuple[Slot, ...]) -> int:
    """The place of the element that mere text would stand for: the only required or the only one; else -1."""
    simple = (Kind.TEXT, Kind.PAIR)
    required = [place for place, slot in enumerate(slots) if slot.presence is Presence.REQUIRED]
    if len(required) == 1 and slots[required[0]].kind in simple:
        return required[0]
    return 0 if len(slots) == 2 and slots[0].kind in simple and not slots[0].repeated else -1


class Read(msgspec.Struct, frozen=True):
    """What a tree holds."""

    message: Message
    header: InitiationHeader | ResponseHeader | None
    dialect: Dialect
    repairs: tuple[Repaired, ...]


def read_tree(
    tree: Tree, mode: Mode, side: type[Initiation] | type[Response], reading: Reading = leaf
) -> Read:
    """The message of this side in the tree, its texts taken for what ``reading`` has them come to; else
    `RemoteError`, told all that is known by then.
    """
    reader = _Reader(mode, tree.repairs, reading)
    try:
        message = reader.document(tree.root, side)
    except RemoteError as error:
        error.dialect = reader.dialect
        error.service = reader.service
        error.header = reader.header if isinstance(reader.header, InitiationHeader) else None
        raise
    return Read(message, reader.header, reader.dialect, tuple(reader.repairs))


class _Reader:
    """One message being read; what is known of it already."""

    def __init__(self, mode: Mode, repairs: list[Repaired], reading: Reading) -> None:
        self.repairs = repairs
        self._leaf = reading
        self.dialect = LATEST
        self.service: type[Initiation] | None = None
        self.header: InitiationHeader | ResponseHeader | None = None
        self._strict = mode is Mode.STRICT
        self._thorough = mode is not Mode.LENIENT
        self._namespace: str | None = NAMESPACE
        self._version = LATEST.version
        self._first = False
        self._noted_namespace = False

    def note(self, repair: Repair, where: Where, name: str = "") -> None:
        """Refuse what is so, put it on the list, or pass over it, as the mode has it."""
        if self._strict:
            if repair not in ALLOWED:
                self._refuse(PROBLEMS[repair], repair.value, where, name)
        elif (self._thorough or repair not in TRIFLES) and len(self.repairs) < MOST_REPAIRS:
            self.repairs.append(Repaired(repair, _path(where, name)))

    def _refuse(
        self, kind: ProblemType, detail: str, where: Where, name: str = "", value: str | None = None
    ) -> NoReturn:
        raise RemoteError(kind, detail, _path(where, name), value)

    # The document

    def document(self, root: Node, side: type[Initiation] | type[Response]) -> Message:
        """The message under this root."""
        where = ("", "NCIPMessage")
        if root.name != "NCIPMessage":
            raise RemoteError(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, "the root is no NCIPMessage")
        self.dialect = self._recognised(root, where)
        if self._thorough:
            self._check_attributes(root, where, "version")
            self._check_text(root, where)
        if not root.children:
            self._refuse(ProblemType.NEEDED_DATA_MISSING, "NCIPMessage is empty", where)
        node = root.children[0]
        self._check_namespace(node, ("", node.name))
        message = self._kind_of(node, side)
        if message is BareProblem:
            root.attributes = []
            problem: BareProblem = self._structure(root, _plan(BareProblem), where)
            return problem
        for more in root.children[1:]:
            if more.name in MESSAGES:  # done without the others, it would be a promise half kept
                detail = f"two services in one message: {node.name} and {more.name}"
                self._refuse(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, detail, where, more.name)
            self.note(Repair.UNKNOWN_ELEMENT, where, more.name)
        where = ("", node.name)
        if message.since > self._version:
            self.note(Repair.LATER, where)
        self.header = self._header(node, where, side)
        read: Message = self._structure(node, _plan(message), where)
        return read

    def _kind_of(self, node: Node, side: type[Initiation] | type[Response]) -> type[Message]:
        """The message that this element is, if that side may send it."""
        where = ("", node.name)
        if issubclass(side, Response):
            if node.name == "Problem" or node.name in _ERRORS:
                return BareProblem
            if node.name == "Response":
                self.note(Repair.MISNAMED, where)
                return ItemRequestedResponse
        message = MESSAGES.get(node.name)
        if message is None:
            self._refuse(ProblemType.UNKNOWN_SERVICE, "no such service", where)
        if not issubclass(message, side):
            self._refuse(ProblemType.PROTOCOL_ERROR, "sent by the wrong side", where)
        if issubclass(message, Initiation):
            self.service = message
        return message

    def _recognised(self, root: Node, where: Where) -> Dialect:
        """The dialect of the message, which the rest is read in."""
        uri, qualified = _version_attribute(root)
        version = version_in(uri)
        self._namespace = root.namespace
        if root.namespace == NAMESPACE:
            if version is None or version < Version.V2_0:
                version = LATEST.version
                self.note(Repair.VERSION, where)
            elif not qualified:
                self.note(Repair.UNQUALIFIED, where, "@version")
        else:
            if version is None:
                version = Version.V1_0 if _is_of_first(root) else LATEST.version
                self.note(Repair.VERSION, where)
            if version >= Version.V2_0 or root.namespace:
                self.note(Repair.NAMESPACE if root.namespace is not None else Repair.PREFIX, where)
        self._version = version
        self._first = version < Version.V2_0
        return dialect_of(version, uri, root.prefix)

    def _header(
        self, node: Node, where: Where, side: type[Initiation] | type[Response]
    ) -> InitiationHeader | ResponseHeader | None:
        """The message's header, taken out of it."""
        struct = InitiationHeader if issubclass(side, Initiation) else ResponseHeader
        name = struct.__name__
        found = [place for place, child in enumerate(node.children) if child.name == name]
        if not found:
            return None
        if found[0]:
            self.note(Repair.ORDER, where, name)
        for _ in found[1:]:
            self.note(Repair.REPEATED, where, name)
        child = node.children[found[0]]
        node.children = [other for other in node.children if other.name != name]
        self._check_namespace(child, (where, name))
        header: InitiationHeader | ResponseHeader | None
        header = self._structure(child, _plan(struct), (where, name))
        return header

    # Structures

    def _structure(self, node: Node, plan: _Plan, where: Where) -> Any:
        """The structure in this element, None if it lacks what it is about."""
        names = plan.first_names if self._first else plan.names
        slots, namespace, version = plan.slots, self._namespace, self._version
        values = list(plan.absent)
        several: dict[int, list[Any]] = {}
        last = 0
        children = node.children
        if (wrappers := _WRAPPERS.get(plan.declaration.name)) and children:
            children = self._unwrapped(children, wrappers, where)
        if self._thorough:
            self._check_attributes(node, where)
            if children:
                self._check_text(node, where)
        for child in children:
            name = child.name
            place = names.get(name, -1)
            if place < 0:
                place = self._odd(name, plan, where)
                if place < 0:
                    continue
            if child.namespace != namespace:
                self._check_namespace(child, (where, name))
            slot = slots[place]
            if place < last:
                self.note(Repair.ORDER, where, name)
            else:
                last = place
            if slot.presence is Presence.STRAY:
                self.note(Repair.STRAY, where, name)
            if slot.since > version and name == slot.name:
                self.note(Repair.LATER, where, name)
            value = _READERS[slot.kind](self, child, slot, (where, name))
            if value is None:
                continue
            if slot.repeated:
                several.setdefault(place, []).append(value)
                if slot.single_before > version and len(several[place]) > 1:
                    self.note(Repair.LATER, where, name)
            elif values[place] is plan.absent[place]:
                values[place] = value
            else:
                self.note(Repair.REPEATED, where, name)
        for place, found in several.items():
            values[place] = tuple(found)
        if not children:
            self._text_alone(node, plan, values, where)
        return self._whole(plan, values, where)

    def _whole(self, plan: _Plan, values: list[Any], where: Where) -> Any:
        """The structure with these values, once what must be there is, or is forgiven."""
        declaration, absent = plan.declaration, plan.absent
        if declaration.refuses and values[0]:
            self._check_refusal(plan, values, where)
        elif plan.demanded or declaration.rules:
            if where[0] and not declaration.may_be_empty and values == list(absent):
                return None
            for place in plan.demanded:
                if values[place] is absent[place]:
                    slot = plan.slots[place]
                    if slot.presence is Presence.REQUIRED:
                        return self._without(slot, where)
                    if slot.presence is Presence.NEEDED or slot.filled_before > self._version > Version.V1_01:
                        self.note(Repair.MISSING, where, slot.name)
            self._check_choices(plan, values, where)
        return declaration.struct(**dict(zip(plan.attributes, values, strict=True)))

    def _check_refusal(self, plan: _Plan, values: list[Any], where: Where) -> None:
        """Note what stands beside a Problem and should not."""
        for slot, value, none in zip(plan.slots[1:], values[1:], plan.absent[1:], strict=True):
            if value is not none and not slot.beside_problem and slot.kind is not Kind.EXTENSION:
                self.note(Repair.CHOICE, where, slot.name)

    def _check_choices(self, plan: _Plan, values: list[Any], where: Where) -> None:
        """Note the choices that are none of those that the schema gives."""
        for place in plan.beside_problem:
            if values[place] is not plan.absent[place]:
                self.note(Repair.CHOICE, where, plan.slots[place].name)
        for rule in plan.declaration.rules:
            present = [
                slot.name
                for slot, value, none in zip(plan.slots, values, plan.absent, strict=True)
                if value is not none and slot.name in rule.names
                for _ in (value if slot.repeated else (1,))
            ]
            if not rule.holds(present):
                self.note(Repair.CHOICE if present else Repair.MISSING, where, rule.offers())

    def _without(self, slot: Slot, where: Where) -> None:
        """What becomes of a structure that lacks what it is about: its parent lacks it too."""
        if self._strict or not where[0]:
            self._refuse(ProblemType.NEEDED_DATA_MISSING, Repair.MISSING.value, where, slot.name)
        self.note(Repair.MISSING, where, slot.name)

    def _text_alone(self, node: Node, plan: _Plan, values: list[Any], where: Where) -> None:
        """Take text in place of elements for the one that it can stand for: of an id its value."""
        if not node.text.strip():
            return
        if plan.text_for < 0:
            self.note(Repair.STRAY_TEXT, where)
        else:
            self.note(Repair.TEXT_FOR_ELEMENT, where)
            slot = plan.slots[plan.text_for]
            values[plan.text_for] = _READERS[slot.kind](self, node, slot, (where, slot.name))

    def _odd(self, name: str, plan: _Plan, where: Where) -> int:
        """The place of an element that is called otherwise in this version, -1 if it has none here."""
        others = plan.names if self._first else plan.first_names
        repair = Repair.OTHER_VERSION
        place = others.get(name, -1)
        if place < 0 and name in _ERRORS:
            place = plan.names.get("Problem", -1)
        if place < 0 and name in plan.misnomers:
            place, repair = plan.names[plan.misnomers[name]], Repair.MISNAMED
        self.note(repair if place >= 0 else Repair.UNKNOWN_ELEMENT, where, name)
        return place

    def _unwrapped(self, children: list[Node], wrappers: frozenset[str], where: Where) -> list[Node]:
        """The elements, with those that version 1 puts into another in its place."""
        if not any(child.name in wrappers for child in children):
            return children
        flat: list[Node] = []
        for child in children:
            if child.name not in wrappers:
                flat.append(child)
                continue
            if not self._first:
                self.note(Repair.OTHER_VERSION, where, child.name)
            flat += self._unwrapped(child.children, wrappers, where)
        return flat

    # What elements hold besides elements

    def _check_attributes(self, node: Node, where: Where, known: str = "") -> None:
        """Note attributes that do not belong here."""
        for name in node.attributes[::2]:
            prefix, _, local = name.rpartition(":")
            if prefix in ("xmlns", "xsi", "xml") or name == "xmlns":
                continue
            if local != known and not (self._first and local == "datatype"):
                self.note(Repair.UNKNOWN_ATTRIBUTE, where, f"@{local}")

    def _check_text(self, node: Node, where: Where) -> None:
        """Note text where there should be elements alone."""
        if node.text.strip():
            self.note(Repair.STRAY_TEXT, where)

    def _check_namespace(self, node: Node, where: Where) -> None:
        """Note, once for a message, that an element is not in the namespace that its root is in."""
        if node.namespace != self._namespace and not self._noted_namespace:
            self.note(Repair.PREFIX if node.namespace is None else Repair.NAMESPACE, where)
            self._noted_namespace = True

    # Values

    def _text(self, node: Node, where: Where) -> str | None:
        """The text of an element that has nothing else, without blanks around it, None if there is none."""
        for child in node.children:
            self.note(Repair.UNKNOWN_ELEMENT, where, child.name)
        if self._thorough:
            self._check_attributes(node, where)
        return self._text_within(node, where)

    def _text_within(self, node: Node, where: Where) -> str | None:
        text = node.text
        stripped = text.strip()
        if not stripped:
            self.note(Repair.EMPTY, where)
            return None
        if len(stripped) != len(text):
            self.note(Repair.PADDED, where)
        return stripped

    def _value(self, text: str, slot: Slot, where: Where, scheme: str | None = None) -> Any:
        """What the text comes to, None if it is nothing."""
        try:
            value, wrong = self._leaf(text, slot, scheme, self._strict)
        except Unusable as unusable:
            self._refuse(unusable.kind, unusable.detail, where, value=text[:_LONGEST_NAME])
        if wrong is not None:
            self.note(wrong, where)
        return value

    def read_leaf(self, node: Node, slot: Slot, where: Where) -> Any:
        text = self._text(node, where)
        return None if text is None else self._value(text, slot, where)

    def read_flag(self, node: Node, slot: Slot, where: Where) -> Any:
        if self._thorough:
            self._check_attributes(node, where)
        text = node.text.strip()
        if text:
            return self._value(text, slot, where)
        if node.children:
            self.note(Repair.FLAG, where)
        return True

    def read_pair(self, node: Node, slot: Slot, where: Where) -> Any:
        if self._thorough:
            self._check_attributes(node, where, "Scheme")
        scheme = self._scheme(node, where) if node.attributes else None
        value: str | None
        if node.children:
            parts = {child.name: child for child in node.children}
            if not parts.keys() & {"Scheme", "Value"}:
                return self._nested_pair(node, slot, where)
            if not self._first:
                self.note(Repair.OTHER_VERSION, where)
            value = self._text(parts["Value"], (where, "Value")) if "Value" in parts else None
            scheme = parts["Scheme"].text.strip() or None if "Scheme" in parts else scheme
        else:
            if self._first:
                self.note(Repair.OTHER_VERSION, where)
            value = self._text_within(node, where)
        return None if value is None else self._value(value, slot, where, scheme)

    def _nested_pair(self, node: Node, slot: Slot, where: Where) -> Any:
        """An element within itself, as AgencyId in UniqueAgencyId."""
        for child in node.children:
            if _FIRST_NAMES.get(child.name, child.name) == slot.name:
                self.note(Repair.OTHER_VERSION, where, child.name)
                return self.read_pair(child, slot, (where, child.name))
            self.note(Repair.UNKNOWN_ELEMENT, where, child.name)
        return None

    def _scheme(self, node: Node, where: Where) -> str | None:
        scheme = None
        for name, value in zip(node.attributes[::2], node.attributes[1::2], strict=True):
            prefix, _, local = name.rpartition(":")
            if local == "Scheme":
                scheme = value.strip() or None
                if not prefix and not self._first:
                    self.note(Repair.UNQUALIFIED, where, "@Scheme")
        return scheme

    def read_structure(self, node: Node, slot: Slot, where: Where) -> Any:
        assert slot.structure is not None
        plan = _plan(slot.structure)
        value = self._structure(node, plan, where)
        if value is None:
            self.note(Repair.INCOMPLETE if node.children or self._strict else Repair.EMPTY, where)
        return value

    def read_extension(self, node: Node, slot: Slot, where: Where) -> tuple[Element, ...] | None:
        if self._thorough:
            self._check_attributes(node, where)
            self._check_text(node, where)
        return tuple(map(_element, node.children)) or None


_READERS: Final[dict[Kind, Callable[[_Reader, Node, Slot, Where], Any]]] = {
    Kind.TEXT: _Reader.read_leaf,
    Kind.SECRET: _Reader.read_leaf,
    Kind.DATE: _Reader.read_leaf,
    Kind.INTEGER: _Reader.read_leaf,
    Kind.FLAG: _Reader.read_flag,
    Kind.PAIR: _Reader.read_pair,
    Kind.STRUCTURE: _Reader.read_structure,
    Kind.EXTENSION: _Reader.read_extension,
}


def _element(node: Node) -> Element:
    attributes = node.attributes
    return Element(
        name=node.name,
        namespace=node.namespace or "",
        text=node.text.strip() if node.children else node.text,
        attributes=tuple(
            (name, value)
            for name, value in zip(attributes[::2], attributes[1::2], strict=True)
            if ":" not in name and name != "xmlns"
        ),
        children=tuple(map(_element, node.children)),
    )


def _version_attribute(root: Node) -> tuple[str, bool]:
    """What the root's `version` says, and whether the attribute is in a namespace."""
    attributes = dict(zip(root.attributes[::2], root.attributes[1::2], strict=True))
    for name, value in attributes.items():
        prefix, _, local = name.rpartition(":")
        if local == "version" and prefix != "xmlns":
            return value.strip(), attributes.get(f"xmlns:{prefix}") == NAMESPACE
    return "", False


def _is_of_first(node: Node) -> bool:
    """Whether there is a name in it that only version 1 has."""
    return node.name in _FIRST_NAMES or any(map(_is_of_first, node.children))


def _path(where: Where, name: str) -> str:
    steps = [name[:_LONGEST_NAME]] if name else []
    parent: Any = where
    while parent:
        parent, step = parent
        steps.append(step[:_LONGEST_NAME])
    return "//" + "/".join(reversed(steps))
