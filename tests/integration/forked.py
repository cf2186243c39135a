"""The collector and the simulator as processes that begin in milliseconds: forked from one that has imported them."""

import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

import requests
from simulator_process import API_KEY, Simulator, free_port, wait_until_it_answers

import simulator.__main__
from collector import cli

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "collector.cli", "simulator.__main__", "requests"])


def _collect(words: list[str], out: str) -> None:
    """What `collector WORDS >out 2>&1` does, with nothing of the test's environment."""
    for name in [one for one in os.environ if one.startswith("COLLECTOR_")]:
        del os.environ[name]
    file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.exit(cli.main(words))


def _simulate(words: list[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.argv = ["simulator", *words]
    simulator.__main__.main()


class Collecting:
    """One started collector; what it says is kept in a file."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._out = folder / f"out-{len(list(folder.glob('out-*')))}"
        command = [*words, "--env-file", str(folder / "collector.env")]
        self.process: BaseProcess = FORKS.Process(
            target=_collect, args=(command, str(self._out)), daemon=True
        )
        self.process.start()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def kill(self) -> None:
        """SIGKILL, at once."""
        self.process.kill()
        self.process.join()

    def ended(self, timeout_s: float = 60) -> int:
        """Its exit code; it must have ended by itself and without a traceback."""
        self.process.join(timeout_s)
        code = self.process.exitcode
        if code is None:
            self.kill()
        said = self.said
        assert code is not None, f"it did not end in {timeout_s} s: {said}"
        assert "Traceback" not in said, said
        return code

    @property
    def said(self) -> str:
        return self._out.read_text(encoding="utf-8") if self._out.exists() else ""


class ForkedSimulator(Simulator):
    """As simulator_process.start() makes it, only sooner."""

    def stop(self) -> None:
        self.http.close()
        self.process.kill()
        self.process.join()


def start_simulator(**options: str | int) -> ForkedSimulator:
    port = free_port()
    wanted = {"host": "127.0.0.1", "port": port, "api-key": API_KEY, **options}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in wanted.items()]
    process = FORKS.Process(target=_simulate, args=(words,), daemon=True)
    process.start()
    running = ForkedSimulator(f"http://127.0.0.1:{port}", API_KEY, process, requests.Session())
    wait_until_it_answers(running, process.is_alive)
    return running
