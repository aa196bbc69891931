"""A second process that talks to the test Hub: the client reads its environment once, when it is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWNER, READER, EXPIRED = "hf_ownerOWNERowner", "hf_readerREADERreader", "hf_expiredEXPIREDexpired"


def serve() -> None:
    """Answer each line of stdin (a JSON list of arguments of `bioclue`, with a token) with one of stdout."""
    import click.testing

    from bioclue_data import cli
    from bioclue_data.errors import BioclueError

    for line in sys.stdin:
        asked = json.loads(line)
        os.environ["HF_TOKEN"] = asked["token"]
        done = click.testing.CliRunner().invoke(cli.group, asked["arguments"])
        known = isinstance(done.exception, BioclueError)
        answer = {
            "code": done.exception.exit_code if isinstance(done.exception, BioclueError) else done.exit_code,
            "out": done.stdout,
            "err": done.stderr + (f"error: {done.exception}" if known else ""),
            "surprise": ""
            if known or isinstance(done.exception, SystemExit | None)
            else repr(done.exception),
        }
        print(json.dumps(answer), flush=True)  # noqa: T201


class Client:
    """`bioclue` in a process of its own, for many calls."""

    def __init__(self, endpoint: str, home: Path, **more: str) -> None:
        self.environment = environment(endpoint, home) | more
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hub_client"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
            cwd=ROOT,
        )

    def __call__(self, *arguments: object, token: str = OWNER) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"arguments": list(map(str, arguments)), "token": token}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert not answer["surprise"], answer
        return answer

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


def environment(endpoint: str, home: Path) -> dict[str, str]:
    """What a user's process would have, with the test Hub in the place of the real one."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "BIOCLUE_CACHE": str(home / "bioclue"),
    }


if __name__ == "__main__":
    serve()
