"""Who is taken off the list, and who was never more than a name on it."""


def test_a_name_that_only_the_group_knows_gets_no_account(owner):
    owner.past_ssh("sed", "-i", "s/^\\(ssh-users:.*\\)/\\1,ghost/", "/etc/group")
    assert "ghost" in owner.past_ssh("getent", "group", "ssh-users"), "control: the group knows no such name"
    code, said = owner.deploys()
    assert code == 0, said[-3000:]
    assert owner.past_ssh("sh", "-c", "getent passwd ghost || true") == ""
    assert owner.past_ssh("getent", "group", "ssh-users").split(":")[3] == "trader"


def test_who_is_taken_off_the_list_loses_login_and_sessions_and_comes_back_with_the_list(owner, another_key):
    with_ada = owner.people(ada=another_key, trader=(owner.bed.folder / "id_ed25519.pub").read_text().strip())
    assert owner.deploys(users_accounts=with_ada)[0] == 0
    owner.past_ssh("sh", "-c", "runuser -u ada -- sleep 300 >/dev/null 2>&1 &")
    assert owner.past_ssh("pgrep", "-u", "ada")

    code, said = owner.deploys()
    assert code == 0, said[-3000:]
    assert owner.past_ssh("sh", "-c", "pgrep -u ada || true") == ""
    assert owner.past_ssh("sh", "-c", "ls /home/ada/.ssh/authorized_keys 2>/dev/null || true") == ""
    assert "Jan 02, 1970" in owner.past_ssh("chage", "--list", "ada")
    assert "ada" not in owner.past_ssh("getent", "group", "ssh-users")

    assert owner.deploys(users_accounts=with_ada)[0] == 0
    assert "never" in owner.past_ssh("sh", "-c", "chage --list ada | grep 'Account expires'")
    owner.deploys()
