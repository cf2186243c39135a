"""Not one byte of a secret anywhere: whole deploys at -vvv --diff, changed secrets, check mode, and every way to fail.

The first deploy ran under the same eyes. Each place has a control: what is planted there is found.
"""

import base64
import json
import secrets
import shutil
import subprocess
import tarfile
import urllib.parse
from pathlib import Path

import pytest

from testbed import leaks
from testbed.shell import run

ROOT = Path(__file__).parents[3]
PLANTED = 'a planted secret / + & % " 0123'
# The one file that holds a secret on the droplet; PostgreSQL has a verifier, from which no password comes back.
MAY_HOLD = [
    "/etc/collector/alerts-urls.json",
    "/etc/collector/secrets.env",
    "/etc/pgbackrest/pgbackrest.conf",
]
SECRETS = "/etc/collector/secrets.env"


@pytest.fixture(scope="module", autouse=True)
def lived(owner):
    """Do all that could make a secret appear; return the process lists of the whole time."""
    runs = {}
    if not (owner.inventory / "ssh_config").exists():
        runs["first"] = owner.deploy()
    owner.keep_secrets()
    holders = ("--tags", "postgresql,collector")
    runs["check"] = owner.play("site", "--check", *holders)
    runs["changed"] = owner.play("site", *holders)
    good = owner.vault.read_bytes()
    for name, spoilt in SPOILT.items():
        owner.keep_secrets(**spoilt)
        runs[name] = owner.play("site", *holders)
    owner.vault.write_bytes(good)
    runs["template"] = owner.play(
        "site", "--tags", "collector", "-e", '{"ansible_managed": "{{ no_such_thing }}"}'
    )
    owner.keep_secrets()
    # A file that is mounted cannot be replaced: the task that writes the secrets fails.
    owner.bed.execute("droplet", "mount", "--bind", SECRETS, SECRETS)
    runs["task"] = owner.play("site", "--tags", "collector")
    owner.bed.execute("droplet", "umount", SECRETS)
    # A pass without a vendor to reach fails, and says so: into the journal and its log.
    owner.bed.execute(
        "droplet", "sh", "-c", "timeout 60 systemctl start collector; systemctl start darkpool-backup"
    )
    return runs


# Refused by preflight, which says why without saying what.
# Made here, as what stands in this file would be found in the checkout.
SPOILT = {
    "a key with a blank": {"vault_collector_api_key": f"{secrets.token_hex(8)} with blanks"},
    "a short password": {"vault_postgresql_analyst_password": secrets.token_hex(7)},
}


def test_each_run_went_as_it_was_meant_to(lived):
    codes = {name: code for name, (code, _) in lived.items()}
    failed = {name for name, code in codes.items() if code != 0}
    assert failed == {*SPOILT, "template", "task"}
    said = lived["task"][1]
    assert "censored" in said, f"the failing task was not one with a secret: {said[-1500:]}"


def test_nothing_that_ansible_said_or_logged_holds_a_secret(owner):
    assert len(owner.log.read_bytes()) > 100_000
    assert [
        hit for number, said in enumerate(owner.said) for hit in owner.searcher.found(f"run {number}", said)
    ] == []
    assert owner.searcher.found("log", owner.log.read_bytes()) == []


def test_no_other_user_saw_a_secret_in_a_process_on_either_end(owner):
    here, there = owner.spy.end()
    assert b"ansible-playbook" in here
    assert b"psql" in there, "the spy looked too seldom"
    assert owner.searcher.found("laptop", here) + owner.searcher.found("droplet", there) == []


def test_no_file_of_the_droplet_holds_a_secret_but_the_one_that_must(owner):
    assert owner.searcher.on_disk(owner.bed) == MAY_HOLD


@pytest.mark.parametrize("script", [leaks.JOURNAL, leaks.BACKUPS])
def test_neither_the_journal_nor_a_backup_holds_a_secret(owner, script):
    assert owner.searcher.said_by(owner.bed, script, script) == []


def test_neither_log_nor_backup_holds_what_a_password_could_be_guessed_from(owner):
    ask = "cd /; runuser -u postgres -- psql -XAtc \"select rolpassword from pg_authid where rolname = 'analyst'\""
    verifier = owner.bed.execute("droplet", "bash", "-c", ask)
    searcher = leaks.Searcher({"verifier": verifier.partition("$")[2].partition("$")[2].partition(":")[0]})
    assert [hit for said in owner.said for hit in searcher.found("run", said)] == []
    assert [path for path in searcher.on_disk(owner.bed) if not path.startswith("/var/lib/postgresql/")] == []
    assert searcher.said_by(owner.bed, "backups", leaks.BACKUPS) == []


def test_nothing_stayed_in_ansibles_own_folders_on_the_laptop(owner):
    folders = [Path.home() / ".ansible", owner.inventory, *Path("/tmp").glob("ansible*")]
    hits = [hit for folder in folders for hit in owner.searcher.in_folder(folder)]
    # `make tunnel` puts one there on purpose, for the owner's other programs and for nobody else's eyes.
    assert [hit for hit in hits if not hit.startswith(f"{owner.inventory / 'pgpass'}")] == []


def test_neither_the_release_nor_the_checkout_holds_a_secret(owner):
    archives = list((ROOT / ".cache/releases").glob("*.tar"))
    assert archives
    assert [hit for archive in archives for hit in owner.searcher.in_archive(archive)] == []
    files = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    assert len(files) > 300
    there = [path for path in (ROOT / name for name in files) if path.is_file()]
    assert [hit for path in there for hit in owner.searcher.found(str(path), path.read_bytes())] == []


@pytest.fixture(scope="module")
def planted():
    return leaks.Searcher({"planted": PLANTED})


@pytest.mark.parametrize(
    "leak",
    [
        PLANTED,
        urllib.parse.quote(PLANTED),
        urllib.parse.quote(PLANTED, safe=""),
        urllib.parse.urlencode({"key": PLANTED}),
        json.dumps({"key": PLANTED}),
        PLANTED.encode().hex(),
        *(
            base64.b64encode(f"{before}{PLANTED} and more".encode()).decode()
            for before in ("", "k", "k:", "key:")
        ),
    ],
)
def test_control_a_planted_secret_is_found_in_each_spelling(planted, leak):
    assert planted.found("here", f"before {leak} after")
    assert not planted.found("here", "before and after")


@pytest.mark.parametrize(
    "path",
    [
        "/tmp/leak",
        "/root/.bash_history",
        "/var/log/leak",
        "/var/lib/collector/core",
        "/run/leak",
        "/etc/leak",
    ],
)
def test_control_a_planted_file_is_found_on_the_droplet(bed, planted, path):
    bed.execute("droplet", "sh", "-c", f"printf %s '{PLANTED}' >{path}")
    assert planted.on_disk(bed) == [path]
    bed.execute("droplet", "rm", path)


def test_control_a_planted_line_is_found_in_the_journal_in_postgresqls_log_and_in_a_backup(bed, planted):
    bed.execute("droplet", "logger", PLANTED)
    assert planted.said_by(bed, "journal", leaks.JOURNAL)

    # A statement that fails is logged with its text; a table is dumped, and the dump is packed.
    table = f"create table public.leak as select '{PLANTED}'; select 1/0 /* {PLANTED} */"
    ask = ["runuser", "-u", "postgres", "--", "psql", "-Xqd", "darkpool"]
    for statement in table.split("; "):
        bed.execute("droplet", "sh", "-c", '"$@" || true', "sh", *ask, "-c", statement)
    assert any(path.startswith("/var/log/postgresql/") for path in planted.on_disk(bed))
    bed.execute("droplet", "systemctl", "start", "darkpool-backup.service")
    assert planted.said_by(bed, "backups", leaks.BACKUPS)
    bed.execute("droplet", *ask, "-c", "drop table public.leak")


def test_control_a_planted_argument_of_a_process_is_seen_on_both_ends(bed, planted):
    spy = leaks.Spy(bed)
    sleeps = ["sh", "-c", "sleep 2; true", PLANTED]
    bed.execute("droplet", *sleeps)
    subprocess.run(sleeps, check=True)
    here, there = spy.end()
    assert planted.found("laptop", here)
    # The first of them started on the laptop too, as an argument of the engine's client; ask for the droplet's own.
    assert planted.found("droplet", there)


def test_control_a_planted_file_is_found_in_a_folder_and_in_a_release(planted, tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "AnsiballZ").write_text(f"key = {PLANTED}")
    assert planted.in_folder(tmp_path)
    shutil.make_archive(str(tmp_path / "wheel"), "zip", tmp_path / "tmp")
    with tarfile.open(tmp_path / "release.tar", "w") as tar:
        tar.add(tmp_path / "wheel.zip", "wheels/collector.whl")
    assert planted.in_archive(tmp_path / "release.tar")
