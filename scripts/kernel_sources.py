"""What the machine code is made of: files with compiled functions, and those where their constants are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bioclue_data.matching.shipped import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALWAYS = {f"bioclue_data.matching.{name}" for name in ("compiled", "intrinsics", "machine", "shipped")}
DECORATORS = {"kernel", "part", "inlined"}


def sources() -> list[str]:
    """Files of the package that the code is made of: kernels, and where their constants come from."""
    found: set[str] = set()
    waiting = [*ALWAYS, *kernel_modules()]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imported(ast.parse(path_of(module).read_text("utf-8")))
    return sorted(path_of(module).relative_to(PACKAGE).as_posix() for module in found)


def kernel_modules() -> list[str]:
    """Modules of the package that hold compiled functions."""
    paths = sorted(PACKAGE.rglob("*.py"))
    using = [path for path in paths if "matching.compiled import" in path.read_text("utf-8")]
    return [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in using]


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules of the package from which a module's compiled functions and constants have names."""
    parts = [node for node in tree.body if isinstance(node, ast.Assign) or is_compiled(node)]
    names = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bioclue_data."):
            whole = {f"{node.module}.{alias.name}" for alias in node.names if alias.name in names}
            yield from (module if path_of(module).is_file() else node.module or "" for module in whole)


def is_compiled(node: ast.stmt) -> bool:
    """Is this a function that numba compiles?"""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(isinstance(mark, ast.Name) and mark.id in DECORATORS for mark in decorators)
