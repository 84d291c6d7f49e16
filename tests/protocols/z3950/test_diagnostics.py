"""The Bib-1 diagnostics."""

from protocols.z3950.diagnostics import CONDITIONS, described


def test_conditions_are_in_order_and_their_words_differ() -> None:
    assert list(CONDITIONS) == sorted(CONDITIONS)
    assert len(set(CONDITIONS.values())) == len(CONDITIONS)


def test_those_that_a_catalogue_needs_are_there() -> None:
    needed = [*range(1, 34), *range(107, 133), *range(201, 248), *range(1010, 1030), 1054, 1066, 1070, 1072]
    missing = {number for number in needed if number not in CONDITIONS}
    assert missing == {204}  # which the register has not given


def test_a_diagnostic_is_described_for_people() -> None:
    assert described(114, "7") == "114 Unsupported use attribute: 7"
    assert described(13) == "13 Present request out of range"
    assert described(9999, "x") == "9999 unknown condition: x"
