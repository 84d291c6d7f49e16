"""What an amount of money may look like: as many decimals as ISO 4217 gives its currency, and no more."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation

ZERO = Decimal(0)

_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""ISO 4217's minor unit (exponent) to the currencies that have it; every other currency has 2."""

_UNITS = {
    currency: Decimal(1).scaleb(-exponent)
    for exponent, currencies in _MINOR_UNITS.items()
    for currency in currencies.split()
}
_CENT = Decimal("0.01")
_EXACT = Context(prec=28, traps=[Inexact, InvalidOperation])


def quantise(amount: Decimal, currency: str) -> Decimal:
    """Return the amount in whole minor units of the currency, half a unit rounded up."""
    return amount.quantize(_UNITS.get(currency, _CENT), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether the amount is a whole number of minor units, finite and of at most 28 digits.

    By value, not by notation: 100.00 JPY is exact, 0.50 JPY is not.
    """
    if not amount.is_finite():
        return False
    try:
        amount.quantize(_UNITS.get(currency, _CENT), context=_EXACT)
    except (Inexact, InvalidOperation):
        return False
    return True
