"""Compile all kernels into one object file: a routine of slots for each (see `matching.shipped`).

`generate_kernels.py` starts it, with numba told what processor to compile for. The routines' arguments and
results are printed as JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import config
from numba.core.compiler_lock import global_compiler_lock
from numba.np.arrayobj import populate_array

from bioclue_data.matching.shipped import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORD = ir.IntType(64)


def main(types_of_kernels: str, target: str) -> None:
    """Write TARGET.o, and TARGET.s with the same as text; print what is in it."""
    routines, modules = {}, []
    for name, signatures in sorted(pickle.loads(Path(types_of_kernels).read_bytes()).items()):
        arguments = common(name, [[name_of(leaf) for leaf in leaves(types_)] for types_ in signatures])
        compiled = compiled_for(name, signatures[0])
        results = [name_of(leaf) for leaf in leaves([compiled.signature.return_type])]
        symbol = name.removeprefix("bioclue_data.").replace(".", "_")
        routines[name] = {"symbol": symbol, "arguments": arguments, "results": results}
        modules.append(routine(compiled, symbol))
    whole = joined(modules, [entry["symbol"] for entry in routines.values()])
    machine = target_machine()
    Path(f"{target}.s").write_text(machine.emit_assembly(whole.clone()), "utf-8")
    Path(f"{target}.o").write_bytes(machine.emit_object(whole))
    print(json.dumps(routines))


def compiled_for(name: str, types_: tuple[Any, ...]) -> Any:
    """What numba makes of a kernel for arguments of some types; it is not run."""
    module, _, function = name.rpartition(".")
    dispatcher = getattr(import_module(module), function).made
    dispatcher.compile(types_)
    return dispatcher.overloads[types_]


def common(name: str, signatures: list[list[str]]) -> list[str]:
    """One signature for all: what is only read may be read-only.

    Raises:
        ValueError: there is none, or they differ in more than that.
    """
    if not signatures:
        raise ValueError(f"scripts/kernel_workload.py does not use {name}")
    plain = {tuple(leaf.removeprefix("const ") for leaf in signature) for signature in signatures}
    if len(plain) > 1:
        raise ValueError(f"{name} is called with different types: {sorted(plain)}")
    return [max(column, key=len) for column in zip(*signatures, strict=True)]


def leaves(types_: Iterable[Any]) -> Iterator[Any]:
    """Types of arrays and numbers, tuples element by element."""
    for type_ in types_:
        if isinstance(type_, types.BaseTuple):
            yield from leaves(type_.types)
        elif type_ != types.none:
            yield type_


def name_of(type_: Any) -> str:
    """What `matching.shipped` calls a type.

    Raises:
        ValueError: it knows none like that.
    """
    if not isinstance(type_, types.Array):
        name = str(types.unliteral(type_))
        if name not in CODES:
            raise ValueError(f"no slot holds {name}")
        return name
    if type_.layout != "C" or not type_.aligned:
        raise ValueError(f"{type_} is not contiguous")
    return f"{'' if type_.mutable else 'const '}{type_.dtype}[{','.join(':' * type_.ndim)}]"


@global_compiler_lock
def routine(compiled: Any, symbol: str) -> Any:
    """LLVM module with a function that reads a kernel's arguments from slots and leaves the results there."""
    context, signature = compiled.target_context, compiled.signature
    library = context.codegen().create_library(symbol)
    module = library.create_ir_module(symbol)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [WORD.as_pointer()]), symbol)
    builder = ir.IRBuilder(function.append_basic_block())
    slots = _Slots(context, builder, function.args[0])
    arguments = [slots.load(type_) for type_ in signature.args]
    callee = context.declare_function(module, compiled.fndesc)
    _, result = context.call_conv.call_function(
        builder, callee, signature.return_type, signature.args, arguments
    )
    slots.rewind()
    slots.store(signature.return_type, result)
    builder.ret_void()
    library.add_ir_module(module)
    library.add_linking_library(compiled.library)
    library.finalize()
    return llvm.parse_assembly(library.get_llvm_str())


class _Slots:
    """Code that goes from slot to slot."""

    def __init__(self, context: Any, builder: Any, slots: Any) -> None:
        self._context, self._builder, self._slots, self._place = context, builder, slots, 0

    def rewind(self) -> None:
        self._place = 0

    def _next(self, type_: Any) -> Any:
        """Address of the next slot, as one of a type."""
        slot = self._builder.gep(self._slots, [WORD(self._place)])
        self._place += 1
        return self._builder.bitcast(slot, type_.as_pointer())

    def load(self, type_: Any) -> Any:
        if isinstance(type_, types.BaseTuple):
            return self._context.make_tuple(self._builder, type_, [self.load(inner) for inner in type_.types])
        if isinstance(type_, types.Array):
            return self._array(type_)
        address = self._next(self._context.get_data_type(type_))
        return self._context.unpack_value(self._builder, type_, address)

    def _array(self, type_: Any) -> Any:
        array = self._context.make_array(type_)(self._context, self._builder)
        data = self._builder.load(self._next(array.data.type))
        shape = [self._builder.load(self._next(WORD)) for _ in range(type_.ndim)]
        size = self._context.get_abi_sizeof(self._context.get_data_type(type_.dtype))
        strides = [WORD(size)]
        for extent in reversed(shape[1:]):
            strides.insert(0, self._builder.mul(strides[0], extent))
        populate_array(array, data, shape, strides, size, meminfo=None)
        return array._getvalue()

    def store(self, type_: Any, value: Any) -> None:
        if isinstance(type_, types.BaseTuple):
            for i, inner in enumerate(type_.types):
                self.store(inner, self._builder.extract_value(value, i))
        elif type_ != types.none:
            address = self._next(self._context.get_data_type(type_))
            self._context.pack_value(self._builder, type_, value, address)


def target_machine() -> Any:
    """What emits position-independent code for the processor that numba compiles for."""
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        config.CPU_NAME, config.CPU_FEATURES, opt=3, reloc="pic", codemodel="default"
    )


def joined(modules: list[Any], symbols: list[str]) -> Any:
    """All modules in one; of their functions only `symbols` can be seen.

    Raises:
        ValueError: a kernel may raise an error, which a routine does not report.
    """
    whole = modules[0]
    for module in modules[1:]:
        whole.link_in(module)
    for item in (*whole.functions, *whole.global_variables):
        if not item.is_declaration and item.name not in symbols:
            item.linkage = llvm.Linkage.internal
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    builder = llvm.create_pass_builder(target_machine(), llvm.create_pipeline_tuning_options())
    passes.run(whole, builder)
    whole.verify()
    if any("pickle" in item.name for item in whole.global_variables if not item.is_declaration):
        raise ValueError("a kernel may raise an error")
    return whole


if __name__ == "__main__":
    main(*sys.argv[1:])
