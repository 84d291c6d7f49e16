"""Addresses: what one source is, and what a list of networks holds."""

import pytest

from servers.lines.addresses import holds, is_loopback, is_network, networks, plain_address, source


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_an_address_has_one_way_of_being_written(written: str, plain: str) -> None:
    assert plain_address(written) == plain


@pytest.mark.parametrize(
    ("host", "one"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("", ""),
    ],
)
def test_all_addresses_that_one_machine_may_take_are_one_source(host: str, one: str) -> None:
    assert source(host) == one


@pytest.mark.parametrize(
    ("host", "held"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("", False),
        ("kiosk", False),
    ],
)
def test_a_list_of_networks_holds_what_is_in_one_of_them(host: str, held: bool) -> None:
    listed = networks(["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"])
    assert holds(listed, host) is held


def test_no_networks_hold_nobody() -> None:
    assert not holds((), "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "right"),
    [("10.0.0.0/8", True), ("::1", True), ("10.0.0.1/8", False), ("", False), ("localhost", False)],
)
def test_a_network_has_no_bits_beyond_its_mask(text: str, right: bool) -> None:
    assert is_network(text) is right


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("sip.example.org", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, own: bool) -> None:
    assert is_loopback(host) is own
