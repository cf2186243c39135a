"""An owner's first day: make init, fill in what it names, encrypt, make deploy; then make deploy again."""

import re

from testbed.shell import run

UNCHANGED = re.compile(r"changed=0 +unreachable=0 +failed=0")


def test_the_first_deploy_ends_with_a_checked_server_and_the_second_changes_nothing(owner):
    assert owner.vault.read_text().startswith("$ANSIBLE_VAULT")
    known = (owner.inventory / "known_hosts").read_text().splitlines()
    (given,) = [line.split()[2] for line in known if not line.startswith("#")]
    code, said = owner.deploy()
    assert code == 0, said[-3000:]
    assert " passed in " in said, "the server was not checked"
    assert given not in (owner.inventory / "known_hosts").read_text(), (
        "the key that user data gave away is still believed"
    )

    code, again = owner.deploy()
    assert code == 0, again[-3000:]
    assert len(UNCHANGED.findall(again)) == 2, "\n".join(
        line for line in again.splitlines() if "changed" in line
    )

    status = run("ssh", "-F", owner.inventory / "ssh_config", "droplet", "collector", "status")
    assert "SPY" in status
    assert "next run" in status
