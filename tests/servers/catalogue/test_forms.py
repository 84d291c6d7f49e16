"""Two forms in one entry, or a body: each comes out as it went in."""

from hypothesis import given
from hypothesis import strategies as st

from servers.catalogue.forms import UNMADE, body_in, joined, marc_in, unmade, xml_in


@given(st.binary(min_size=1), st.binary())
def test_each_form_comes_out_as_it_went_in(xml: bytes, marc: bytes) -> None:
    entry = joined(xml, marc)
    assert (xml_in(entry), marc_in(entry)) == (xml, marc)
    assert body_in(entry) is None


@given(st.binary(min_size=1))
def test_a_body_is_told_from_both_forms(body: bytes) -> None:
    assert body_in(unmade(body)) == body
    assert unmade(body).startswith(UNMADE)
    assert unmade(b"") == b""
