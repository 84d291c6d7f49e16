"""Amounts have the decimals of their currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.money import is_exact, quantise


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.5", "EUR", "1.50"),
        ("1.005", "EUR", "1.01"),
        ("1.004", "USD", "1.00"),
        ("0.5", "JPY", "1"),
        ("0.49", "KRW", "0"),
        ("1.2345", "KWD", "1.235"),
        ("1.23456", "UYW", "1.2346"),
        ("7", "XXX", "7.00"),
    ],
)
def test_amount_gets_the_decimals_of_its_currency(amount: str, currency: str, rounded: str) -> None:
    assert str(quantise(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        ("1.50", "EUR", True),
        ("1.500", "EUR", True),
        ("1.505", "EUR", False),
        ("100.00", "JPY", True),
        ("0.50", "JPY", False),
        ("0.125", "BHD", True),
        ("-3.20", "EUR", True),
        ("1e3", "JPY", True),
        ("1e999999", "EUR", False),
        ("1e-999999", "EUR", False),
        ("NaN", "EUR", False),
        ("sNaN", "EUR", False),
        ("Infinity", "EUR", False),
    ],
)
def test_amount_is_exact_if_it_is_whole_in_minor_units(amount: str, currency: str, exact: bool) -> None:
    assert is_exact(Decimal(amount), currency) is exact


@given(st.decimals(-(10**9), 10**9), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_exact_amounts_are_those_that_rounding_does_not_change(amount: Decimal, currency: str) -> None:
    assert is_exact(amount, currency) == (quantise(amount, currency) == amount)
    assert is_exact(quantise(amount, currency), currency)
