"""Puts the paths together, with those that only the tests know."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers
from testbed.digitalocean.account import Account
from testbed.digitalocean.droplets import Droplets
from testbed.digitalocean.gate import Gate
from testbed.digitalocean.network import Firewalls, ReservedAddresses, Vpcs
from testbed.digitalocean.storage import Storage
from testbed.digitalocean.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from testbed.digitalocean.state import State

PARTS = (Account, Droplets, Vpcs, Firewalls, ReservedAddresses, Storage, Watching)


def make(state: State) -> web.Application:
    """Return the whole fake for one state."""
    gate = Gate(state)

    @web.middleware
    async def gated(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        return await gate(request, handler)

    app = web.Application(middlewares=[gated])
    for part in PARTS:
        app.router.add_routes(part(state).routes())
    app.router.add_routes(Control(state).routes())
    return app


class Control:
    """What tests ask and set past the API."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.post("/_faults", self.spoil),
            web.post("/_reset", self.reset),
            web.get("/_state", self.show),
            web.get("/_requests", self.requests),
        ]

    async def spoil(self, request: web.Request) -> web.Response:
        """Take one named fault with how often and where, or switches of the account."""
        self.state.faults.set(await answers.body(request))
        return answers.answer({})

    async def reset(self, _request: web.Request) -> web.Response:
        """Begin anew; every machine ends."""
        for droplet in self.state.things["droplets"]:
            await asyncio.to_thread(self.state.machines.end, droplet["id"])
        self.state.reset()
        return answers.answer({})

    async def show(self, _request: web.Request) -> web.Response:
        """Show everything in the account, and what it costs a month."""
        more = {"actions": self.state.actions, "monthly_cost": self.state.monthly_cost()}
        return answers.answer({**self.state.things, **more})

    async def requests(self, _request: web.Request) -> web.Response:
        """Show what was asked since the start, in order."""
        return answers.answer({"requests": self.state.requests})
