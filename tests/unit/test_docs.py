"""What documents tell people to type, set and open is there: targets, options, words, files, anchors."""

import argparse
import contextlib
import functools
import io
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from house import ROLES, ROOT, TARGET, files, name, specs

from analysis import cli as analysis_cli
from collector import cli as collector_cli
from collector.jobs import commands

FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<text>.*?)^ *```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?<=\n\n)(?:    \S.*\n)+")
INLINE = re.compile(r"`([^`\n]+)`")
ASSIGNED = re.compile(r"\b([A-Z][A-Z_]+)=")
LINK = re.compile(r"\[[^\]]*\]\((?P<file>[^)\s#:]*)#(?P<anchor>[^)\s]+)\)")
OPTION = re.compile(rf"(?<![\w/.-])(?P<role>{'|'.join(ROLES)})_[a-z_]+(?![\w/(.-])")
OUR_PATH = re.compile(
    r"(?<![\w/.~-])(?:ansible|analysis|bench|collector|docs|inventory|laptop|molecule|notebooks|roles|scripts|simulator|sql|"
    r"testbed|tests)/[\w./-]+"
)
# Read by the programs behind the targets, not by make.
ENVIRONMENT = {
    "ANSIBLE_VAULT_PASSWORD_FILE": "laptop/vault.py",
    "HYPOTHESIS_PROFILE": "tests/conftest.py",
    "JOBS": "scripts/test.sh",
    "NEW_SECRET": "laptop/rotate.py",
    "SYSTEM": "scripts/molecule.sh",
    "VAULT_PASSWORD_COMMAND": "laptop/vault.py",
}
PLACEHOLDERS = {"DATE": "2026-11-20", "FEED": "darkpool_trades", "KEY": "size", "SYMBOL": "SPY"}
# Targets whose recipe is run by a test under another name: the file and what it says there.
RUN_AS = {
    "upgrade-postgres": ("tests/faults/major_upgrade/test_major_upgrade.py", 'play("upgrade_postgres"'),
    "alert-test": ("tests/integration/test_alerts_delivered.py", 'collector("alerts", "try")'),
    "dashboard": ("tests/integration/dashboard_process.py", '"analysis", "dashboard"'),
    "check": ("scripts/test.sh", "scripts/check.sh"),
    "demo": ("tests/faults/major_upgrade/conftest.py", '"-m", "testbed.demo"'),
    "demo-down": ("scripts/test.sh", "python -m testbed down --name demo --engine"),
    "drift": ("tests/faults/droplet/test_drift.py", "scripts/drift.py"),
    "mutate": ("tests/faults/droplet/test_mutations.py", "testbed.mutate"),
    "release": ("tests/faults/droplet/test_market_hours.py", 'play("release"'),
    "rollback": ("tests/faults/droplet/test_rollback.py", 'play("rollback"'),
    "recover": ("tests/faults/lost_droplet/test_lost_droplet.py", "scripts/recover.sh"),
    "standby": ("tests/faults/standby/conftest.py", '"standby", "release"'),
    "powercut": ("tests/faults/powercut/test_power_cut.py", "pytest.mark.soak"),
    "soak": ("scripts/test.sh", "pytest tests/faults"),
    "test": (".ci/run", "make test"),
    "test-role": ("scripts/test.sh", "scripts/molecule.sh default"),
    "upgrade": ("tests/faults/owner/test_following_days.py", '"upgrade"'),
    "verify": ("scripts/deploy.sh", "scripts/verify.sh"),
    "bench": ("tests/integration/test_bench.py", "bench/store_pages.py"),
}
NOT_RUN = {
    "clean": "removes the tools that run the tests",
    "format": "changes files; what it would change fails `make check`",
    "ssh": "a shell for a person; the same words are behind `make status`",
}
# What troubleshooting.md quotes of programs that are not ours.
OTHERS_WORDS = {
    "Host key verification failed": "ssh",
    "Permission denied (publickey)": "ssh",
    "Session open refused by peer": "ssh",
}
FILLED_IN = ("'new'", "is open: ", "inventory/production", "darkpool-integrity", "trader", "decrypted")
DOCUMENTS = sorted(files(".md"), key=name)


def blocks(text: str) -> list[str]:
    """The blocks of a document that are typed into a shell."""
    fenced = [found["text"] for found in FENCE.finditer(text) if found["kind"] in {"", "sh", "bash"}]
    return fenced + INDENTED.findall(FENCE.sub("", text))


def code(path: Path) -> list[str]:
    """Each piece of code of a document, a line each."""
    text = path.read_text()
    lines = [line.strip() for found in FENCE.finditer(text) for line in found["text"].splitlines()]
    return [line for line in [*lines, *INLINE.findall(FENCE.sub("", text))] if line]


def said(pattern: str) -> list[tuple[str, str]]:
    """Everything in code that fits, with its document."""
    return [
        (name(path), found)
        for path in DOCUMENTS
        for piece in code(path)
        for found in re.findall(pattern, piece)
    ]


@functools.cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def test_each_target_that_code_names_is_in_the_makefile():
    named = said(r"(?:^|[ (;&])make ([a-z][a-z-]*)(?=$|[^\w.-])")
    assert len(named) > 60
    targets = set(TARGET.findall(makefile()))
    assert [one for one in named if one[1] not in targets] == []


def test_each_variable_that_is_given_to_make_is_read_by_somebody():
    given = {
        (document, variable)
        for document, line in said(r"^.*\bmake [a-z].*$")
        for variable in ASSIGNED.findall(line)
    }
    assert ("README.md", "FEED") in given
    lost = [
        one
        for one in given
        if f"$({one[1]})" not in makefile()
        and f"{one[1]}," not in makefile()
        and one[1] not in (ROOT / ENVIRONMENT.get(one[1], "Makefile")).read_text()
    ]
    assert lost == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^([a-z-]+):.*## ", makefile(), re.MULTILINE))))
def test_each_command_that_people_type_is_run_by_a_test_or_says_why_not(target):
    typed = re.compile(rf'(?:make",\s*|[mM]ake\(\s*)"{target}"')
    run = [name(path) for path in files(".py") if "tests" in path.parts and typed.search(path.read_text())]
    if target in RUN_AS:
        file, words = RUN_AS[target]
        assert words in (ROOT / file).read_text()
    elif target in NOT_RUN:
        assert run == [], "it is run now: take it out of NOT_RUN"
    else:
        assert run, f"no test runs `make {target}`"


def test_each_block_for_a_shell_begins_its_lines_with_a_command_that_is_ours():
    ours = re.compile(r"(?:uv run |\w+=\S+ )*(?:make|collector|analysis|pytest)\b|#|$")
    strange = [
        (name(path), line)
        for path in DOCUMENTS
        if name(path) not in {"docs/architecture.md", "simulator/README.md"}
        for block in blocks(path.read_text())
        for line in block.splitlines()
        if not ours.match(line.strip()) and not re.match(r"\s*\w+: ", line)
    ]
    assert strange == []


def parsed(parser: argparse.ArgumentParser, line: str) -> str:
    """Why a program would not take a line; empty when it would."""
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(line, comments=True)[1:]]
    complaint = io.StringIO()
    with contextlib.redirect_stderr(complaint), contextlib.redirect_stdout(io.StringIO()):
        try:
            parser.parse_args(words)
        except SystemExit as end:
            why = complaint.getvalue().splitlines()[-1:]
            # A command that is only named needs no options.
            named = " --" not in line and "the following arguments are required" in "".join(why)
            return f"{line}: {why}" if end.code and not named else ""
    return ""


def test_each_command_of_the_collector_in_a_document_is_one_that_it_takes():
    lines = {line.rstrip(" .,;") for _, line in said(r"(?<![\w/-])collector [a-z]+(?: (?:--)?[\w-]+)*")}
    with_options = sorted(line for line in lines if " --" in line or len(line.split()) > 2)
    assert len(with_options) >= 8
    known = {word.name for word in commands.ALL}
    unknown = [line for line in lines if line.split()[1] not in known]
    assert unknown == []
    wrong = [parsed(collector_cli.parser(shlex.split(line)[1:]), line) for line in with_options]
    assert [one for one in wrong if one] == []


def test_each_command_of_the_analysis_in_a_document_is_one_that_it_takes():
    lines = sorted({line for _, line in said(r"^analysis [a-z].*$") if len(line.split()) > 2})
    assert len(lines) >= 2
    wrong = [parsed(analysis_cli.parser({}), line) for line in lines]
    assert [one for one in wrong if one] == []


def test_each_option_that_a_document_names_is_one_of_its_role():
    options = {role: set(specs(role)) for role in ROLES}
    named = {
        (name(path), found[0], found["role"])
        for path in DOCUMENTS
        if not name(path).startswith(("docs/decisions/", "docs/schema.md", "docs/benchmarks.md", "CHANGELOG"))
        for piece in code(path)
        for found in OPTION.finditer(piece)
    }
    assert len(named) > 60
    lost = [
        (where, word) for where, word, role in named if word not in options[role] and word not in sources()
    ]
    assert sorted(lost) == []


@functools.cache
def sources() -> set[str]:
    """Every word of what is not a document: a feed, a table and a function may begin like a role."""
    kinds = {".py", ".sql", ".yml", ".j2"}
    read = [path for path in files() if path.suffix in kinds and "tests" not in path.parts]
    return {word for path in read for word in re.findall(r"\w+", path.read_text())}


def test_each_file_that_a_document_names_is_there():
    named = {
        (name(path), found.rstrip("./"))
        for path in DOCUMENTS
        for piece in code(path)
        if not re.search(r"[<>*]|NNNN|\bX\b", piece)
        for found in OUR_PATH.findall(piece)
    }
    assert len(named) > 40
    lost = [
        one
        for one in named
        if not (ROOT / one[1]).exists() and not one[1].startswith("inventory/production") and not beside(*one)
    ]
    assert sorted(lost) == []


def beside(document: str, path: str) -> bool:
    return (ROOT / document).parent.joinpath(path).exists()


def test_each_anchor_of_a_link_is_a_heading_there():
    lost = []
    for path in DOCUMENTS:
        for found in LINK.finditer(path.read_text()):
            target = (path.parent / found["file"]).resolve() if found["file"] else path
            if found["anchor"] not in anchors(target):
                lost.append((name(path), found[0]))
    assert lost == []


@functools.cache
def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_help_fits_one_screen():
    helped = re.findall(r"^([a-z-]+):.*## (.*)$", makefile(), re.MULTILINE)
    assert [target for target, text in helped if len(f"  make {target:<11} {text}") > 80] == []
    shown = subprocess.run(
        ["scripts/help.sh", "Makefile"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(helped) < len(shown.stdout.splitlines()) <= 50


def test_each_message_that_troubleshooting_quotes_is_one_that_something_prints():
    rows = re.findall(r"^\| (.*?) \|", (ROOT / "docs/troubleshooting.md").read_text(), re.MULTILINE)
    quoted = {words for row in rows for words in INLINE.findall(row) if " " in words} - set(OTHERS_WORDS)
    assert len(quoted) > 25
    lost = {words for words in quoted if not all(piece in printed() for piece in pieces(words))}
    assert lost == set()


@functools.cache
def printed() -> str:
    """Everything that our programs may print, in one line."""
    kinds = {".py", ".yml", ".j2", ".sh"}
    ours = [path for path in files() if path.suffix in kinds and "tests" not in path.parts]
    return " ".join(word for path in ours for word in path.read_text().split())


def pieces(words: str) -> list[str]:
    """The words of a message without what is filled in."""
    cut = re.split(rf"…|{'|'.join(FILLED_IN)}|\b\d+\b", words)
    return [piece.strip(" .:,") for piece in cut]
