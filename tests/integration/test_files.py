"""The module that writes a role's files in one call: all or none, twice the same, and honest in check mode."""

import getpass
import os
from pathlib import Path

import pytest
from played import played

ME = {"owner": getpass.getuser(), "group": str(os.getgid())}


@pytest.fixture
def write(tmp_path):
    """Run the module on this machine; give back what it said, as Ansible's JSON has it."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/greeting.conf.j2").write_text(
        "# {{ ansible_managed }}\n{% if true %}\nhello {{ whom }}\n{% endif %}\n"
    )
    (tmp_path / "templates/rule.j2").write_text("{{ rule.name }} of {{ whom }}\n")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/program.py").write_text("print('{{ whom }}')\n")

    def run(*options, **wanted):
        task = {"name": "Write", "files": wanted, "vars": {"whom": "trader"}}
        (said,) = played(tmp_path, [task], *options)
        return said

    return run


@pytest.fixture
def wanted(tmp_path):
    made = tmp_path / "made"
    return {
        "folders": [{"path": str(made), "mode": "0750", **ME}],
        "files": [
            {"path": f"{made}/greeting.conf", **ME},
            {"path": f"{made}/program", "src": "program.py", "mode": "0755", **ME},
            {"path": f"{made}/note", "content": "as given\n", "mode": "0600", **ME},
        ],
    }


def mode(path):
    return oct(path.stat().st_mode & 0o7777)


def changes(said):
    return {Path(one["path"]).name for one in said["written"] if one["changed"]}


@pytest.mark.slow
def test_it_renders_what_is_a_template_copies_what_is_not_and_changes_nothing_twice(write, wanted, tmp_path):
    made = tmp_path / "made"
    assert changes(write(**wanted)) == {"made", "greeting.conf", "program", "note"}
    assert (made / "greeting.conf").read_text() == "# Ansible managed\nhello trader\n"
    assert (made / "program").read_text() == "print('{{ whom }}')\n"
    assert (made / "note").read_text() == "as given\n"
    assert [mode(made / name) for name in (".", "greeting.conf", "program", "note")] == [
        "0o750", "0o644", "0o755", "0o600",
    ]  # fmt: skip
    assert write(**wanted)["changed"] is False


@pytest.mark.slow
def test_a_template_knows_what_its_own_file_says_besides_what_all_know(write, tmp_path):
    files = [
        {"path": str(tmp_path / name), "src": "rule.j2", "vars": {"rule": {"name": name}}, **ME}
        for name in ("a", "b")
    ]
    write(files=files)
    assert [(tmp_path / name).read_text() for name in ("a", "b")] == ["a of trader\n", "b of trader\n"]


@pytest.mark.slow
def test_a_sessions_umask_decides_nothing(write, wanted, tmp_path):
    wanted["folders"].append({"path": str(tmp_path / "opt/program/releases"), **ME})
    before = os.umask(0o077)
    try:
        write(**wanted)
    finally:
        os.umask(before)
    assert (mode(tmp_path / "made"), mode(tmp_path / "made/greeting.conf")) == ("0o750", "0o644")
    assert {mode(tmp_path / one) for one in ("opt", "opt/program", "opt/program/releases")} == {"0o755"}


@pytest.mark.slow
def test_in_check_mode_it_says_what_it_would_do_where_not_even_the_folder_is_there(write, wanted, tmp_path):
    said = write("--check", "--diff", **wanted)
    assert changes(said) == {"made", "greeting.conf", "program", "note"}
    assert "hello trader" in str(said["diff"])
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
def test_one_file_that_is_not_valid_and_none_is_written(write, wanted, tmp_path):
    write(**wanted)
    wanted["files"][0] |= {"content": "new\n"}
    wanted["files"][2] |= {"content": "new\n", "validate": "sh -c 'echo line 1 is odd >&2; exit 1' %s"}
    said = write(**wanted)
    assert said["failed"]
    assert said["msg"].endswith("made/note would not be valid, so nothing was written: line 1 is odd")
    assert "hello" in (tmp_path / "made/greeting.conf").read_text()


@pytest.mark.slow
def test_a_validator_that_agrees_sees_the_new_text(write, wanted, tmp_path):
    wanted["files"][2]["validate"] = "grep -q 'as given' %s"
    assert not write(**wanted).get("failed")
    assert (tmp_path / "made/note").exists()


@pytest.mark.slow
def test_rights_that_somebody_changed_are_put_back_and_shown(write, wanted, tmp_path):
    write(**wanted)
    (tmp_path / "made/note").chmod(0o666)
    said = write("--diff", **wanted)
    assert changes(said) == {"note"}
    assert ("mode: 0666" in said["diff"][0]["before"], "mode: 0600" in said["diff"][0]["after"]) == (
        True,
        True,
    )
    assert mode(tmp_path / "made/note") == "0o600"


@pytest.mark.slow
def test_what_is_not_there_gets_no_mode_and_the_message_says_why(write, tmp_path):
    said = write(modes={str(tmp_path / "crontab"): "0600"})
    assert said["msg"].endswith("crontab is not there: its package is not installed")
    assert write("--check", modes={str(tmp_path / "crontab"): "0600"})["changed"] is False
