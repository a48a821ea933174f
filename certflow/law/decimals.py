"""Exact numbers as the decimal text that is stored."""

from decimal import Decimal
from fractions import Fraction


def decimal_text(number: Fraction) -> str:
    """A number of few decimals without needless zeros: 17/2 as "8.5"."""
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
