"""The requests that cases are made of, written as the standard lays them out; one name for each."""

LOGIN = "9300CN{user}|CO{password}|"
ABILITIES = "9900802.00"

STATUS = "23001{now}AO{institution}|AA{patron}|AC|AD{pin}|"
INFORMATION = "63001{now}          AO{institution}|AA{patron}|AC|AD{pin}|"
END_SESSION = "35{now}AO{institution}|AA{patron}|AC|AD{pin}|"
ITEM = "17{now}AO{institution}|AB{item}|AC|"
CHECKOUT = "11YN{now}{now}AO{institution}|AA{patron}|AB{item}|AC|AD{pin}|BON|BIN|"
CHECKIN = "09N{later}{later}AP{location}|AO{institution}|AB{item}|AC|BIN|"
CHECKIN_LAST = "09N{end}{end}AP{location}|AO{institution}|AB{item}|AC|BIN|"
RENEWAL = "29NN{later}{later}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|BON|"
OFFLINE_CHECKOUT = "11YY{past}{in_a_week}AO{institution}|AA{patron}|AB{offline_item}|AC|AD{pin}|BON|BIN|"
OFFLINE_CHECKIN = "09Y{past_2}{past_2}AP{location}|AO{institution}|AB{offline_item}|AC|BIN|"
OFFLINE_CHECKIN_LAST = "09Y{past_5}{past_5}AP{location}|AO{institution}|AB{offline_item}|AC|BIN|"
OFFLINE_RENEWAL = "29NY{past_2}{in_a_week}AO{institution}|AA{patron}|AD{pin}|AB{offline_item}|AC|BON|"
RENEW_ALL = "65{first}AO{institution}|AA{patron_no_loans}|AD{pin}|AC|BON|"
HOLD = "15+{first}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|"
HOLD_THIS_COPY = "15+{first}BY3|AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|"
HOLD_BY_TITLE = "15+{first}AO{institution}|AA{patron}|AD{pin}|AJ{title_on_loan}|AC|"
CHANGE_HOLD = "15*{second}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|"
CANCEL_HOLD = "15-{second}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|"
CANCEL_HOLD_LAST = "15-{undoing}AO{institution}|AA{patron}|AD{pin}|AB{item}|AC|"
BLOCK = "01N{first}AO{institution}|ALleft in the machine|AA{patron_to_block}|AC|"
ENABLE = "25{second}AO{institution}|AA{patron_to_block}|AC|AD{pin}|"
ENABLE_LAST = "25{undoing}AO{institution}|AA{patron_to_block}|AC|AD{pin}|"
NOTE = "19{first}AO{institution}|AB{item_to_note}|AC|CHcover loose|"
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


def cancelling(line: str) -> str:
    """Return a checkout or checkin that takes back the one before (BI)."""
    return line.replace("BIN|", "BIY|")


def information_with(summary: str, paging: str = "") -> str:
    """Return a 63 that asks for the lists marked in `summary`."""
    return INFORMATION.replace(" " * 10 + "AO", summary + "AO") + paging
