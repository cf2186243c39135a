"""A door between the collector and PostgreSQL: shut, or falling shut just before or just after a commit."""

import select
import socket
import socketserver
import threading
from dataclasses import dataclass
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\x00"


@dataclass
class Cut:
    """The connection is lost at the n-th commit from now: it arrived (`after`) or it did not."""

    commits: int
    after: bool


class Door:
    """Its folder stands for the server's in a DSN."""

    def __init__(self, server: str, folder: Path) -> None:
        self.folder = folder
        self.shut = False
        self.cut: Cut | None = None
        self._lock = threading.Lock()
        self._upstream = str(Path(server) / SOCKET)
        door = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                door.serve(self.request)

        self._listening = socketserver.ThreadingUnixStreamServer(str(folder / SOCKET), Handler)
        self._listening.daemon_threads = True
        threading.Thread(target=self._listening.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown()
        self._listening.server_close()

    def serve(self, client: socket.socket) -> None:
        """Passes bytes both ways until one side ends or the door falls shut."""
        if self.shut:
            return
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self._upstream)
            try:
                while not self.shut and self._pass_on(client, server):
                    pass
            except OSError:  # either side may die at any moment: that is what a door is for
                return

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        ready, _, _ = select.select([client, server], [], [], 0.05)
        for one in ready:
            data = one.recv(1 << 16)
            if not data:
                return False
            if one is server:
                client.sendall(data)
            else:
                falling = self._falls(data)
                if falling is None or falling.after:
                    server.sendall(data)
                if falling:
                    if falling.after:
                        # The answer comes when it is on the disk; the client never hears it.
                        server.recv(1 << 16)
                    return False
        return True

    def _falls(self, data: bytes) -> Cut | None:
        """The cut, at the commit that it was meant for."""
        if COMMIT not in data:
            return None
        with self._lock:
            cut = self.cut
            if cut is None:
                return None
            cut.commits -= 1
            if cut.commits > 0:
                return None
            self.cut = None
            return cut
