"""What tells the owner that something is wrong: alert policies inside, an uptime check from outside."""

from __future__ import annotations

from .hostkey import address_of
from .parts import JSON, Part

MEASURES = {
    "cpu": "v1/insights/droplet/cpu",
    "memory": "v1/insights/droplet/memory_utilization_percent",
    "disk": "v1/insights/droplet/disk_utilization_percent",
    "load": "v1/insights/droplet/load_5",
}
CHECKED_FROM = ["us_east", "eu_west"]
DOWN_FOR = "2m"
LATER = "(the droplet's address)"


class Watcher(Part):
    """What writes to somebody."""

    exclusive = True

    def emails(self) -> list[str]:
        """Return who is written to: whom the settings name, else whose account it is."""
        if self.settings.alert_emails:
            return sorted(self.settings.alert_emails)
        known = self.there.setdefault("account", {})
        if not known:
            known["account"] = self.api.read("the account", self.api.client.account.get)["account"]
        return [known["account"]["email"]]


class Policies(Watcher):
    """Alert policies, for everything with the tag."""

    kind = "alert policy"

    def ours(self) -> dict[str, JSON]:
        """Find them by how their description begins."""
        found = self.api.pages("alert policies", "policies", self.api.client.monitoring.list_alert_policy)
        return {one["description"]: one for one in found if one["description"].startswith(f"{self.name}: ")}

    def wished(self) -> dict[str, JSON]:
        """One a line of droplet_alerts."""
        return dict(self._described(one) for one in self.settings.alerts)

    def seen(self, thing: JSON) -> JSON:
        """What it watches and to whom it writes."""
        emails = sorted(thing["alerts"].get("email") or [])
        kept = {name: thing[name] for name in ("type", "compare", "value", "window", "tags", "enabled")}
        return {**kept, "value": float(thing["value"]), "emails": emails}

    def create(self, name: str, description: JSON) -> JSON:
        """Create one."""
        create = self.api.client.monitoring.create_alert_policy
        answer = self.api.write(f"creating alert policy '{name}'", create, _policy(name, description))
        found: JSON = answer["policy"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Replace one."""
        update, wanted = self.api.client.monitoring.update_alert_policy, _policy(name, description)
        answer = self.api.write(f"changing alert policy '{name}'", update, thing["uuid"], wanted)
        found: JSON = answer["policy"]
        return found

    def delete(self, name: str, thing: JSON) -> None:
        """Delete one."""
        self.api.delete(
            f"alert policy '{name}'", self.api.client.monitoring.delete_alert_policy, thing["uuid"]
        )

    def _described(self, alert: JSON) -> tuple[str, JSON]:
        name = f"{self.name}: {alert['measure']} above {alert['above']}"
        return name, {
            "type": MEASURES[alert["measure"]],
            "compare": "GreaterThan",
            "value": float(alert["above"]),
            "window": alert.get("window") or "10m",
            "tags": [self.name],
            "enabled": True,
            "emails": self.emails(),
        }


class UptimeCheck(Part):
    """A ping from two continents; the first check of an account costs nothing, further ones a dollar a month."""

    kind = "uptime check"
    costs = True
    exclusive = True

    def ours(self) -> dict[str, JSON]:
        """Find it by its name."""
        found = self.api.pages("uptime checks", "checks", self.api.client.uptime.list_checks)
        return {one["name"]: one for one in found if one["name"] == self.name}

    def wished(self) -> dict[str, JSON]:
        """One of the address that ssh goes to, or none."""
        if not self.settings.uptime:
            return {}
        return {self.name: {"type": "ping", "target": address_of(self) or LATER, "enabled": True}}

    def seen(self, thing: JSON) -> JSON:
        """What it asks."""
        return {name: thing[name] for name in ("type", "target", "enabled")}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it."""
        wanted = {"name": name, "regions": CHECKED_FROM, **description}
        answer = self.api.write(f"creating uptime check {name}", self.api.client.uptime.create_check, wanted)
        found: JSON = answer["check"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Let it ask the present address."""
        wanted = {"name": name, "regions": CHECKED_FROM, **description}
        update = self.api.client.uptime.update_check
        answer = self.api.write(f"changing uptime check {name}", update, thing["id"], wanted)
        found: JSON = answer["check"]
        return found

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it with its alert."""
        self.api.delete(f"uptime check {name}", self.api.client.uptime.delete_check, thing["id"])


class UptimeAlert(Watcher):
    """Whom the uptime check writes to."""

    kind = "uptime alert"
    # It goes with its check.
    stays = True

    def ours(self) -> dict[str, JSON]:
        """Find it among those of our check."""
        check = self.made("uptime check")
        if not check:
            return {}
        found = self.api.pages("uptime alerts", "alerts", self.api.client.uptime.list_alerts, check["id"])
        return {one["name"]: one for one in found}

    def wished(self) -> dict[str, JSON]:
        """One, where there is a check."""
        if not self.settings.uptime:
            return {}
        return {f"{self.name} is down": {"emails": self.emails()}}

    def seen(self, thing: JSON) -> JSON:
        """Whom it writes to."""
        return {"emails": sorted(thing["notifications"].get("email") or [])}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it."""
        check = self.made("uptime check")
        wanted = {
            "name": name, "type": "down_global", "period": DOWN_FOR,
            "notifications": {"email": description["emails"], "slack": []},
        }  # fmt: skip
        create = self.api.client.uptime.create_alert
        answer = self.api.write(f"creating uptime alert '{name}'", create, check and check["id"], wanted)
        found: JSON = answer["alert"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Put another in its place."""
        self.delete(name, thing)
        return self.create(name, description)

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it."""
        check = self.made("uptime check")
        if check:
            delete = self.api.client.uptime.delete_alert
            self.api.delete(f"uptime alert '{name}'", delete, check["id"], thing["id"])


def _policy(name: str, description: JSON) -> JSON:
    kept = {key: value for key, value in description.items() if key != "emails"}
    where = {"email": description["emails"], "slack": []}
    return {**kept, "description": name, "alerts": where, "entities": []}
