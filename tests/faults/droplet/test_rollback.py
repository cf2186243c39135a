"""Back to an earlier release: in one step, noted, and never undone by the next deploy unasked."""

from pathlib import Path

import pytest

from testbed.bed import ROOT

NEWEST = "select version, how, released_by from ops.releases order by released_at desc limit 1"


@pytest.fixture(scope="module", autouse=True)
def the_checkout_runs(play, owner):
    """Before and after, what runs is the checkout, and nothing is void."""
    assert play("release").returncode == 0
    yield
    owner("sudo rm -rf /opt/collector/voided")
    assert play("release").returncode == 0


def runs(owner):
    return Path(owner("readlink /opt/collector/current")).name


def test_it_goes_back_says_so_in_the_database_and_a_deploy_does_not_bring_the_bad_one_back(
    play, owner, rows, source
):
    good = runs(owner)
    assert play("release", "-e", f"release_source={source}").returncode == 0
    bad = runs(owner)
    assert bad != good
    assert rows(NEWEST)[0][:2] == [bad, "release"]

    back = play("rollback", "-e", "release_back_to=previous", "-v")
    assert back.returncode == 0, back.stdout
    assert runs(owner) == good
    assert rows(NEWEST)[0][:2] == [good, "rollback"]
    assert owner("collector --version").split()[-1] == good

    again = play("release", "-e", f"release_source={source}")
    assert again.returncode != 0
    assert "went back from" in again.stdout
    assert "FORCE=1" in again.stdout
    assert runs(owner) == good

    forced = play("release", "-e", f"release_source={source}", "-e", '{"release_voided_enabled": true}')
    assert forced.returncode == 0, forced.stdout
    assert runs(owner) == bad


def test_a_release_that_is_not_kept_is_refused_with_those_that_are(play, owner, source):
    before = runs(owner)
    assert play("release", "-e", f"release_source={source}").returncode == 0
    now = runs(owner)
    back = play("rollback", "-e", "release_back_to=9.9.9+nowhere")
    assert back.returncode != 0
    assert "9.9.9+nowhere is not kept here" in back.stdout
    assert before in back.stdout
    assert runs(owner) == now


def test_going_back_past_a_migration_is_refused_with_the_way(play, owner, source):
    number = len(list((ROOT / "sql/migrations").glob("*.sql"))) + 1
    (source / f"sql/migrations/{number:04}_ahead.sql").write_text("create table ops.ahead ();\n")
    assert play("release", "-e", f"release_source={source}").returncode == 0
    ahead = runs(owner)
    try:
        back = play("rollback", "-e", "release_back_to=previous")
        assert back.returncode != 0
        assert f"the database is at {number}" in back.stdout
        assert "release a newer version; going back needs a restore" in back.stdout
        assert runs(owner) == ahead
    finally:
        undo = f"drop table ops.ahead; delete from ops.migrations where version = {number}"
        owner(f"cd / && sudo -u postgres psql -Xqd darkpool -c '{undo}'")
