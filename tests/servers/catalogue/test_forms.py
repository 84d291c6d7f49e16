"""Two forms in one entry: each comes out as it went in."""

from hypothesis import given
from hypothesis import strategies as st

from servers.catalogue.forms import joined, marc_in, xml_in


@given(st.binary(), st.binary())
def test_each_form_comes_out_as_it_went_in(xml: bytes, marc: bytes) -> None:
    entry = joined(xml, marc)
    assert (xml_in(entry), marc_in(entry)) == (xml, marc)
