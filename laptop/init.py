"""Describe a server: write an inventory from the example, ask what only its owner knows, encrypt the secrets.

Safe to repeat: what is filled in is kept and not asked again. Unattended, answers come from the environment.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import secrets
import shutil
import sys
from pathlib import Path

import yaml

from laptop import questions
from laptop.questions import VAULT, Question
from laptop.screen import folded
from laptop.vault import ENCRYPTED, Vault, ensure_password, password_file
from laptop.words import Refused, guarded

EXAMPLE = Path(__file__).resolve().parents[1] / "inventory/example"
PLACEHOLDER = re.compile(r"<([^<>\n]+)>")
GENERATED = re.compile(r"<a long random password[^<>\n]*>")
BY_DROPLET = "hosts.yml: "
UNATTENDED = {
    **{one.name: one.asks for one in questions.ALL},
    "VAULT_PASSWORD_COMMAND": "a command that prints the vault's password, as a keychain does",
    "ANSIBLE_VAULT_PASSWORD_FILE": "a file of your own with that password, or a program that prints it",
}
EPILOG = "environment:\n" + "\n".join(folded(f"  {name:23} {asks}", 26) for name, asks in UNATTENDED.items())


class Inventory:
    """The files of one inventory; the vault's text is known in memory only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = Vault(folder / VAULT, password_file(folder))
        self.opened: str | None = None

    def copy_example(self) -> list[str]:
        """Add what is missing, overwrite nothing; the names of what was added."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        added = []
        for source in sorted(path for path in EXAMPLE.rglob("*") if path.is_file()):
            target = self.folder / source.relative_to(EXAMPLE)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                target.chmod(0o600)
                added.append(str(source.relative_to(EXAMPLE)))
        return added

    def text(self, file: str) -> str:
        """What a file says, decrypted where it is the vault."""
        if file != VAULT:
            return (self.folder / file).read_text()
        if self.opened is None:
            self.opened = self.vault.read()
        return self.opened

    def put(self, file: str, text: str) -> None:
        """Replace a file's text at once."""
        if file == VAULT:
            self.opened = text
            self.vault.write(text)
            return
        partial = self.folder / f"{file}.partial"
        partial.write_text(text)
        partial.chmod(0o600)
        partial.replace(self.folder / file)

    def is_open(self, question: Question) -> bool:
        """Whether its place still waits for an answer."""
        return not question.key and f"<{question.placeholder}" in self.text(question.file)

    def fill(self, question: Question, answer: str) -> None:
        """Write an answer where its placeholder is, or in place of a default."""
        if question.key:
            place = re.compile(rf"(?<=^{question.key}: ).*$", re.MULTILINE)
            self.put(question.file, place.sub(lambda _: answer, self.text(question.file)))
            return
        place = re.compile(rf"<{re.escape(question.placeholder)}[^<>\n]*>")
        # JSON's strings are YAML's; a line of known_hosts is neither.
        value = f"{self.address()} {answer}" if question.file == "known_hosts" else json.dumps(answer)
        self.put(question.file, place.sub(lambda _: value, self.text(question.file)))

    def address(self) -> str:
        """Where the server is."""
        return str(yaml.safe_load(self.text("hosts.yml"))["droplets"]["hosts"]["droplet"]["ansible_host"])

    def left(self) -> list[str]:
        """Places that still wait, with what belongs there."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        names = [str(path.relative_to(self.folder)) for path in files if path.suffix != ".partial"]
        return [
            f"{name}: {hit}" for name in names for hit in PLACEHOLDER.findall(commentless(self.text(name)))
        ]


def commentless(text: str) -> str:
    """What counts of a file."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def with_new_secrets(text: str) -> str:
    """The vault of an earlier release, with a line for each secret that chance makes and that it did not know."""
    known = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    lines = [line for line in (EXAMPLE / VAULT).read_text().splitlines() if GENERATED.search(line)]
    new = [line for line in lines if line.split(":")[0] not in known]
    return "\n".join([text.rstrip("\n"), *new]) + "\n" if new else text


def collected(waiting: list[Question], *, ask: bool) -> dict[str, str]:
    """Every answer by its question's name.

    Raises:
        Refused: with all that is missing or wrong at once.
    """
    answers: dict[str, str] = {}
    problems: list[Refused] = []
    for question in waiting:
        asked_before = {one.name for one in waiting}
        needless = bool(answers.get(question.unless)) or (
            question.needs in asked_before and not answers.get(question.needs)
        )
        try:
            answers[question.name] = "" if needless else answer(question, ask=ask)
        except Refused as problem:
            problems.append(problem)
    if problems:
        raise Refused(*problems)
    return answers


def answer(question: Question, *, ask: bool) -> str:
    """The owner's answer, checked; empty when there is none and none is needed.

    Raises:
        Refused: what the environment says cannot be right, or nobody can be asked.
    """
    given = os.environ.get(question.name, "").strip()
    if not given and not ask:
        given = question.default()
        if not given and not question.optional:
            raise Refused.because(
                f"{question.asks}: is needed, and nobody is here to ask", f"export {question.name}=..."
            )
    while ask and not given:
        given = said(question)
        try:
            return question.check(given) if given else ""
        except ValueError as wrong:
            print(f"  That {wrong}.")
            given = ""
    try:
        return question.check(given) if given else ""
    except ValueError as wrong:
        raise Refused.because(f"{question.name} {wrong}", f"export {question.name}=...") from None


def said(question: Question) -> str:
    """What a person types, without showing a secret."""
    while True:
        default = question.default()
        words = f"{question.asks}{f' [{default}]' if default else ''}: "
        typed = (getpass.getpass(words) if question.secret else input(words)).strip() or default
        if typed or question.optional:
            return typed
        print("  This one is needed.")


def init(folder: Path, *, ask: bool) -> int:
    """Copy, ask, generate, encrypt, say what is left."""
    inventory = Inventory(folder)
    vault_is_clear = not inventory.vault.file.exists() or not inventory.vault.file.read_text().startswith(
        ENCRYPTED
    )
    # All answers first: who stops in the middle, or cannot answer, has changed nothing.
    fresh = not folder.exists()
    waiting = [
        one for one in questions.ALL if fresh or not (folder / one.file).exists() or inventory.is_open(one)
    ]
    answers = collected(waiting, ask=ask)
    made = ensure_password(inventory.vault.password)
    added = inventory.copy_example()
    for question in waiting:
        # A secret that nobody needs is written down as none, or a deploy would ask for it.
        if answers.get(question.name) or (question.secret and question.optional):
            inventory.fill(question, answers[question.name])
    if answers.get("DIGITALOCEAN_TOKEN"):
        # The droplet that is made for its owner brings its own.
        inventory.put("known_hosts", PLACEHOLDER.sub("", inventory.text("known_hosts")).rstrip() + "\n")
    text = with_new_secrets(inventory.text(VAULT))
    generated = GENERATED.findall(text)
    if generated or vault_is_clear:
        inventory.put(VAULT, GENERATED.sub(lambda _: secrets.token_hex(24), text))
    summary(inventory, added, made=made, generated=len(generated))
    return 0


def summary(inventory: Inventory, added: list[str], *, made: bool, generated: int) -> None:
    """Say what is there now, what is left, and what to type next."""
    folder, password = inventory.folder, inventory.vault.password
    print(f"\n{folder}: {len(added)} file(s) written,\n{generated} password(s) generated, secrets encrypted.")
    if made:
        print(f"The vault's password is in {password}.")
        print("Keep a copy of it where you keep your passwords; without it nobody opens the\nvault again.")
    rented = bool(yaml.safe_load(inventory.text(VAULT)).get("vault_droplet_api_token"))
    # Where the droplet is made for its owner, its address is written down with it, elsewhere.
    left = [one for one in inventory.left() if not (rented and one.startswith(BY_DROPLET))]
    if left:
        print("\nStill yours to fill in, in these files:")
        print("\n".join(f"  {one}" for one in left))
    print(
        f"\n{'Then' if left else 'Nothing is left to fill in. Next'}: {'make droplet, and then ' * rented}make deploy\n"
    )


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="make init",
        description="\n".join(folded(line) for line in __doc__.splitlines()),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("inventory", type=Path, help="where it shall be, as inventory/production")
    given = parser.parse_args()
    return guarded(lambda: init(given.inventory, ask=sys.stdin.isatty()))


if __name__ == "__main__":
    sys.exit(main())
