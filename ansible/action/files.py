"""Render all files of a role on the laptop and hand them over in one call (decision 0050); the module writes them.

A file is {path, mode, owner, group, validate} and what is in it: `content`; or `src`, rendered from the role's
templates if it ends in .j2 (they know the file's own `vars` too), else taken from the role's files; else the template
that is named like the file. A folder is a path or {path, mode, owner, group}. `modes` maps what a package brought to
its mode. A unit is {name, enabled, started}; systemd reads its files again before, if one of these changed or `reload`
says that another did.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from ansible._internal._templating import _template_vars
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

Entry = dict[str, Any]


class ActionModule(ActionBase):
    """One task and one visit to the server, however many files."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: Entry | None = None) -> Entry:
        """Fill in what stands in each file and let the module do the rest."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        folders = [
            {"path": one} if isinstance(one, str) else one for one in self._task.args.get("folders", [])
        ]
        files = [self._filled(dict(one), variables) for one in self._task.args.get("files", [])]
        given = {
            name: self._task.args[name] for name in ("modes", "units", "reload") if name in self._task.args
        }
        wanted = {"folders": folders, "files": files, **given}
        said: Entry = self._execute_module("files", module_args=wanted, task_vars=variables)
        # What stands in the files would be shown at -vvv, once more for each task.
        said.pop("invocation", None)
        return said

    def _filled(self, file: Entry, variables: Entry) -> Entry:
        if "content" not in file:
            source = file.pop("src", f"{PurePath(file['path']).name}.j2")
            if source.endswith(".j2"):
                file["content"] = self._rendered(source, file["path"], {**variables, **file.pop("vars", {})})
            else:
                file["content"] = self._loader.get_text_file_contents(self._find_needle("files", source))
        return file

    def _rendered(self, source: str, path: str, variables: Entry) -> str:
        """Render as the template module does, with its defaults."""
        found = self._find_needle("templates", source)
        named = _template_vars.generate_ansible_template_vars(
            path=source,
            fullpath=found,
            dest_path=path,
            include_ansible_managed="ansible_managed" not in variables,
        )
        folders = [*variables.get("ansible_search_path", []), str(PurePath(found).parent)]
        beside = [folder for one in folders for folder in (str(PurePath(one) / "templates"), one)]
        templar = self._templar.copy_with_new_env(
            searchpath=beside, available_variables={**variables, **named}
        )
        text = trust_as_template(self._loader.get_text_file_contents(found))
        overrides = {"trim_blocks": True, "lstrip_blocks": False, "newline_sequence": "\n"}
        return str(templar.template(text, escape_backslashes=False, overrides=overrides) or "")
