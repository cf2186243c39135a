"""Hold an inventory against the specs of all roles, and name every problem in one message."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from collector.alerts import policy
from collector.core.settings import SettingsError
from collector.jobs.command import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

Spec = dict[str, dict[str, Any]]
# In C where libyaml is there: this reads all roles' specs at the begin of each run.
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ActionModule(ActionBase):
    """Run on the laptop only; nothing on the server is read or changed."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Validate the host's variables; fail with every problem and its fix, a line each."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        roles = Path(variables["role_path"]).parent
        problems: list[str] = []
        problems += left_open({"ansible_host": variables.get("ansible_host", "")})
        for role in dict.fromkeys(variables["ansible_play_role_names"]):
            spec = options_of(roles / role)
            values, undefined = self._values(spec, variables)
            problems += undefined
            problems += left_open(values)
            problems += wrong_values(spec, values)
            problems += unknown_names(role, spec, variables)
            problems += self._refused(variables.get(f"__{role}_refuses", []), known=bool(problems))
            if role == "collector":
                problems += meaningless_values(spec, values)
            if role == "alerts":
                problems += meaningless_alerts(values)
        if problems:
            return {"failed": True, "msg": report(problems, str(variables.get("inventory_dir")))}
        return {"changed": False}

    def _values(self, spec: Spec, variables: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return the host's values of a spec's options, and what could not be worked out."""
        answers = {name: self._value(variables[name]) for name in spec.keys() & variables.keys()}
        values = {name: value for name, (value, error) in answers.items() if not error}
        return values, [
            f"{name}: cannot be worked out: {error}" for name, (_, error) in answers.items() if error
        ]

    def _refused(self, conditions: list[dict[str, str]], *, known: bool) -> list[str]:
        """Return the fixes of a role's own conditions (`that`, `fix`) that do not hold.

        What cannot be judged is a problem too, unless one is known: a value of the wrong type is named already.
        """
        found = []
        for condition in conditions:
            holds, error = self._value(condition["that"])
            if error and not known:
                found.append(f"{condition['that']}: cannot be worked out: {error}")
            elif not error and not holds:
                found.append(str(self._value(condition["fix"])[0]))
        return found

    def _value(self, written: object) -> tuple[Any, str]:
        try:
            return self._templar.template(written), ""
        except AnsibleError as error:
            return None, first_line(error)


def options_of(role: Path) -> Spec:
    """Return the options of a role's main entry point as its meta/argument_specs.yml declares them."""
    specs = yaml.load((role / "meta" / "argument_specs.yml").read_text(), Loader=FAST)  # noqa: S506 - it is a safe one
    options: Spec = specs["argument_specs"]["main"].get("options") or {}
    return options


def wrong_values(spec: Spec, values: dict[str, Any]) -> list[str]:
    """Return what the declared types, choices and required options refuse, without showing a secret."""
    problems = []
    for name, option in spec.items():
        given = {name: values[name]} if values.get(name) is not None else {}
        found = ArgumentSpecValidator({name: accepted(option)}).validate(given).error_messages
        if found and not given:
            problems.append(f"{name}: is missing. {purpose(option)}")
        elif found and option.get("no_log"):
            problems.append(f"{name}: is not a {option.get('type', 'str')}. {purpose(option)}")
        else:
            problems += [f"{name}: {message}" for message in found]
    return problems


def left_open(values: dict[str, Any]) -> list[str]:
    """Return the values that still hold the example's <placeholder>; the placeholder says what belongs there."""
    return [
        f"{name}: fill in {text[1:-1]}"
        for name, value in values.items()
        for text in leaves(value)
        if text.startswith("<") and text.endswith(">")
    ]


def leaves(value: object) -> Iterator[str]:
    """Yield every text inside a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value.strip()


def accepted(option: dict[str, Any]) -> dict[str, Any]:
    """Return the part of an option that the validator knows (it refuses descriptions)."""
    known = {"type", "required", "choices", "elements", "no_log"}
    kept = {key: value for key, value in option.items() if key in known}
    if option.get("options"):
        kept["options"] = {name: accepted(inner) for name, inner in option["options"].items()}
    return kept


def purpose(option: dict[str, Any]) -> str:
    """Return the first sentence of an option's description."""
    description = option.get("description", "")
    return str(description[0] if isinstance(description, list) else description)


def unknown_names(role: str, spec: Spec, variables: dict[str, Any]) -> list[str]:
    """Return the variables that carry a role's prefix but that the role does not know: mostly typing errors."""
    unknown = [name for name in variables if name.startswith(f"{role}_") and name not in spec]
    return [
        f"{name}: the role {role} has no such option.{did_you_mean(name, spec)}" for name in sorted(unknown)
    ]


def did_you_mean(name: str, spec: Spec) -> str:
    """Return a suggestion, or nothing."""
    close = difflib.get_close_matches(name, spec, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def meaningless_values(spec: Spec, values: dict[str, Any]) -> list[str]:
    """Return what the collector itself would refuse at its start, asked before anything is deployed."""
    environment = {name.upper(): as_line(values[name]) for name in spec if values.get(name) is not None}
    try:
        checked(environment)
    except SettingsError as error:
        return [in_inventory(problem) for problem in error.problems]
    return []


def meaningless_alerts(values: dict[str, Any]) -> list[str]:
    """Return what the collector would refuse of rules, manners and channels."""
    kept = ("rules", "quiet_hours", "most_per_hour", "digest_at")
    given = {name: values[f"alerts_{name}"] for name in kept if values.get(f"alerts_{name}") is not None}
    problems = policy.channel_problems(values.get("alerts_urls") or [])
    try:
        policy.checked(given)
    except SettingsError as error:
        problems += error.problems
    return problems


def in_inventory(problem: str) -> str:
    """Name the inventory's option instead of the env file's line."""
    return re.sub(r"COLLECTOR_[A-Z_]+", lambda name: name[0].lower(), problem)


def as_line(value: object) -> str:
    """Write a value as the env file spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        value = [f"{key}={one}" for key, one in value.items()]
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def first_line(error: Exception) -> str:
    """Return the start of an error, without the source excerpt that may follow it."""
    return str(error).strip().splitlines()[0]


def first_of_each_name(problems: list[str]) -> list[str]:
    """Return one problem for each option: a value that is not filled in is wrong in other ways too."""
    kept: dict[str, str] = {}
    for problem in problems:
        kept.setdefault(problem.replace(":", " ").split()[0], problem)
    return list(kept.values())


def report(problems: list[str], inventory: str) -> str:
    """Return one message with a line for each problem."""
    unique = first_of_each_name(problems)
    head = (
        f"{len(unique)} setting(s) in {inventory} must be put right first. Nothing was changed on the server."
    )
    return "\n".join([head, *(f"  - {problem}" for problem in unique)])
