"""The requests that cases are made of, written as the standard lays them out; one name for each."""

LOGIN = "9300CN{user}|CO{password}|"
ABILITIES = "9900802.00"

STATUS = "23001{now}AO{institution}|AA{patron}|AC|AD{pin}|"
INFORMATION = "63001{now}          AO{institution}|AA{patron}|AC|AD{pin}|"
END_SESSION = "35{now}AO{institution}|AA{patron}|AC|AD{pin}|"
ITEM = "17{now}AO{institution}|AB{item}|AC|"
CHECKOUT = "11YN{now}{now}AO{institution}|AA{patron}|AB{item}|AC|AD{pin}|BON|BIN|"
CHECKIN = "09N{later}{later}AP{location}|AO{institution}|AB{item}|AC|BIN|"
CHECKIN_LAST = "09N{last}{last}AP{location}|AO{institution}|AB{item}|AC|BIN|"
RENEWAL = "29NN{later}{later}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|BON|"
PAYMENT = "37{now}0100{currency}BV{coin}|AO{institution}|AA{patron_fines}|AC|AD{pin}|"


def of(line: str, **fields: str) -> str:
    """Return `line` about somebody or something else: `of(STATUS, patron="patron_blocked")`."""
    for name, other in fields.items():
        line = line.replace("{" + name + "}", "{" + other + "}")
    return line


def saying(line: str, **fields: str) -> str:
    """Return `line` with plain text in place of a name: `saying(STATUS, patron="no such card")`."""
    for name, text in fields.items():
        line = line.replace("{" + name + "}", text)
    return line


def information_with(summary: str, paging: str = "") -> str:
    """Return a 63 that asks for the lists marked in `summary`."""
    return INFORMATION.replace(" " * 10 + "AO", summary + "AO") + paging
