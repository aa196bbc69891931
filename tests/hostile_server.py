"""A local HTTP server that does what servers do to downloads: cuts, lies, stalls, changes its mind."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<!DOCTYPE html><html><body>please sign in</body></html>"


@dataclass
class Act:
    """What the server does with one GET.

    `cut`: the connection ends after so many bytes of the whole file. `stall`: it falls silent there instead.
    `claims`: the Content-Length sent. `ends`: how the body's end is told (length, chunked, close).
    """

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = '"one"'
    ranges: bool = True
    conditions: bool = True
    cut: int | None = None
    stall: int | None = None
    claims: int | None = None
    ends: str = "length"
    delay: float = 0.0

    def answer(self, handler: Handler) -> None:
        start = self._start(handler) if self.status == 200 else 0
        body = self.content[start:]
        handler.send_response(206 if start else self.status)
        for name, value in self._headers(start, len(body)).items():
            handler.send_header(name, value)
        handler.end_headers()
        stop = self.cut if self.cut is not None else self.stall
        sent = body if stop is None else body[: max(0, stop - start)]
        handler.wfile.write(_chunked(sent, whole=stop is None) if self.ends == "chunked" else sent)
        handler.wfile.flush()
        if self.stall is not None:
            handler.server.released.wait(20)

    def _start(self, handler: Handler) -> int:
        asked = handler.headers.get("Range", "")
        if not self.ranges or not asked.startswith("bytes="):
            return 0
        condition = handler.headers.get("If-Range")
        if self.conditions and condition is not None and condition != self.etag:
            return 0
        return min(int(asked[6:].rstrip("-")), max(0, len(self.content) - 1))

    def _headers(self, start: int, length: int) -> dict[str, str]:
        found = dict(self.headers)
        if self.ends == "length":
            found.setdefault("Content-Length", str(length if self.claims is None else self.claims))
        elif self.ends == "chunked":
            found["Transfer-Encoding"] = "chunked"
        if self.etag:
            found["ETag"] = self.etag
        if start:
            found["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        return found


def _chunked(body: bytes, *, whole: bool) -> bytes:
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    packed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return packed + (b"0\r\n\r\n" if whole else b"")


def redirect(to: str, status: int = 302) -> Act:
    return Act(status=status, headers={"Location": to}, etag=None)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.close_connection = True
        act = self.server.take(self.path, {key.lower(): value for key, value in self.headers.items()})
        self.server.released.wait(act.delay)
        with contextlib.suppress(ConnectionError):
            act.answer(self)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


class Server(ThreadingHTTPServer):
    """Acts are taken in turn for each path; the last one repeats. What was asked is kept in `asked`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.released = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._acts: dict[str, list[Act]] = {}
        self._turn = threading.Lock()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def put(self, path: str, *acts: Act) -> str:
        """Let a path answer with these acts, and give its address."""
        self._acts[path] = list(acts)
        return self.root + path

    def take(self, path: str, headers: dict[str, str]) -> Act:
        with self._turn:
            self.asked.append((path, headers))
            acts = self._acts.get(path, [Act(status=404)])
            return acts.pop(0) if len(acts) > 1 else acts[0]

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what many tests are about."""


@contextlib.contextmanager
def running() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
