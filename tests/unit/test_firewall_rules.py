"""What the firewall's rules mean is known before a server is touched."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

PLUGIN = runpy.run_path(str(Path(__file__).parents[2] / "roles/firewall/filter_plugins/firewall.py"))
problems, narrowed, admits = (PLUGIN[f"firewall_{word}"] for word in ("problems", "narrowed", "admits"))

TRUSTED = {"port": 22, "from": "198.51.100.7", "action": "allow", "admin": True}
EVERYBODY = {"port": 22, "proto": "tcp", "action": "limit", "admin": True}
METRICS = {"port": 9100, "from": "10.0.0.0/8"}


def test_rules_that_make_sense_have_no_problem() -> None:
    names = [{"port": "53", "proto": "udp"}, {"port": 443, "to": "2001:db8::/32", "action": "deny"}]
    assert problems([TRUSTED, EVERYBODY, METRICS], names, ["2001:db8::7", "203.0.113.0/24"]) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"port": 0}, "a port is a number from 1 to 65535"),
        ({"port": 65536}, "a port is a number from 1 to 65535"),
        ({"port": "22 -j ACCEPT"}, "a port is a number from 1 to 65535"),
        ({"port": 22, "proto": "icmp"}, "proto is tcp or udp, not icmp"),
        ({"port": 22, "action": "open"}, "action is one of allow, limit, deny, not open"),
        ({"port": 22, "from": "home"}, "'home' does not appear to be an IPv4 or IPv6 network"),
        ({"port": 22, "from": "198.51.100.7/24"}, "198.51.100.7/24 has host bits set"),
        ({"port": 22, "from": "198.51.100.7/32"}, "write 198.51.100.7/32 as 198.51.100.7"),
        ({"port": 22, "from": "2001:DB8:0::/64"}, "write 2001:DB8:0::/64 as 2001:db8::/64"),
        ({"port": 22, "from": "0.0.0.0/0"}, "0.0.0.0/0 is everybody"),
    ],
)
def test_nonsense_is_named_with_its_rule(rule: dict[str, object], said: str) -> None:
    (problem,) = problems([rule], [], [])
    assert problem.startswith(f"firewall_rules: the rule for port {rule['port']}: ")
    assert said in problem


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = problems(
        [{"port": -1, "proto": "ip"}], [{"port": 1, "to": "x"}, {"port": 1, "action": "limit"}], ["::/0"]
    )
    assert len(said) == 5


def test_admins_addresses_leave_no_door_for_anybody_else() -> None:
    rules = narrowed([TRUSTED, EVERYBODY, METRICS], ["203.0.113.7", "2001:db8::/64"])
    assert [rule.get("from") for rule in rules] == ["203.0.113.7", "2001:db8::/64", "10.0.0.0/8"]
    assert not admits(rules, "198.51.100.7", 22), "trusted once, and not among the admins"
    assert not admits(rules, "2001:db8:1::1", 22)
    assert admits(rules, "203.0.113.7", "22")
    assert admits(rules, "2001:db8::1", 22)
    assert admits(rules, "10.1.2.3", 9100), "a port that is not the admins' stays as it was"


def test_a_trusted_address_within_the_admins_network_keeps_its_own_rule() -> None:
    rules = narrowed([TRUSTED, EVERYBODY], ["198.51.100.0/24"])
    assert [rule["action"] for rule in rules] == ["allow", "limit"]


def test_without_admins_addresses_the_rules_stay_as_they_are() -> None:
    assert narrowed([TRUSTED, EVERYBODY, METRICS], []) == [TRUSTED, EVERYBODY, METRICS]


def test_the_first_rule_that_fits_decides() -> None:
    assert not admits([{"port": 22, "action": "deny"}, EVERYBODY], "203.0.113.7", 22)
    assert admits([EVERYBODY, {"port": 22, "action": "deny"}], "fe80::1%eth0", 22)
    assert not admits([{"port": 22, "proto": "udp"}], "203.0.113.7", 22)
    assert not admits([], "203.0.113.7", 22)
