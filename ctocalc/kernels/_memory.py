"""Loads and stores that let LLVM vectorise a gather.

In a plain loop LLVM must assume that the store may change what the next load reads, and stays
scalar.  These intrinsics mark loads and stores as never overlapping (alias scopes): true as long as
a kernel's output is not its input.  With bounds checks on, or without the JIT, they are indexing.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from ctocalc.kernels._jit import UNCHECKED, intrinsic, kernel
from ctocalc.kernels._types import Four, Real, Vector, Whole


def _pointer(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index])


def _scope(builder: Any) -> Any:
    module = builder.module
    domain = module.add_metadata(["ctocalc.kernels"])
    return module.add_metadata([module.add_metadata(["ctocalc.input", domain])])


def _as_float32(builder: Any, value: Any, dtype: Any) -> Any:
    if dtype in types.integer_domain:
        convert = builder.sitofp if dtype.signed else builder.uitofp
        return convert(value, ir.FloatType())
    return value


@intrinsic
def _tap(typingctx: Any, array: Any, base: Any, index: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        # Two steps: LLVM hoists the first out of the loop, and lanes share the second's index.
        pointer = builder.gep(_pointer(context, builder, array, args[0], args[1]), [args[2]])
        load = builder.load(pointer)
        load.set_metadata("alias.scope", _scope(builder))
        return _as_float32(builder, load, array.dtype)

    return types.float32(array, types.intp, types.intp), codegen


@intrinsic
def _put(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        store = builder.store(args[2], _pointer(context, builder, array, args[0], args[1]))
        store.set_metadata("noalias", _scope(builder))
        return context.get_dummy_value()

    return types.void(array, types.intp, types.float32), codegen


@intrinsic
def _taps64(
    typingctx: Any, array: Any, at: Any, stride_k: Any, stride_j: Any, wk: Any, wj: Any, wi: Any
) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        flat, first, *strides = args[:4]
        weights_k, weights_j, weights_i = (_lanes(builder, w) for w in args[4:])
        planes = ir.Constant(FOUR, [0.0] * 4)
        for k in range(4):
            rows = ir.Constant(FOUR, [0.0] * 4)
            for j in range(4):
                index = first
                for stride, count in zip(strides, (k, j), strict=True):
                    index = builder.add(index, builder.mul(stride, ir.Constant(stride.type, count)))
                pointer = _pointer(context, builder, array, flat, index)
                row = builder.load(builder.bitcast(pointer, FOUR.as_pointer()), align=4)
                row.set_metadata("alias.scope", _scope(builder))
                rows = _add_product(builder, rows, row, _splat(builder, weights_j[j]))
            planes = _add_product(builder, planes, rows, _splat(builder, weights_k[k]))
        total = ir.Constant(ir.FloatType(), 0.0)
        for i in range(4):
            lane = builder.extract_element(planes, ir.Constant(ir.IntType(32), i))
            total = _add_product(builder, total, lane, weights_i[i])
        return total

    weight = types.UniTuple(types.float32, 4)  # type: ignore[no-untyped-call]
    kinds = (array, types.intp, types.intp, types.intp, weight, weight, weight)
    return types.float32(*kinds), codegen


FOUR = ir.VectorType(ir.FloatType(), 4)


def _lanes(builder: Any, weights: Any) -> Any:
    return [builder.extract_value(weights, n) for n in range(4)]


def _splat(builder: Any, value: Any) -> Any:
    lane = ir.Constant(ir.IntType(32), 0)
    first = builder.insert_element(ir.Constant(FOUR, ir.Undefined), value, lane)
    mask = ir.Constant(ir.VectorType(ir.IntType(32), 4), [0, 0, 0, 0])
    return builder.shuffle_vector(first, ir.Constant(FOUR, ir.Undefined), mask)


def _add_product(builder: Any, total: Any, a: Any, b: Any) -> Any:
    # "contract" allows one fused multiply-add; it changes rounding, and nothing about NaN.
    product = builder.fmul(a, b, flags=("contract",))
    return builder.fadd(total, product, flags=("contract",))


if UNCHECKED:

    @kernel
    def tap(flat: Vector, base: Whole, at: Whole) -> Real:
        """Return element ``base + at`` as float32; ``base`` is constant within the loop."""
        return _tap(flat, base, at)  # type: ignore[call-arg]

    @kernel
    def put(row: Vector, at: Whole, value: Real) -> None:
        """Store a float32 into element ``at``; ``row`` shares no memory with any `tap`."""
        _put(row, at, value)  # type: ignore[call-arg]

    @kernel
    def taps64(
        flat: Vector, at: Whole, stride_k: Whole, stride_j: Whole, wk: Four, wj: Four, wi: Four
    ) -> Real:
        """Return the weighted sum of the 4 x 4 x 4 elements whose first is ``at``."""
        return _taps64(flat, at, stride_k, stride_j, wk, wj, wi)  # type: ignore[call-arg]

else:

    @kernel
    def tap(flat: Vector, base: Whole, at: Whole) -> Real:
        """Return element ``base + at`` as float32."""
        return np.float32(flat[base + at])

    @kernel
    def put(row: Vector, at: Whole, value: Real) -> None:
        """Store a float32 into element ``at``."""
        row[at] = value

    @kernel
    def taps64(
        flat: Vector, at: Whole, stride_k: Whole, stride_j: Whole, wk: Four, wj: Four, wi: Four
    ) -> Real:
        """Return the weighted sum of the 4 x 4 x 4 elements whose first is ``at``."""
        total = np.float32(0)
        for k in range(4):
            for j in range(4):
                first = at + k * stride_k + j * stride_j
                for i in range(4):
                    total += wk[k] * wj[j] * wi[i] * flat[first + i]
        return total
