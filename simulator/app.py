"""Puts the paths together."""

from aiohttp import web

from simulator.control import Control, explain
from simulator.feeds import FEEDS
from simulator.gate import Gate
from simulator.socket.control import StreamControl
from simulator.socket.door import Door
from simulator.socket.publisher import Publisher
from simulator.state import State

UNKNOWN = "/api/{rest:.*}"


def make(state: State) -> web.Application:
    """The whole simulator for one state."""
    app = web.Application(middlewares=[explain])
    for path, feed in FEEDS.items():
        app.router.add_get(path, Gate(state, path, feed))
    app.router.add_route("*", UNKNOWN, Gate(state, "(no such route)", None))
    app.router.add_get("/socket", Door(state.hub, state.faults, state.api_key))
    app.router.add_routes(Control(state).routes())
    app.router.add_routes(StreamControl(state).routes())
    app.cleanup_ctx.append(Publisher(state).running)
    return app
