"""Records as they are sent: leaders that tell the truth, nothing that was true only where they came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.marc import marc8
from protocols.marc.errors import NotMarc
from protocols.marc.exchange import brief, in_marc8, to_be_sent
from protocols.marc.iso2709 import Marc, pack, unpack

LEADER = b"00000nam  2200000   4500"


def record(*fields: tuple[bytes, str]) -> Marc:
    """A record of these fields."""
    return Marc(LEADER, tuple([(tag, text.encode()) for tag, text in fields]))


def test_availability_from_elsewhere_and_unseen_signs_stay_here() -> None:
    sent = to_be_sent(record((b"245", "10\x1fa\x98The \x9catlas"), (b"AVA", "  \x1faSTALE")))
    assert unpack(sent).fields == ((b"245", b"10\x1faThe atlas"),)
    assert (int(sent[:5]), sent[9:10]) == (len(sent), b"a")


def test_letters_are_composed() -> None:
    sent = to_be_sent(record((b"245", "10\x1fa" + unicodedata.normalize("NFD", "Anfänger"))))
    assert "Anfänger".encode() in sent


def test_marc_8_has_a_blank_in_its_leader() -> None:
    sent = in_marc8(to_be_sent(record((b"001", "b1"), (b"245", "10\x1faAnfänger 中"))))
    assert (int(sent[:5]), sent[9:10]) == (len(sent), b" ")
    assert unpack(sent).first(b"245") == b"10\x1faAnf\xe8anger &#x4E2D;"


def test_brief_is_what_tells_a_record_apart() -> None:
    whole = to_be_sent(record((b"001", "b1"), (b"245", "10\x1faEmma"), (b"650", " 0\x1faX")))
    assert [tag for tag, _ in unpack(brief(whole)).fields] == [b"001", b"245"]


def test_a_record_that_grows_too_long_is_none() -> None:
    with pytest.raises(NotMarc, match="longer"):
        in_marc8(pack(record((b"500", "  \x1fa" + "中" * 3000))))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=50))
def test_text_is_the_same_in_marc_8_as_far_as_it_has_letters_for_it(text: str) -> None:
    data = to_be_sent(record((b"500", f"  \x1fa{text}")))
    assert int(in_marc8(data)[:5]) == len(in_marc8(data))
    if text.isascii():
        assert marc8.decode(unpack(in_marc8(data)).first(b"500")) == f"  \x1fa{text}"
