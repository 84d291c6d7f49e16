"""Text as it may stand in XML: between tags, or in an attribute.

Rule: whatever a text holds, what comes out is well-formed; a character that XML cannot hold becomes U+FFFD.
"""

import re
from typing import Final

_UNSAFE: Final = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_SAFE: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def escaped(text: str) -> str:
    """The text as it may stand between tags, and be read back as it was."""
    if text.isalnum() or _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(lambda found: _SAFE.get(found[0], "\ufffd"), text)


def escaped_attribute(text: str) -> str:
    """The text as it may stand between double quotes, and be read back as it was."""
    return escaped(text).replace("\n", "&#10;").replace("\t", "&#9;")
