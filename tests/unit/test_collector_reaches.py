"""The blocks of addresses that the sandboxes of what speaks to the internet let through."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

VARS = Path(__file__).parents[2] / "roles" / "units" / "vars" / "main.yml"
REACHED = [ip_network(block) for block in yaml.safe_load(VARS.read_text())["__units_reaches"]]


def reached(address):
    return any(ip_address(address) in block for block in REACHED)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.0",
        "169.254.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "fe80::1",
        "ff02::1",
    ],
)
def test_the_metadata_service_and_multicast_are_out_of_reach(address):
    assert not reached(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.53",
        "::1",
        "10.0.0.2",
        "169.253.255.255",
        "169.255.0.0",
        "223.255.255.255",
        "104.18.0.1",
        "2606:4700::1",
    ],
)
def test_the_resolver_the_neighbours_and_the_internet_are_in_reach(address):
    assert reached(address)


def test_of_all_ipv4_addresses_only_these_two_blocks_are_missing():
    held = sum(block.num_addresses for block in REACHED if block.version == 4)
    assert held == 2**32 - 2**16 - 2**28
