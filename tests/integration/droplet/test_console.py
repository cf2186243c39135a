"""The way to a droplet that ssh does not reach, and its power switch, which nobody presses by mistake."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import console
import pytest
from digitalocean import NAME

SCREEN = 80
ASK = "import console; print(f'took {console.asked(chr(120))!r}')"


@pytest.fixture
def show(owner):
    owner.present()

    def call(confirmed=""):
        (droplet,) = owner.cloud.state()["droplets"]
        return console.show(owner.cloud.api(), droplet, NAME, confirmed), droplet

    return call


def test_it_names_the_page_of_this_droplet_and_fits_the_screen(show, owner, capsys):
    code, droplet = show()
    said = capsys.readouterr().out
    assert code == console.DONE
    assert f"In the browser: https://cloud.digitalocean.com/droplets/{droplet['id']}\n" in said
    assert f"{NAME}: droplet {droplet['id']}, {owner.present().address}, active" in said
    assert f"make console CONFIRM={NAME}" in said
    assert [line for line in said.splitlines() if len(line) > SCREEN] == []
    assert owner.cloud.asked("POST /v2/droplets/") == []


def test_without_its_own_name_nothing_is_switched(show, owner, capsys):
    code, _ = show("yes")
    assert code == console.NOT_CONFIRMED
    assert "nothing was touched" in capsys.readouterr().err
    assert owner.cloud.asked("POST /v2/droplets/") == []


def test_with_its_name_it_is_switched_off_and_on(show, owner, capsys):
    code, droplet = show(NAME)
    assert code == console.DONE
    assert owner.cloud.asked("POST /v2/droplets/") == [f"POST /v2/droplets/{droplet['id']}/actions"]
    assert owner.cloud.deeds() == ["power_cycle"]
    assert "In two minutes: make doctor" in capsys.readouterr().out


def test_one_that_is_off_is_switched_on_and_not_off_again(show, owner, capsys):
    _, droplet = show()
    owner.cloud.call("POST", f"/v2/droplets/{droplet['id']}/actions", type="power_off")
    code, _ = show(NAME)
    assert code == console.DONE
    assert "switched off" in capsys.readouterr().out
    assert owner.cloud.deeds() == ["power_off", "power_on"]
    assert owner.cloud.state()["droplets"][0]["status"] == "active"


def test_a_server_that_was_not_rented_from_here_has_its_way_too(capsys):
    assert console.by_hand({"address": "198.51.100.7"}) == console.DONE
    said = capsys.readouterr().out
    assert "https://cloud.digitalocean.com/droplets, the one at 198.51.100.7" in said
    assert "Recovery Console" in said


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "taken"), [("\n", ""), ("x\n", "x"), ("\x04", "")])
def test_a_person_is_asked_and_enter_leaves_it_alone(typed, taken):
    keyboard, end = pty.openpty()
    scripts = Path(console.__file__).parent
    asking = subprocess.Popen(
        [sys.executable, "-c", ASK], cwd=scripts, stdin=end, stdout=subprocess.PIPE, text=True
    )
    os.write(keyboard, typed.encode())
    said, _ = asking.communicate(timeout=30)
    os.close(end)
    os.close(keyboard)
    assert "Type x to do it, or Enter to leave it: " in said
    assert said.rstrip().endswith(f"took {taken!r}")
