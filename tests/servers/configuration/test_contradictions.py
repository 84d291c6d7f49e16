"""Keys that are right alone and wrong together are told at the line where one of them stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from servers.configuration.reading import ConfigurationProblems, read_settings
from servers.credentials import Cost, ScryptCredentials

Problems = Callable[[str], list[tuple[int, str]]]


def _a_hash() -> str:
    credentials = ScryptCredentials(lambda: 0.0, cost=Cost(n=2))
    credentials.close()
    return credentials.hash("hunter2")


HASH = _a_hash()
LOGIN = f'user = "USER"\npassword = "{HASH}"\n'
APART = "give each its own addresses, or user and password"


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """What is wrong with a configuration, each with its line."""

    def told(text: str) -> list[tuple[int, str]]:
        path = tmp_path / "circdesk.toml"
        path.write_text(dedent(text), "utf-8")
        try:
            read_settings(path)
        except ConfigurationProblems as found:
            return [(problem.line, problem.message) for problem in found.problems]
        return []

    return told


def terminal(name: str, keys: str) -> str:
    """A terminal of four lines and those of its keys, which may ask for a login of its own."""
    return f'\n[[terminal]]\nname = "{name}"\n{keys.replace("LOGIN", LOGIN.replace("USER", name))}\n'


class TestProfiles:
    def test_one_that_does_not_exist_is_a_problem(self, problems: Problems) -> None:
        text = """\
            [[profile]]
            name = "kiosks"
            inherits = "bibliothecca"
            [[terminal]]
            name = "k"
            certificate = "k"
            profile = "kiosk"
            """
        assert problems(text) == [
            (3, 'profile.inherits "bibliothecca" is not the name of a profile. Did you mean "bibliotheca"?'),
            (7, 'terminal.profile "kiosk" is not the name of a profile. Did you mean "kiosks"?'),
        ]

    def test_one_like_no_other_is_told_which_there_are(self, problems: Problems) -> None:
        ((line, message),) = problems(terminal("k", 'certificate = "k"\nprofile = "zzz"'))
        assert line == 5
        there_are = "There are: alma, bibliotheca, bibliotheca-sorter, cybrarian, "
        assert message.startswith(f'terminal.profile "zzz" is not the name of a profile. {there_are}')

    def test_a_name_that_two_have_is_a_problem(self, problems: Problems) -> None:
        assert problems('[[profile]]\nname = "a"\n[[profile]]\nname = "a"\n') == [
            (4, 'profile.name "a" is another profile\'s already, in line 2.')
        ]

    def test_inheriting_in_a_circle_is_a_problem(self, problems: Problems) -> None:
        text = '[[profile]]\nname = "a"\ninherits = "b"\n[[profile]]\nname = "b"\ninherits = "a"\n'
        assert problems(text) == [
            (3, 'profile.inherits "b" leads round in a circle.'),
            (6, 'profile.inherits "a" leads round in a circle.'),
        ]


class TestSharedCertificates:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ('addresses = ["192.0.2.0/28"]', 'addresses = ["192.0.2.16/28"]'),
            ('addresses = ["192.0.2.0/28"]', ""),
            ("", 'addresses = ["192.0.2.0/24", "2001:db8::/32"]'),
            ('addresses = ["192.0.2.0/28"]', 'addresses = ["192.0.2.0/24"]'),
            ("LOGIN", "LOGIN"),
            ('LOGINaddresses = ["192.0.2.0/28"]', 'LOGINaddresses = ["192.0.2.0/28"]'),
        ],
        ids=["networks", "one's network", "another's", "a smaller network", "logins", "logins there"],
    )
    def test_addresses_or_logins_tell_them_apart(self, problems: Problems, one: str, other: str) -> None:
        shared = 'certificate = "kiosks"\n'
        assert problems(terminal("one", shared + one) + terminal("other", shared + other)) == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("", ""),
            ("LOGIN", ""),
            ("", "LOGIN"),
            ('addresses = ["192.0.2.0/28"]', 'addresses = ["2001:db8::1", "192.0.2.0/28"]'),
            ('addresses = ["192.0.2.1"]', 'addresses = ["192.0.2.1/32"]'),
        ],
        ids=["nothing", "one's login", "another's login", "a network", "an address"],
    )
    def test_if_nothing_does_it_is_a_problem(self, problems: Problems, one: str, other: str) -> None:
        text = terminal("one", f'certificate = "kiosks"\n{one}') + terminal(
            "other", f'certificate = "Kiosks"\n{other}'
        )
        line = text[: text.index("Kiosks")].count("\n") + 1
        message = f'terminal.certificate "Kiosks" is another terminal\'s already, in line 4: {APART}.'
        assert problems(text) == [(line, message)]


class TestAddresses:
    ALLOWED = "[sip2]\naddress_login = true\n"

    def test_one_that_two_are_known_by_is_a_problem(self, problems: Problems) -> None:
        text = (
            self.ALLOWED
            + terminal("one", 'addresses = ["192.0.2.1/32"]')
            + terminal("other", 'addresses = ["::1", "192.0.2.1"]')
        )
        assert problems(text) == [
            (10, 'terminal.addresses "192.0.2.1/32" is another terminal\'s already, in line 6.')
        ]

    def test_a_smaller_one_inside_a_bigger_one_is_none(self, problems: Problems) -> None:
        text = terminal("one", 'addresses = ["192.0.2.0/24"]') + terminal(
            "other", 'addresses = ["192.0.2.1"]'
        )
        assert problems(self.ALLOWED + text) == []

    def test_who_is_known_otherwise_may_come_from_the_same(self, problems: Problems) -> None:
        here = 'addresses = ["192.0.2.1"]'
        text = (
            terminal("one", here)
            + terminal("two", f'{here}\ncertificate = "c"')
            + terminal("three", f"{here}\nLOGIN")
        )
        assert problems(self.ALLOWED + text) == []

    def test_they_let_nobody_in_unless_that_is_said(self, problems: Problems) -> None:
        advice = "give it user and password, or a certificate, or say sip2.address_login = true"
        assert problems(terminal("one", 'addresses = ["192.0.2.1"]')) == [
            (2, f"This terminal could never log in: {advice}.")
        ]


class TestPlaces:
    HOUSE = '[[agency]]\ncode = "MAIN"\n[[location]]\ncode = "MAIN/STACKS"\n'

    def test_those_that_a_terminal_serves_must_exist(self, problems: Problems) -> None:
        keys = 'certificate = "k"\nserves = ["MAIN/STACKS", "MAIN/*", "*",\n"MAIN/STACK", "EAST/*"]'
        assert problems(self.HOUSE + terminal("k", keys)) == [
            (10, 'terminal.serves "MAIN/STACK" is no location. Did you mean "MAIN/STACKS"?'),
            (10, 'terminal.serves "EAST/*" is no location.'),
        ]

    def test_those_of_rules_must_exist(self, problems: Problems) -> None:
        text = """\
            [[agency]]
            code = "MAIN"
            [[location]]
            code = "MAIN/STACKS"
            [[profile]]
            name = "sorters"
            [[profile.sort_bin]]
            bin = "1"
            location = "MAIN/*"
            destination = "MAIN"
            [[profile.sort_bin]]
            bin = "2"
            location = "MAIN"
            destination = "MIAN"
            [[terminal]]
            name = "k"
            certificate = "k"
            desensitise = [{ location = "MAIN/STAKCS", desensitise = false }]
            """
        assert problems(text) == [
            (13, 'profile.sort_bin.location "MAIN" is no location. Did you mean "MAIN/*"?'),
            (14, 'profile.sort_bin.destination "MIAN" is not the code of an agency. Did you mean "MAIN"?'),
            (18, 'terminal.desensitise.location "MAIN/STAKCS" is no location. Did you mean "MAIN/STACKS"?'),
        ]


class TestTexts:
    @pytest.mark.parametrize(
        ("texts", "told"),
        [
            ('wrong-pim = "No."', '"wrong-pim": no text has this code. Did you mean "wrong-pin"?'),
            ('wrong-pin = "No, {name}."', '"wrong-pin": {name} stands for nothing in this text.'),
            ('wrong-pin = "No}."', '"wrong-pin": a brace that stands for itself is written twice.'),
        ],
    )
    def test_one_that_could_not_be_said_is_a_problem(self, problems: Problems, texts: str, told: str) -> None:
        assert problems(f'[[profile]]\nname = "a"\n[profile.texts]\n{texts}') == [
            (4, f"profile.texts {told}")
        ]
        assert problems(terminal("k", f'certificate = "k"\ntexts.{texts}')) == [(5, f"terminal.texts {told}")]

    def test_one_may_be_silenced(self, problems: Problems) -> None:
        assert problems('[[profile]]\nname = "a"\ntexts.wrong-pin = ""\n') == []


def test_what_is_of_the_wrong_type_is_told_once(problems: Problems) -> None:
    """Not as a contradiction as well."""
    text = """\
        profile = [1, { name = "a", inherits = 1, texts = 1, sort_bin = 1 }]
        [[terminal]]
        name = "k"
        certificate = "k"
        addresses = "192.0.2.1"
        serves = [1]
        sort_bin = [{ bin = "1", location = 1 }, 2]
        texts = { wrong-pin = 1 }
        """
    told = problems(text)
    assert len(told) == len({message for _, message in told})
    assert all(" must be " in message or "There may be several" in message for _, message in told)


AGENCIES = '[[agency]]\ncode = "MAIN"\n[[location]]\ncode = "MAIN/DEPOT"\n'
SECRET = f'secret = "{HASH}"\n'


class TestPartners:
    def test_one_that_anybody_could_be_is_a_problem(self, problems: Problems) -> None:
        assert problems('[[ncip_agency]]\ncode = "A"\n') == [
            (1, "Anybody could say they are this agency: give it a secret, a certificate or addresses.")
        ]

    def test_two_of_one_name_need_profiles_of_their_own(self, problems: Problems) -> None:
        def partners(first: str, second: str) -> str:
            one, two = f"profiles = {first}\n", f"profiles = {second}\n"
            a = f'[[ncip_agency]]\ncode = "A"\naliases = ["INST"]\n{one}{SECRET}'
            return f'{a}[[ncip_agency]]\ncode = "B"\naliases = ["INST"]\n{two}{SECRET}'

        assert problems(partners('["X"]', '["Y"]')) == []
        told = 'ncip_agency "INST" is the one in line 1 as well: give each profiles of its own.'
        assert problems(partners('["X"]', '["X", "Y"]')) == [(6, told)]
        assert problems(partners("[]", '["Y"]')) == [(6, told)]

    def test_a_desk_or_a_place_of_pickup_elsewhere_is_a_problem(self, problems: Problems) -> None:
        text = f'{AGENCIES}[[ncip_agency]]\ncode = "A"\n{SECRET}desk = "MIAN.X"\npickups = {{ P = "EST" }}\n'
        assert problems(text) == [
            (8, 'ncip_agency.desk "MIAN" is not the code of an agency. Did you mean "MAIN"?'),
            (9, 'ncip_agency.pickups "EST" is not the code of an agency.'),
        ]


class TestUsers:
    def test_one_that_could_never_log_in_is_a_problem(self, problems: Problems) -> None:
        assert problems('[[z3950_user]]\nuser = "union"\n') == [
            (1, "This user could never log in: give it a password, or addresses.")
        ]
        assert problems('[[z3950_user]]\nuser = "union"\naddresses = ["192.0.2.0/28"]\n') == []

    def test_two_of_one_name_are_a_problem(self, problems: Problems) -> None:
        user = '[[z3950_user]]\nuser = "union"\naddresses = ["192.0.2.0/28"]\n'
        assert problems(user + user) == [
            (5, 'z3950_user.user "union" is another z3950_user\'s already, in line 2.')
        ]


class TestStores:
    def test_one_that_no_partner_speaks_for_is_a_problem(self, problems: Problems) -> None:
        text = '[[remote_storage]]\nprofile = "DEPOT"\nlocations = ["MAIN/DEPOT"]\ndesks = ["MAIN.D"]\n'
        assert problems(AGENCIES + text) == [
            (6, 'remote_storage.profile "DEPOT" is listed by no ncip_agency.')
        ]

    def test_half_a_certificate_for_it_is_a_problem(self, problems: Problems) -> None:
        partner = f'[[ncip_agency]]\ncode = "A"\n{SECRET}profiles = ["DEPOT"]\n'
        store = '[[remote_storage]]\nprofile = "DEPOT"\nlocations = ["*"]\ndesks = ["MAIN.D"]\n'
        text = AGENCIES + partner + store + 'responder.tls_key = "key.pem"\n'
        both = "remote_storage.responder.tls_certificate and remote_storage.responder.tls_key"
        assert problems(text) == [(13, f"{both} go together: give both or neither.")]

    def test_its_desks_and_places_must_exist(self, problems: Problems) -> None:
        partner = f'[[ncip_agency]]\ncode = "A"\n{SECRET}profiles = ["DEPOT"]\n'
        store = (
            '[[remote_storage]]\nprofile = "DEPOT"\nlocations = ["MAIN/DEPO"]\n'
            'desks = ["EAST.D"]\nshelve_into = "MAIN/X"\n'
        )
        assert problems(AGENCIES + partner + store) == [
            (11, 'remote_storage.locations "MAIN/DEPO" is no location. Did you mean "MAIN/DEPOT"?'),
            (12, 'remote_storage.desks "EAST.D" is at no agency.'),
            (13, 'remote_storage.shelve_into "MAIN/X" is no location. Did you mean "MAIN/DEPOT"?'),
        ]
