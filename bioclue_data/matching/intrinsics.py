"""What `machine` offers, as numba wants it: generators of LLVM code."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc"

from __future__ import annotations

from functools import reduce

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import types
from numba.core import config
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

_BIT, _BYTE, _WORD = ir.IntType(1), ir.IntType(8), ir.IntType(64)
_BLOCK = ir.VectorType(_BYTE, 64)
_PLACE = ir.IntType(32)
_PLACES = ir.VectorType(_PLACE, 64)


@intrinsic
def load64(context, address):  # noqa: ARG001 - numba's signature
    """The 8 bytes at an address, the first lowest."""

    def generate(_context, builder, _signature, arguments):
        pointer = builder.inttoptr(arguments[0], _WORD.as_pointer())
        return builder.load(pointer, align=1)

    return types.uint64(types.uint64), generate


@intrinsic
def trailing_zeros(context, value):  # noqa: ARG001
    """How many zeros stand below the lowest one; 64 for 0."""

    def generate(_context, builder, _signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(_BIT, 0))

    return types.uint64(types.uint64), generate


@intrinsic
def ones(context, value):  # noqa: ARG001
    """How many bits are set."""

    def generate(_context, builder, _signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def prefetch(context, address):  # noqa: ARG001
    """Let the memory at an address come nearer while other work goes on."""

    def generate(context, builder, _signature, arguments):
        pointer = builder.inttoptr(arguments[0], _BYTE.as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        builder.call(function, [pointer, *(ir.Constant(number, value) for value in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(types.uint64), generate


@intrinsic
def word_masks(context, address):  # noqa: ARG001
    """Of the 64 bytes at an address, as bits: which are ASCII letters or digits; which are not ASCII."""

    def generate(context, builder, signature, arguments):
        block = builder.load(builder.inttoptr(arguments[0], _BLOCK.as_pointer()), align=1)
        lower = builder.or_(block, _all(0x20))
        letter = builder.icmp_unsigned("<", builder.sub(lower, _all(ord("a"))), _all(26))
        digit = builder.icmp_unsigned("<", builder.sub(block, _all(ord("0"))), _all(10))
        words = builder.bitcast(builder.or_(letter, digit), _WORD)
        others = builder.bitcast(builder.icmp_signed("<", block, _all(0)), _WORD)
        return context.make_tuple(builder, signature.return_type, [words, others])

    return types.UniTuple(types.uint64, 2)(types.uint64), generate


@intrinsic
def nonzero_mask(context, address):  # noqa: ARG001
    """Which of the 64 bytes at an address are not 0, as bits."""

    def generate(_context, builder, _signature, arguments):
        block = builder.load(builder.inttoptr(arguments[0], _BLOCK.as_pointer()), align=1)
        return builder.bitcast(builder.icmp_unsigned("!=", block, _all(0)), _WORD)

    return types.uint64(types.uint64), generate


@intrinsic
def lists_bits(context):  # noqa: ARG001
    """Has the processor that is compiled for what `list_bits` takes? A constant: what is not taken goes."""

    def generate(_context, _builder, _signature, _arguments):
        return ir.Constant(_BIT, _packs_bytes())

    return types.boolean(), generate


@intrinsic
def list_bits(context, bits, first, address):  # noqa: ARG001
    """Write the places of the bits that are set, 32 at most, counted from `first`; 32 int32 in any case.

    Nothing is written where `lists_bits` says no.
    """

    def generate(context, builder, _signature, arguments):
        if _packs_bytes():
            bits, first, address = arguments
            lanes, mask = ir.VectorType(_PLACE, 16), ir.VectorType(_BIT, 64)
            kind = ir.FunctionType(_BLOCK, [_BLOCK, _BLOCK, mask])
            pack = get_or_insert_function(builder.module, kind, "llvm.x86.avx512.mask.compress.v64i8")
            places = ir.Constant(_BLOCK, [*range(64)])
            listed = builder.call(pack, [places, _all(0), builder.bitcast(bits, mask)])
            origin = builder.insert_element(_same(lanes, 0), first, _PLACE(0))
            origin = builder.shuffle_vector(origin, origin, _same(lanes, 0))
            for at in (0, lanes.count):
                chosen = ir.Constant(lanes, [*range(at, at + lanes.count)])
                numbers = builder.zext(builder.shuffle_vector(listed, listed, chosen), lanes)
                pointer = builder.add(address, ir.Constant(_WORD, 4 * at))
                pointer = builder.inttoptr(pointer, lanes.as_pointer())
                builder.store(builder.add(numbers, origin), pointer, align=1)
        return context.get_dummy_value()

    return types.void(types.uint64, types.int32, types.uint64), generate


def _packs_bytes() -> bool:
    """Has the processor AVX-512 VBMI2? Asked by numba's own rule: what is set, else what there is."""
    if config.CPU_FEATURES is None:
        return bool(get_host_cpu_features().get("avx512vbmi2"))
    return "+avx512vbmi2" in config.CPU_FEATURES.split(",")


@intrinsic
def three_byte_codes(context, source, target):  # noqa: ARG001
    """Write the code points of 16 characters of three bytes each; -> with how many such the bytes begin."""

    def generate(_context, builder, _signature, arguments):
        block = builder.load(builder.inttoptr(arguments[0], _BLOCK.as_pointer()), align=1)
        is_lead = [place % 3 == 0 for place in range(64)]
        marks = builder.and_(block, ir.Constant(_BLOCK, [0xF0 if lead else 0xC0 for lead in is_lead]))
        wanted = ir.Constant(_BLOCK, [0xE0 if lead else 0x80 for lead in is_lead])
        others = builder.bitcast(builder.icmp_unsigned("!=", marks, wanted), _WORD)
        # a lane is a number: its first byte, the lowest, is the last of the character
        places = [place for first in range(0, 48, 3) for place in (first + 2, first + 1, first, 64)]
        lanes = ir.VectorType(_PLACE, 16)
        chosen = builder.shuffle_vector(block, _all(0), ir.Constant(_PLACES, places))
        found = builder.bitcast(chosen, lanes)
        parts = [
            builder.and_(builder.lshr(found, _same(lanes, shift)), _same(lanes, bits))
            for shift, bits in ((0, 0x3F), (2, 0xFC0), (4, 0xF000))
        ]
        codes = builder.or_(builder.or_(parts[0], parts[1]), parts[2])
        builder.store(codes, builder.inttoptr(arguments[1], lanes.as_pointer()), align=1)
        beyond = builder.or_(others, ir.Constant(_WORD, 1 << 48))
        return builder.udiv(builder.cttz(beyond, ir.Constant(_BIT, 0)), ir.Constant(_WORD, 3))

    return types.uint64(types.uint64, types.uint64), generate


@intrinsic
def copy_until(context, source, target):  # noqa: ARG001
    """Copy 64 bytes; -> how many of them stand before the first `"`, backslash or line feed."""

    def generate(_context, builder, _signature, arguments):
        block = builder.load(builder.inttoptr(arguments[0], _BLOCK.as_pointer()), align=1)
        builder.store(block, builder.inttoptr(arguments[1], _BLOCK.as_pointer()), align=1)
        stops = [builder.icmp_unsigned("==", block, _all(byte)) for byte in b'"\\\n']
        mask = builder.bitcast(builder.or_(builder.or_(stops[0], stops[1]), stops[2]), _WORD)
        return builder.cttz(mask, ir.Constant(_BIT, 0))

    return types.uint64(types.uint64, types.uint64), generate


@intrinsic
def markup_mask(context, address):  # noqa: ARG001
    """Which of the 64 bytes at an address may begin what `leakage.markup` undoes, by the next; as bits."""

    def generate(_context, builder, _signature, arguments):
        after = builder.add(arguments[0], ir.Constant(_WORD, 1))
        block, following = (
            builder.load(builder.inttoptr(address, _BLOCK.as_pointer()), align=1)
            for address in (arguments[0], after)
        )
        letter = builder.sub(builder.or_(following, _all(0x20)), _all(ord("a")))
        is_letter = builder.icmp_unsigned("<", letter, _all(26))
        follows = {byte: builder.icmp_unsigned("==", following, _all(byte)) for byte in b"/!#(nrtu\r\n\xad"}
        after_each = {b"<": b"/!", b"&": b"#", b"\\": b"nrtu", b"]": b"(", b"-": b"\r\n", b"\xc2": b"\xad"}
        found = ir.Constant(ir.VectorType(_BIT, 64), [0] * 64)
        for byte, following_ones in after_each.items():
            is_here = builder.icmp_unsigned("==", block, _all(ord(byte)))
            either = [follows[one] for one in following_ones] + [is_letter] * (byte in b"<&")
            found = builder.or_(found, builder.and_(is_here, reduce(builder.or_, either)))
        return builder.bitcast(found, _WORD)

    return types.uint64(types.uint64), generate


@intrinsic
def tag_mask(context, address):  # noqa: ARG001
    """Which of the 64 bytes at an address are an `O` behind a blank or slash and before a blank; as bits."""

    def generate(_context, builder, _signature, arguments):
        before, block, after = (
            builder.load(
                builder.inttoptr(builder.add(arguments[0], ir.Constant(_WORD, step)), _BLOCK.as_pointer()),
                align=1,
            )
            for step in (-1, 0, 1)
        )

        def is_one_of(bytes_, chosen):
            each = [builder.icmp_unsigned("==", bytes_, _all(byte)) for byte in chosen]
            return reduce(builder.or_, each)

        is_tag = builder.and_(is_one_of(before, b" \t\n/"), is_one_of(after, b" \t\n\r"))
        return builder.bitcast(builder.and_(is_one_of(block, b"O"), is_tag), _WORD)

    return types.uint64(types.uint64), generate


@intrinsic
def sum_chosen(context, address, chosen):  # noqa: ARG001
    """The sum of those of the 64 numbers at an address whose bits are set; in an order of its own."""

    def generate(_context, builder, _signature, arguments):
        size = 16
        lanes, mask = ir.VectorType(ir.FloatType(), size), ir.VectorType(_BIT, size)
        kind = ir.FunctionType(lanes, [lanes.as_pointer(), _PLACE, mask, lanes])
        load = get_or_insert_function(builder.module, kind, "llvm.masked.load.v16f32.p0")
        total = nothing = _same(lanes, 0.0)
        for first in range(0, 64, size):
            address = builder.add(arguments[0], ir.Constant(_WORD, 4 * first))
            bits = builder.trunc(builder.lshr(arguments[1], ir.Constant(_WORD, first)), ir.IntType(size))
            pointer = builder.inttoptr(address, lanes.as_pointer())
            values = builder.call(load, [pointer, _PLACE(4), builder.bitcast(bits, mask), nothing])
            total = builder.fadd(total, values)
        while size > 1:
            size //= 2
            places = [ir.Constant(ir.VectorType(_PLACE, size), [*range(at, at + size)]) for at in (0, size)]
            total = builder.fadd(*(builder.shuffle_vector(total, total, half) for half in places))
        return builder.extract_element(total, _PLACE(0))

    return types.float32(types.uint64, types.uint64), generate


def _all(byte: int) -> ir.Constant:
    return _same(_BLOCK, byte)


def _same(kind: ir.VectorType, value: float) -> ir.Constant:
    return ir.Constant(kind, [value] * kind.count)
