"""The provider's metadata service, played by a neighbour at its real address: it answers root, and nobody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from testbed.shell import succeeds, wait_until

SERVICE = "169.254.169.254"
PEOPLE = ("trader", "collector", "postgres", "nobody", "www-data")
ASK = f"timeout 5 bash -c 'head -c 5 < /dev/tcp/{SERVICE}/80'"


@pytest.fixture(scope="module")
def service(stranger, bed):
    """On a real droplet the address is on the same wire, and the route is the provider's."""
    machine = stranger()
    said, code = machine.do(f"ip address add {SERVICE}/32 dev eth0")
    assert code == 0, said
    machine.listens(80)
    bed.execute("droplet", "ip", "route", "replace", f"{SERVICE}/32", "dev", "eth0")
    yield
    bed.execute("droplet", "ip", "route", "del", f"{SERVICE}/32", "dev", "eth0")


@pytest.fixture(scope="module")
def asked(bed, service):
    def ask(person):
        command = ("docker", "exec", "--user", person, bed.container("droplet"), "sh", "-c", ASK)
        return succeeds(*command)

    wait_until("an answer to root", lambda: ask("root"), 600)
    return ask


@pytest.fixture(scope="module")
def people(bed):
    known = bed.execute("droplet", "getent", "passwd").splitlines()
    return [line.split(":")[0] for line in known if line.split(":")[0] in PEOPLE]


@pytest.mark.parametrize(
    "after", ["systemctl restart ufw", "ufw reload", "ufw allow 4242 && ufw delete allow 4242"]
)
def test_only_root_is_answered(bed, asked, people, after):
    """Each of these makes ufw write or load its rules anew, and none may open the door."""
    bed.execute("droplet", "sh", "-c", after)
    assert {"trader", "nobody"} <= set(people)
    with ThreadPoolExecutor() as pool:
        answered = dict(zip(["root", *people], pool.map(asked, ["root", *people]), strict=True))
    assert [person for person, answer in answered.items() if answer] == ["root"]
