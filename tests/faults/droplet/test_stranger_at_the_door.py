"""What a second machine on the same network can do to the droplet: reach ssh, and nothing else."""

import re
import time

SCAN = "nmap -n -Pn --open --max-retries 1 --min-rate 8000 -oG -"


def open_ports(said):
    return sorted(int(port) for port in re.findall(r"(\d+)/open/", said))


def test_only_the_ssh_port_answers(stranger):
    outsider = stranger()
    said, code = outsider.do(f"{SCAN} -sT -p- {outsider.target}", timeout_s=180)
    assert code == 0, said
    assert open_ports(said) == [22]


def test_the_scanner_can_see_an_open_port(stranger):
    outsider = stranger()
    said, _ = outsider.do(f"{SCAN} -sT -p 8080 simulator")
    assert open_ports(said) == [8080], "a scanner that sees nothing anywhere proves nothing"


def test_postgresql_does_not_answer(stranger):
    outsider = stranger()
    said, code = outsider.do(f"timeout 5 bash -c 'exec 3<>/dev/tcp/{outsider.target}/5432'")
    assert code != 0, said


def test_a_wrong_password_is_refused(stranger):
    said, code = stranger().ssh("trader", "-o PreferredAuthentications=password", password="wrong")
    assert code != 0
    assert "Permission denied (publickey)" in said


def test_root_is_refused_even_with_the_owners_key(stranger, bed):
    thief = stranger()
    thief.carry(bed.folder / "id_ed25519")
    as_admin, admin_code = thief.ssh("trader", "-i /root/key")
    as_root, root_code = thief.ssh("root", "-i /root/key")

    assert admin_code == 0, f"the same key must let the admin in, or this proves nothing: {as_admin}"
    assert root_code != 0
    assert "Permission denied" in as_root


def test_bad_logins_are_banned_and_the_ban_is_lifted_by_its_command(stranger, owner, bed):
    burglar = stranger()
    guess = ("trader", "-o PreferredAuthentications=password")
    for _ in range(4):
        said, _ = burglar.ssh(*guess, password="guess")
        assert "Permission denied" in said, said

    banned = wait_for(lambda: burglar.address in owner("sudo fail2ban-client get sshd banip"), 10)
    assert banned, owner("sudo fail2ban-client status sshd")
    fifth, _ = burglar.ssh(*guess, password="guess")
    assert "Permission denied" not in fifth, "reported as banned, but sshd still answers"
    assert owner("id -un") == "trader", "the owner must not be banned along"

    owner(f"sudo fail2ban-client set sshd unbanip {burglar.address}")
    burglar.carry(bed.folder / "id_ed25519")
    said, code = burglar.ssh("trader", "-i /root/key")
    assert code == 0, f"the ban was not lifted: {said}"


def wait_for(check, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.5)
    return False
