"""What a terminal of 80 columns shows, with and without colour, and what a file gets."""

import ast
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 80
LONG = "  FAILS  api key   " + "a sentence that says what mends it, " * 6 + "https://example.org/" + "x" * 70
SHOW = f"""
import sys
from laptop.screen import RED, coloured, wrapped
print(coloured(wrapped({LONG!r}, 19), "FAILS", RED))
"""
# Files of text for programs, not for a screen.
NOT_SHOWN = {"testbed/mutations.py", "testbed/leaks.py"}


def on_a_terminal(columns=WIDTH, **environment):
    """What a person sees."""
    screen, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    surroundings = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    done = subprocess.Popen(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={**surroundings, "TERM": "xterm", **environment},
        stdout=end,
    )
    assert done.wait(30) == 0
    os.close(end)
    shown = os.read(screen, 1 << 16).decode().replace("\r", "")
    os.close(screen)
    return shown


def in_a_file():
    done = subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_long_line_is_broken_between_words_and_goes_on_under_its_beginning(columns):
    first, *rest = on_a_terminal(columns, NO_COLOR="1").splitlines()
    assert len(first) <= columns
    assert rest
    assert all(line.startswith(" " * 19) and line[19] != " " for line in rest)
    assert [line for line in rest if len(line) > columns and "https://" not in line] == []


def test_an_address_stays_in_one_piece_to_be_copied():
    assert f"https://example.org/{'x' * 70}\n" in on_a_terminal()


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_is_there_for_a_person_who_did_not_decline_it(plain):
    assert "\033[31mFAILS\033[0m" in on_a_terminal()
    assert "\033" not in on_a_terminal(**plain)


def test_a_file_gets_the_line_whole_and_without_colour():
    assert in_a_file() == f"{LONG}\n"


def shown_texts():
    """Each line of each text of several lines in the programs that speak to people."""
    for file in (path for room in ("scripts", "laptop", "testbed") for path in (ROOT / room).rglob("*.py")):
        if file.relative_to(ROOT).as_posix() in NOT_SHOWN:
            continue
        tree = ast.parse(file.read_text())
        explained = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
                yield from ((file.name, line) for line in node.value.splitlines() if "\n" in node.value)


def test_no_text_that_is_printed_as_it_stands_is_wider_than_the_screen():
    texts = list(shown_texts())
    assert len(texts) > 60
    assert [(file, line) for file, line in texts if len(line) > WIDTH] == []


@pytest.mark.parametrize("program", ["laptop.init", "laptop.daily", "laptop.rotate"])
def test_help_fits_the_screen(program):
    done = subprocess.run(
        [sys.executable, "-m", program, "--help"], cwd=ROOT, env={**os.environ, "COLUMNS": str(WIDTH)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line for line in done.stdout.splitlines() if len(line) > WIDTH] == []


def test_the_way_out_of_a_missing_inventory_fits_the_screen(tmp_path):
    done = subprocess.run(
        ["make", "status", f"INVENTORY={tmp_path}/none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) not in line]
    assert [line for line in said if len(line) > WIDTH] == []
    assert any("make init" in line for line in said)
