"""Alert policies and uptime checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers
from testbed.digitalocean.answers import JSON

if TYPE_CHECKING:
    from testbed.digitalocean.state import State

WINDOWS = ("5m", "10m", "30m", "1h")
POLICY = ("alerts", "compare", "description", "enabled", "entities", "tags", "type", "value", "window")


class Watching:
    """The paths under /v2/monitoring/alerts and /v2/uptime/checks."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/monitoring/alerts", self.list_policies),
            web.post("/v2/monitoring/alerts", self.create_policy),
            web.put("/v2/monitoring/alerts/{id}", self.update_policy),
            web.delete("/v2/monitoring/alerts/{id}", self.delete_policy),
            web.get("/v2/uptime/checks", self.list_checks),
            web.post("/v2/uptime/checks", self.create_check),
            web.put("/v2/uptime/checks/{id}", self.update_check),
            web.delete("/v2/uptime/checks/{id}", self.delete_check),
            web.get("/v2/uptime/checks/{id}/alerts", self.list_alerts),
            web.post("/v2/uptime/checks/{id}/alerts", self.create_alert),
        ]

    async def list_policies(self, request: web.Request) -> web.Response:
        """List all."""
        return answers.page(request, "policies", self.state.things["alerts"])

    async def create_policy(self, request: web.Request) -> web.Response:
        """Create one."""
        made = {"uuid": answers.identifier(), **self._policy(await answers.body(request, *POLICY[:3]))}
        return answers.answer({"policy": self.state.add("alerts", made)})

    async def update_policy(self, request: web.Request) -> web.Response:
        """Replace one whole."""
        found = self._named("alerts", request, "uuid")
        found.update(self._policy(await answers.body(request, *POLICY[:3])))
        return answers.answer({"policy": found})

    async def delete_policy(self, request: web.Request) -> web.Response:
        """Delete one."""
        self.state.remove("alerts", self._named("alerts", request, "uuid"))
        return answers.gone()

    async def list_checks(self, request: web.Request) -> web.Response:
        """List all."""
        return answers.page(request, "checks", self.state.things["checks"])

    async def create_check(self, request: web.Request) -> web.Response:
        """Create one."""
        wanted = await answers.body(request, "name", "type", "target")
        made = {"id": answers.identifier(), **wanted}
        return answers.answer({"check": self.state.add("checks", made)}, 201)

    async def update_check(self, request: web.Request) -> web.Response:
        """Change one."""
        found = self._named("checks", request)
        found.update(await answers.body(request))
        return answers.answer({"check": found})

    async def delete_check(self, request: web.Request) -> web.Response:
        """Delete one with its alerts."""
        found = self._named("checks", request)
        self.state.remove("checks", found)
        for alert in self._alerts(found["id"]):
            self.state.remove("check_alerts", alert)
        return answers.gone()

    async def list_alerts(self, request: web.Request) -> web.Response:
        """List those of one check."""
        found = self._named("checks", request)
        shown = [
            {name: value for name, value in alert.items() if name != "check"}
            for alert in self._alerts(found["id"])
        ]
        return answers.page(request, "alerts", shown)

    async def create_alert(self, request: web.Request) -> web.Response:
        """Create one for a check."""
        found, wanted = self._named("checks", request), await answers.body(request, "name", "type")
        self._refuse_strangers(wanted.get("notifications", {}))
        made = {"id": answers.identifier(), **wanted}
        self.state.add("check_alerts", {**made, "check": found["id"]})
        return answers.answer({"alert": made}, 201)

    def _policy(self, wanted: JSON) -> JSON:
        if wanted.get("window") not in WINDOWS:
            raise answers.unprocessable("invalid window")
        if not wanted["type"].startswith("v1/insights/droplet/"):
            raise answers.unprocessable("invalid type")
        self._refuse_strangers(wanted["alerts"])
        return {name: wanted[name] for name in POLICY}

    def _refuse_strangers(self, where: JSON) -> None:
        for address in where.get("email") or []:
            if address != OWNER:
                raise answers.unprocessable(f"email {address} is not verified on this account")

    def _alerts(self, check: str) -> list[JSON]:
        return [alert for alert in self.state.things["check_alerts"] if alert["check"] == check]

    def _named(self, kind: str, request: web.Request, by: str = "id") -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(self.state.things[kind], lambda one: one[by] == wanted)


OWNER = "owner@example.org"
