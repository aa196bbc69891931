"""A small Hugging Face Hub: the endpoints that its clients call, with their error headers.

Large files go through the LFS protocol, or with `xet` through the client's own store on disk. Faults are put
before a request: an answer, a cut connection, or a lost reply.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub_endpoints import ROUTES
from tests.hub_store import RefusedError, Store


@dataclass
class Fault:
    """What happens to the next `times` requests whose method and path fit.

    `status`: this answer. `cut`: the connection ends in the middle of the upload. `lost`: it is done, and the
    answer does not arrive.
    """

    method: str
    path: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    lost: bool = False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def _do(self) -> None:
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.body = b""
        fault = self.server.note(self.command, parts.path)
        if fault and fault.cut:
            self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
            return self._hang_up()
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if fault and fault.status:
                raise RefusedError(fault.status, "a fault of the test", headers=fault.headers)
            answer = self._route(parts.path)
        except RefusedError as refused:
            return self._refuse(refused)
        if fault and fault.lost:
            return self._hang_up()
        return self.send(200, answer)

    do_GET = do_HEAD = do_POST = do_PUT = _do  # noqa: N815

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _refuse(self, refused: RefusedError) -> None:
        headers = {"X-Error-Message": refused.message, **refused.headers}
        if refused.code:
            headers["X-Error-Code"] = refused.code
        self.send(refused.status, {"error": refused.message}, headers)

    def send(self, status: int, body: Any = b"", headers: dict[str, str] | None = None) -> None:
        """An answer: bytes as they are, anything else as JSON; None if it was sent already."""
        if body is None:
            return
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _route(self, path: str) -> Any:
        for method, pattern, answer in ROUTES:
            if self.command in method.split("|") and (found := re.fullmatch(pattern, path)):
                groups = {name: unquote(value) for name, value in found.groupdict().items() if value}
                return answer(self, **groups)
        raise RefusedError(404, f"no such endpoint: {self.command} {path}")

    @property
    def store(self) -> Store:
        return self.server.store

    @property
    def user(self) -> str | None:
        return self.store.user(self.headers.get("Authorization"))

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


class Hub(ThreadingHTTPServer):
    """The server. What was asked is kept in `asked`, and `faults` come before any answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = Store()
        self.asked: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.xet: Path | None = None
        self.lent: Path | None = None
        self._turn = threading.Lock()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def elsewhere(self) -> str:
        """Large files come from another host: there the client sends no token, and follows in its own way."""
        return f"http://localhost:{self.server_port}"

    def note(self, method: str, path: str) -> Fault | None:
        with self._turn:
            self.asked.append((method, path))
            fits = (f for f in self.faults if f.times and f.method == method and re.search(f.path, path))
            fault = next(fits, None)
            if fault:
                fault.times -= 1
            return fault

    def lend(self, oid: str) -> None:
        """Content that went to the xet store is read from the test's own copy: that store is not served."""
        for path in self.lent.rglob("*.parquet") if self.xet and self.lent else ():
            content = path.read_bytes()
            self.store.objects.setdefault(hashlib.sha256(content).hexdigest(), content)
        if oid not in self.store.objects:
            raise RefusedError(
                400, "Your push was rejected because an LFS pointer pointed to a file that does not exist."
            )

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what some tests are about."""


@contextlib.contextmanager
def running() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
