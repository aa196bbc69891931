"""A file system of fsspec for tests: in memory, and with every fault."""

from __future__ import annotations

import hashlib
import io

from fsspec.implementations.memory import MemoryFileSystem


class Refused(Exception):  # noqa: N818
    """What a library of another file system raises: of no kind that anybody knows."""


class Elsewhere(MemoryFileSystem):
    """Files of another machine, of which some cannot be listed or read."""

    protocol = "elsewhere"
    store: dict[str, object] = {}  # noqa: RUF012 - as its base has it
    pseudo_dirs = [""]  # noqa: RUF012

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("elsewhere://", "memory://", 1))

    def ls(self, path: str, *rest: object, **options: object) -> object:
        if "closed" in path:
            raise Refused("nobody answers\nat all")
        return super().ls(path, *rest, **options)

    def info(self, path: str, **options: object) -> dict[str, object]:
        if "closed" in path:
            raise Refused("nobody answers\nat all")
        about = super().info(path, **options)
        return about | self._told(path) if about["type"] == "file" else about

    def _told(self, path: str) -> dict[str, object]:
        if "etag" in path:
            return {"ETag": hashlib.md5(self.cat(path), usedforsecurity=False).hexdigest()}
        return {"LastModified": self.modified(path)} if "dated" in path else {}

    def _open(self, path: str, mode: str = "rb", **options: object) -> object:
        if mode == "rb" and "refused" in path:
            raise Refused("not for you")
        file = super()._open(path, mode, **options)
        return Breaking(file.read()) if mode == "rb" and "breaks" in path else file


class Breaking(io.BytesIO):
    """A file of which the last third cannot be read, but for its end."""

    def read(self, size: int | None = -1) -> bytes:
        whole = len(self.getbuffer())
        at = self.tell()
        if size is None or size < 0 or (size > 64 and at + size > whole * 2 // 3):
            size = max(0, whole * 2 // 3 - at)
            if not size:
                raise Refused("the line is dead")
        return super().read(size)
