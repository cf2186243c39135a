"""python -m testbed.digitalocean: keep one account on loopback until stopped."""

from __future__ import annotations

import argparse

from aiohttp import web

from testbed import bed as beds
from testbed.digitalocean.app import make
from testbed.digitalocean.machines import Containers, Machines, Nowhere
from testbed.digitalocean.state import State


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m testbed.digitalocean", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="port on 127.0.0.1")
    parser.add_argument("--token", default="demo-token", help="the only token that is accepted")
    parser.add_argument(
        "--bed", default="", help="test bed whose containers the droplets are; none: no machines"
    )
    arguments = parser.parse_args()
    machines: Machines = Containers(beds.Bed(arguments.bed)) if arguments.bed else Nowhere()
    state = State(token=arguments.token, machines=machines)
    web.run_app(make(state), host="127.0.0.1", port=arguments.port, access_log=None, shutdown_timeout=1)


if __name__ == "__main__":
    main()
