"""The test bed's command line: `python -m testbed up --name demo`."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING

from testbed import bed as beds
from testbed import droplet, engine, images, session, simulator, world
from testbed.shell import TestbedError, fail, say

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> None:
    """Turn words on the command line into calls."""
    arguments = _parser().parse_args(words)
    try:
        arguments.call(arguments)
    except TestbedError as problem:
        fail(str(problem))


def _up(arguments: argparse.Namespace) -> None:
    bed = beds.Bed(arguments.name, arguments.system)
    engine.ensure()
    beds.network_up(bed)
    if arguments.fresh:
        world.leave(bed)
    if not arguments.no_simulator:
        simulator.up(bed, arguments.simulator_options)
        world.enter(bed, arguments.world_at)
    droplet.up(bed, fresh=arguments.fresh, user_data={} if arguments.cloud_init else None)


def _down(arguments: argparse.Namespace) -> None:
    if engine.running():
        bed = beds.Bed(arguments.name)
        beds.down(bed)
        world.leave(bed)
        if not arguments.engine or beds.others_running():
            return
    if arguments.engine:
        engine.stop()


def _play(arguments: argparse.Namespace) -> None:
    bed = beds.Bed(arguments.name)
    if session.was_played(bed):
        say("the day was played already")
        return
    for line in session.play(bed):
        say(line)


def _images(arguments: argparse.Namespace) -> None:
    engine.ensure()
    say(f"droplet image: {images.droplet(arguments.system)}")
    say(f"second machine: {images.lab(arguments.system)}")


def _reboot(arguments: argparse.Namespace) -> None:
    beds.reboot(beds.Bed(arguments.name))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m testbed", description="Droplets on a desk: real servers in containers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, call, text in (
        ("up", _up, "start (or find) a droplet and the API simulator"),
        ("down", _down, "end them; keys and images are kept"),
        ("play", _play, "let the collector take its passes through a simulated trading day"),
        ("reboot", _reboot, "reboot the droplet and wait until it is up"),
        ("images", _images, "build the images now instead of at the first use"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--name", default="demo", help="which test bed (default: demo)")
        command.add_argument("--system", default="debian-12", choices=images.SYSTEMS, help="operating system")
        command.set_defaults(call=call)
        if name == "up":
            command.add_argument("--fresh", action="store_true", help="a new droplet in place of an old one")
            command.add_argument("--cloud-init", action="store_true",
                                 help="the distribution's cloud-init takes the keys from user data")  # fmt: skip
            command.add_argument("--no-simulator", action="store_true", help="the droplet alone")
            command.add_argument("--world-at", type=dt.time.fromisoformat, default=dt.time(15, 40), metavar="HH:MM",
                                 help="New York time of a recent session at which the bed's world starts")  # fmt: skip
            command.add_argument("simulator_options", nargs="*", help="after --: options of the simulator")
        if name == "down":
            command.add_argument(
                "--engine", action="store_true", help="also end the engine, if it was started here"
            )
    return parser


if __name__ == "__main__":
    main()
