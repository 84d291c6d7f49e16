"""A target comes from an address or from a file of facts; what is neither is refused in words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.target import (
    LARGEST_POOL,
    Ncip,
    Spoken,
    Sru,
    Target,
    TargetError,
    ncip_tls_context,
    sru_tls_context,
    target_at,
    tls_context,
)


@pytest.mark.parametrize(
    ("where", "host", "port", "address"),
    [
        ("localhost:6001", "localhost", 6001, "localhost:6001"),
        ("192.0.2.7:6443", "192.0.2.7", 6443, "192.0.2.7:6443"),
        ("[::1]:6001", "::1", 6001, "[::1]:6001"),
    ],
)
def test_an_address_is_a_target(where: str, host: str, port: int, address: str) -> None:
    target = target_at(where)
    assert (target.host, target.port, target.address) == (host, port, address)
    assert not target.tls
    assert target.user is None
    assert target.pin is None


@pytest.mark.parametrize(
    "where", ["", "localhost", ":6001", "localhost:", "localhost:0", "localhost:65536", "h:-1"]
)
def test_what_is_no_address_is_refused(where: str) -> None:
    with pytest.raises(TargetError, match="neither HOST:PORT nor a file of facts"):
        target_at(where)


def test_facts_fill_the_target_and_keep_special_barcodes_out_of_the_pools(
    facts_file: Callable[[int], Path],
) -> None:
    path = facts_file(6001)
    text = path.read_text().replace('"patron_blocked":"P901"', '"patron_blocked":"P002"')
    path.write_text(text)
    target = target_at(str(path))
    assert (target.address, target.user, target.password) == ("127.0.0.1:6001", "kiosk", "secret")
    assert (target.other_user, target.other_password) == ("kiosk2", "secret2")
    assert (target.institution, target.pin) == ("TINY", "1234")
    assert target.pickups == ("HERE", "THERE")
    assert (target.offline_items[0], len(target.offline_items)) == ("I801", 60)
    assert target.patrons[:2] == ("P001", "P003")
    assert len(target.patrons) == 99
    assert target.items[-1] == "I300"
    assert target.cases["item_lost"] == "I905"
    assert target.ncip is None


def test_a_huge_library_is_not_written_out(facts_file: Callable[[int], Path]) -> None:
    path = facts_file(6001)
    path.write_text(path.read_text().replace('"first":1,"count":300', '"first":1000,"count":1000000'))
    assert len(target_at(str(path)).items) == LARGEST_POOL


@pytest.mark.parametrize(
    ("old", "new"),
    [('"port":', '"harbour":'), ('"I%03d"', '"I%03d%s"'), ('"I%03d"', '"I%"'), ("{", "{{")],
)
def test_facts_that_cannot_be_read_are_refused(facts_file: Callable[[int], Path], old: str, new: str) -> None:
    path = facts_file(6001)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(TargetError):
        target_at(str(path))


def test_a_plain_target_has_no_tls_and_a_missing_certificate_is_refused(tmp_path: Path) -> None:
    assert tls_context(Target(host="localhost", port=6001)) is None
    nowhere = Target(host="localhost", port=6443, tls=True, ca=str(tmp_path / "none.pem"))
    with pytest.raises(TargetError, match="certificate files"):
        tls_context(nowhere)


def test_a_url_is_a_target_that_speaks_ncip_alone() -> None:
    target = target_at("https://ncip.example.org/view/NCIPServlet")
    assert target.address == "https://ncip.example.org/view/NCIPServlet"
    assert (target.host, tls_context(target)) == ("", None)
    assert ncip_tls_context(target) is not None
    assert ncip_tls_context(target_at("http://localhost:8080/ncip")) is None


def test_facts_say_where_ncip_is_spoken_and_as_whom(facts_file: Callable[[int], Path]) -> None:
    path = facts_file(6001)
    https = (
        '{"url":"https://h","ca":"ca.pem","ncip":"https://h:8443/ncip","ncip_agency":"X","ncip_partner":"B",'
        '"ncip_profile":"P","ncip_desk":"D","ncip_secret":"s","ncip_store_agency":"Y","ncip_store_secret":"t",'
        '"ncip_tcp":"tls://h:8444"}'
    )
    path.write_text(path.read_text().replace('"https":null', f'"https":{https}'))
    target = target_at(str(path))
    assert target.ncip == Ncip(
        url="https://h:8443/ncip",
        ca="ca.pem",
        agency="X",
        partner="B",
        secret="s",
        profile="P",
        desk="D",
        store_agency="Y",
        store_secret="t",
        tcp="tls://h:8444",
    )
    assert target.address == "127.0.0.1:6001"


def test_facts_without_a_place_for_ncip_name_none_and_a_bad_one_is_refused(
    facts_file: Callable[[int], Path],
) -> None:
    path = facts_file(6001)
    text = path.read_text()
    path.write_text(text.replace('"https":null', '"https":{"url":"https://h","ca":null}'))
    assert target_at(str(path)).ncip is None
    for https, words in (
        ('{"ncip":"h:8443"}', "is no URL"),
        ('{"ncip":"https://h:x/"}', "is no URL"),
        ('{"ncip_tcp":"h:1"}', "neither tcp:"),
    ):
        path.write_text(text.replace('"https":null', f'"https":{https}'))
        with pytest.raises(TargetError, match=words):
            target_at(str(path))


def test_what_a_target_does_not_tell_of_ncip_is_no_name() -> None:
    names = Ncip(url="https://h", agency="X").names()
    assert names == {
        "ncip": "https://h",
        "ncip_path": "/",
        "ncip_agency": "X",
        "ncip_store_agency": "X",
        "as_partner": "",
        "as_secret": "",
        "as_store_secret": "",
    }


def test_a_url_is_a_target_that_speaks_sru_alone_where_that_is_asked_for() -> None:
    target = target_at("https://sru.example.org/view/sru/X", Spoken.SRU)
    assert target.address == "https://sru.example.org/view/sru/X"
    assert target.ncip is None
    assert sru_tls_context(target) is not None
    assert sru_tls_context(target_at("http://localhost/sru", Spoken.SRU)) is None
    assert sru_tls_context(Target()) is None
    with pytest.raises(TargetError, match="nor the URL of an SRU end point"):
        target_at("sru.example.org", Spoken.SRU)


def test_facts_say_where_sru_is_and_where_it_is_open(facts_file: Callable[[int], Path]) -> None:
    path = facts_file(6001)
    https = (
        '{"url":"https://h","ca":"ca.pem","sru":"https://h/sru","sru_open":"https://h/o","sru_title":"sea"}'
    )
    text = path.read_text()
    path.write_text(text.replace('"https":null', f'"https":{https}'))
    sru = target_at(str(path)).sru
    assert sru == Sru(url="https://h/sru", ca="ca.pem", open_url="https://h/o", title="sea")
    assert sru.opened.url == "https://h/o"
    assert sru.names() == {"sru": "https://h/sru", "sru_path": "/sru"}
    assert Sru(url="https://h").opened == Sru(url="https://h")
    assert Sru(url="https://h").names()["sru_path"] == "/"
    path.write_text(text.replace('"https":null', '"https":{"sru":"h/sru"}'))
    with pytest.raises(TargetError, match="no URL of an SRU end point"):
        target_at(str(path))
