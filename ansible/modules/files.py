"""Write folders and text files, all or none: what is not valid is found before the first one is moved into its place.

Then the units that they belong to are switched on or off, now and after a restart.

Called by the action of the same name, which fills in what stands in the files.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

OWNED = {
    "path": {"type": "path", "required": True},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
SPEC = {
    "folders": {
        "type": "list", "elements": "dict", "default": [],
        "options": {**OWNED, "mode": {"type": "str", "default": "0755"}},
    },
    "files": {
        "type": "list", "elements": "dict", "default": [],
        "options": {
            **OWNED,
            "mode": {"type": "str", "default": "0644"},
            "content": {"type": "str", "required": True},
            "validate": {"type": "str"},
        },
    },
    # Of what is there already, by its path.
    "modes": {"type": "dict", "default": {}},
    "units": {
        "type": "list", "elements": "dict", "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "enabled": {"type": "bool"},
            "started": {"type": "bool"},
        },
    },
    # Whether units changed before this call; what it writes itself it knows.
    "reload": {"type": "bool", "default": False},
}  # fmt: skip


UNITS = "/etc/systemd/"
SHOWN = ("LoadState", "ActiveState", "ConditionResult", "ConditionTimestampMonotonic")
# For these is-enabled succeeds.
ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated")
RUNS = ("active", "activating")
State = dict[str, str]


def main() -> None:
    """Write what differs and say of each path and unit what was different."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    wanted = module.params
    written = [folder(module, one) for one in wanted["folders"]]
    staged = [stage(module, one) for one in wanted["files"]]
    written += [place(module, one, made) for one, made in zip(wanted["files"], staged, strict=True)]
    written += [mode(module, path, bits) for path, bits in wanted["modes"].items()]
    if wanted["units"]:
        ours = any(one["changed"] and one["path"].startswith(UNITS) for one in written)
        written += switched(module, wanted["units"], reload=wanted["reload"] or ours)
    changed = [one for one in written if one["changed"]]
    module.exit_json(
        changed=bool(changed), written=written, diff=[diff for one in changed for diff in one["diff"]]
    )


def folder(module: AnsibleModule, wanted: dict) -> dict:
    """Make a folder; what is missing above it is root's and open to all, whatever the session's umask."""
    path = Path(wanted["path"])
    missing = not path.is_dir()
    if missing and not module.check_mode:
        for parent in [one for one in reversed(path.parents) if not one.exists()]:
            parent.mkdir()
            parent.chmod(0o755)
        path.mkdir(int(wanted["mode"], 8))
    state = [difference(path, "", f"folder {path}\n")] if missing else []
    return owned(module, path, wanted, state)


def stage(module: AnsibleModule, wanted: dict) -> str | None:
    """Write a file that differs to where nobody reads it, and have it judged; None where nothing differs."""
    path, content = Path(wanted["path"]), wanted["content"].encode()
    if (path.is_file() and path.read_bytes() == content) or module.check_mode:
        return None
    if not path.parent.is_dir():
        module.fail_json(msg=f"{path}: its folder is not there, and no role made it")
    # A file that no method moves into its place is removed with the module's own folder.
    handle, made = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    if wanted["validate"]:
        code, said, errors = module.run_command(wanted["validate"] % made)
        if code != 0:
            module.fail_json(
                msg=f"{path} would not be valid, so nothing was written: {(errors or said).strip()}"
            )
    return made


def place(module: AnsibleModule, wanted: dict, made: str | None) -> dict:
    """Move a staged file into its place and give it to its owner."""
    path, after = Path(wanted["path"]), wanted["content"]
    before = path.read_text(errors="replace") if path.is_file() else ""
    differs = before != after or not path.is_file()
    if made:
        module.atomic_move(made, str(path))
    return owned(module, path, wanted, [difference(path, before, after)] if differs else [])


def mode(module: AnsibleModule, path: str, bits: str) -> dict:
    """Set the mode of what a package brought."""
    if not Path(path).exists() and not module.check_mode:
        module.fail_json(msg=f"{path} is not there: its package is not installed")
    return owned(module, Path(path), {"owner": "root", "group": "root", "mode": bits}, [])


def owned(module: AnsibleModule, path: Path, wanted: dict, found: list[dict]) -> dict:
    """Set owner, group and mode, and close the account of one path."""
    if path.exists():
        rights: dict = {}
        name, changed = str(path), False
        changed = module.set_owner_if_different(name, wanted["owner"], changed, rights)
        changed = module.set_group_if_different(name, wanted["group"], changed, rights)
        changed = module.set_mode_if_different(name, wanted["mode"], changed, rights)
        if changed and not found:
            found = [difference(path, listed(rights.get("before")), listed(rights.get("after")))]
    return {"path": str(path), "changed": bool(found), "diff": found}


def switched(module: AnsibleModule, wanted: list[dict], *, reload: bool) -> list[dict]:
    """Enable, disable, start and stop; a unit that its own condition keeps from starting is as it should be."""
    if reload and not module.check_mode:
        systemctl(module, "daemon-reload")
    before = states(module, wanted)
    for one, state in zip(wanted, before, strict=True):
        if state["LoadState"] == "not-found" and not module.check_mode:
            module.fail_json(msg=f"{one['name']} is not there: its package is not installed")
    asked = [
        (word, one["name"]) for one, state in zip(wanted, before, strict=True) for word in due(one, state)
    ]
    if module.check_mode:
        after = [promised(one, state) for one, state in zip(wanted, before, strict=True)]
    else:
        for words in asked:
            systemctl(module, *words)
        after = states(module, wanted) if asked else before
    return [
        {
            "unit": one["name"],
            "changed": was != now,
            "diff": [difference(Path(one["name"]), listed(was), listed(now))] if was != now else [],
        }
        for one, was, now in (
            (one, shown(was), shown(now)) for one, was, now in zip(wanted, before, after, strict=True)
        )
    ]


def due(wanted: dict, state: State) -> list[str]:
    """Return what to ask of systemctl, as ansible.builtin.systemd_service would."""
    words = []
    if wanted["enabled"] is not None and wanted["enabled"] != (state["enabled"] == "yes"):
        words.append("enable" if wanted["enabled"] else "disable")
    if wanted["started"] is not None and wanted["started"] != (state["ActiveState"] in RUNS):
        words.append("start" if wanted["started"] else "stop")
    return words


def promised(wanted: dict, state: State) -> State:
    """Return what would become of a unit; one whose condition did not hold is not promised to start."""
    words = due(wanted, state)
    # A unit that nobody has tried to start has no result either, and systemd says no.
    held = state["ConditionResult"] == "no" and state["ConditionTimestampMonotonic"] != "0"
    after = dict(state)
    if "enable" in words or "disable" in words:
        after["enabled"] = "yes" if wanted["enabled"] else "no"
    if "stop" in words or ("start" in words and not held):
        after["ActiveState"] = "active" if wanted["started"] else "inactive"
    return after


def states(module: AnsibleModule, wanted: list[dict]) -> list[State]:
    """Return what systemd says of each; whether it is enabled it reads anew only if asked for that."""
    names = [one["name"] for one in wanted]
    said = systemctl(module, "show", f"--property={','.join(SHOWN)}", "--", *names)
    found = [dict(line.split("=", 1) for line in block.splitlines()) for block in said.strip().split("\n\n")]
    _, said, _ = module.run_command(["systemctl", "is-enabled", "--", *names])
    # Of a unit that is not there it may say nothing at all.
    words = said.split() if len(said.split()) == len(names) else [enabled(module, name) for name in names]
    for word, one in zip(words, found, strict=True):
        one["enabled"] = "yes" if word in ENABLED else "no"
    return found


def enabled(module: AnsibleModule, name: str) -> str:
    """Return systemd's word for what starts one unit."""
    return str(module.run_command(["systemctl", "is-enabled", "--", name])[1].strip())


def shown(state: State) -> State:
    """Return what an owner is told of a unit."""
    return {"enabled": state["enabled"], "runs": "yes" if state["ActiveState"] in RUNS else "no"}


def systemctl(module: AnsibleModule, *words: str) -> str:
    """Ask systemd, and hand on what it said."""
    code, said, errors = module.run_command(["systemctl", *words])
    if code != 0:
        module.fail_json(msg=f"systemctl {' '.join(words)}: {(errors or said).strip()}")
    return str(said)


def listed(rights: dict | None) -> str:
    """Return owner, group and mode, a line each."""
    return "".join(f"{name}: {value}\n" for name, value in sorted((rights or {}).items()))


def difference(path: Path, before: str, after: str) -> dict:
    """Return what Ansible shows of a change."""
    return {"before_header": str(path), "after_header": str(path), "before": before, "after": after}


if __name__ == "__main__":
    main()
