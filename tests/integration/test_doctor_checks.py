"""What make doctor says of the vendor's key and of our own address, check by check."""

import doctor
import pytest
from checks import laptop, server, vendor
from checks.said import Ill, Waits


@pytest.fixture
def there(one_vendor):
    one_vendor.faults(plan=[], not_in_plan=[], no_rate_headers=False)
    return one_vendor


def facts(running, **changed):
    known = {
        "secrets": [running.api_key, "password"],
        "vendor": running.url,
        "symbols": ["SPY"],
        "inventory": "inventory/production",
    }
    return {**known, **changed}


def ill(check, known):
    with pytest.raises(Ill) as caught:
        check(known)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_key_that_fits_is_shown_by_its_plans_limits_and_costs_one_request(there):
    before = int(there.api("/api/darkpool/SPY", limit=1).headers["x-uw-daily-req-count"])
    said = vendor.api_key(facts(there))
    assert said == f"{there.url} takes it: 120 requests a minute, 20,000 a day, {20_000 - before - 1:,} left"


def test_limits_that_are_not_told_are_not_made_up(there):
    there.faults(no_rate_headers=True)
    assert vendor.api_key(facts(there)) == f"{there.url} takes it: it does not tell the plan's limits"


def test_a_wrong_key_is_refused_and_not_shown(there):
    said = ill(vendor.api_key, facts(there, secrets=["a-wrong-key", "password"]))
    assert "refuses the key (401): put the right one in with ansible-vault edit inventory/production/" in said
    assert "a-wrong-key" not in said


@pytest.mark.parametrize(
    ("switches", "line"),
    [
        ({"not_in_plan": ["darkpool"]}, "its plan does not include dark-pool prints (403)"),
        ({"plan": ["scope_403"]}, "its plan does not include dark-pool prints (403)"),
        ({"plan": ["daily_429"]}, "all 20,000 requests of the day are spent until 20:00 New York"),
        ({"plan": ["http_503"]}, "is out of order (the API answered 503"),
        ({"plan": ["html_403"]}, "is out of order (the edge answered 403 with a page"),
        ({"plan": ["html_200"]}, "is out of order (the answer is not JSON)"),
        ({"plan": ["reset"]}, "does not answer (ConnectionError)"),
        ({"plan": ["no_route_404"]}, "is not the vendor's API"),
    ],
)
def test_what_the_vendor_says_against_it_is_told_apart(there, switches, line):
    there.faults(**switches)
    assert line in ill(vendor.api_key, facts(there))


def test_a_busy_minute_is_no_illness(there):
    there.faults(plan=["rate_limit_429"])
    assert vendor.api_key(facts(there)).endswith("takes it; this minute's requests are spent")


def test_a_key_that_nobody_filled_in_is_not_sent(there):
    before = int(there.api("/api/darkpool/SPY", limit=1).headers["x-uw-daily-req-count"])
    with pytest.raises(Waits, match="mend the settings first"):
        vendor.api_key(facts(there, secrets=["<your API key>", "password"]))
    after = int(there.api("/api/darkpool/SPY", limit=1).headers["x-uw-daily-req-count"])
    assert after == before + 1


def seen(**changed):
    known = {"address": "127.0.0.1", "admins": [], "seen_as": "203.0.113.7", "banned": []}
    return {**known, **changed}


def test_an_address_that_is_welcome_is_shown(there):
    assert (
        server.address(seen())
        == "203.0.113.7, as the server sees it; not banned, ssh is open to every address"
    )
    said = server.address(seen(admins=["203.0.113.0/24"]))
    assert said.endswith("not banned, one of firewall_admin_addresses")


def test_an_address_that_the_next_deploy_would_shut_out_is_named(there):
    said = ill(server.address, seen(admins=["198.51.100.0/24", "2001:db8::/32"]))
    assert (
        "you come from 203.0.113.7, which firewall_admin_addresses (198.51.100.0/24, 2001:db8::/32)" in said
    )
    assert said.endswith("add it, then make deploy")


def test_a_ban_of_our_own_address_is_named_with_what_lifts_it(there):
    said = ill(server.address, seen(banned=["198.51.100.9", "203.0.113.7"]))
    assert "203.0.113.7 is banned: make ssh, sudo fail2ban-client unban 203.0.113.7" in said


def test_a_list_that_makes_no_sense_is_named_and_a_servers_name_is_no_address(there):
    assert "firewall_admin_addresses: 'home' does not" in ill(server.address, seen(admins=["home"]))
    assert server.address({"address": "darkpool.example.org", "admins": []}) == "ssh is open to every address"


def test_who_cannot_know_his_address_is_told_whom_the_list_lets_in():
    with pytest.raises(
        Waits, match=r"open to 198\.51\.100\.7 only \(firewall_admin_addresses\): is yours one"
    ):
        server.judged("", {"admins": ["198.51.100.7"], "unreached": True})
    with pytest.raises(Waits, match="a ban is over after an hour"):
        server.judged("", {"admins": [], "unreached": True})


def test_a_tool_that_is_not_there_ends_no_other_look(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.is_well("ssh key", laptop.ssh_key, {"keys": ["ssh-ed25519 AAAA"], "key_file": ""})
    assert "not asked: there is no ssh-add on this machine yet" in capsys.readouterr().out
    assert not doctor.is_well("tools", laptop.tools, {})
    assert "sudo apt-get install git openssh-client" in capsys.readouterr().out
