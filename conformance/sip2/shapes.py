"""What machines and wires do to a finished line before it arrives: other terminators, dirt, damage."""

from collections.abc import Callable

Shape = Callable[[bytes], bytes]


def ended_by(ending: bytes) -> Shape:
    """Return a shape that ends the line with `ending`."""
    return lambda line: line + ending


def led_by(dirt: bytes) -> Shape:
    """Return a shape that puts `dirt` before the line."""
    return lambda line: dirt + line + b"\r"


def with_wrong_sum(line: bytes) -> bytes:
    """Turn the last digit of AZ into another one."""
    return line[:-1] + (b"0" if line[-1:] != b"0" else b"1") + b"\r"


def with_flipped_byte(line: bytes) -> bytes:
    """Flip one bit of the tenth byte, as a noisy wire does; AZ stays what it was."""
    return line[:9] + bytes([line[9] ^ 1]) + line[10:] + b"\r"


def with_short_sum(line: bytes) -> bytes:
    """Cut two digits off AZ."""
    return line[:-2] + b"\r"


def with_letters_for_sum(line: bytes) -> bytes:
    """Write something that is no number after AZ."""
    return line[:-4] + b"WXYZ\r"


def with_lower_case_sum(line: bytes) -> bytes:
    """Write AZ's digits in lower case."""
    return line[:-4] + line[-4:].lower() + b"\r"


def broken_off(line: bytes) -> bytes:
    """Send the first half only, and no terminator."""
    return line[: len(line) // 2]


def unterminated(line: bytes) -> bytes:
    """Send the line without its terminator."""
    return line
