"""What role users writes for each person: every key on a line of its own, in a file that is the person's."""

from played import ROOT, played

ACCOUNTS = [
    {"name": "ada", "sudo": True, "authorized_keys": ["ssh-ed25519 AAAA1 laptop", "ssh-ed25519 AAAA2 phone"]},
    {"name": "ben", "authorized_keys": ["ssh-ed25519 AAAA3"]},
]


def test_each_key_is_a_line_of_its_own_in_a_file_of_its_person(tmp_path):
    shown = ["__users_key_folders", "__users_key_files"]
    made = {"results": [{"group": 1000}, {}]}
    results = played(
        tmp_path,
        [{"ansible.builtin.debug": {"var": name}} for name in shown],
        vars_files=[str(ROOT / "roles/users/vars/main.yml")],
        vars={"users_accounts": ACCOUNTS, "__users_made": made},
    )
    folders, files = (result[name] for result, name in zip(results, shown, strict=True))
    assert [(one["path"], one["owner"], one["group"], one["mode"]) for one in folders + files] == [
        ("/home/ada/.ssh", "ada", "1000", "0700"),
        ("/home/ben/.ssh", "ben", "root", "0700"),
        ("/home/ada/.ssh/authorized_keys", "ada", "1000", "0600"),
        ("/home/ben/.ssh/authorized_keys", "ben", "root", "0600"),
    ]
    assert [one["content"] for one in files] == [
        "ssh-ed25519 AAAA1 laptop\nssh-ed25519 AAAA2 phone\n",
        "ssh-ed25519 AAAA3\n",
    ]
