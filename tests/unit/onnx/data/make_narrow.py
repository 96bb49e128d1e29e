#!/usr/bin/env python3
"""Writes narrow/*.onnx: o02_leaky_zero with every float32 turned into float16 or bfloat16, as models exported with
torch's half() and bfloat16() are. Constants stand in raw_data and in int32_data by turns.

Needs numpy and onnx. The same files in every run.
"""
import os
import numpy as np
from onnx import AttributeProto, TensorProto, load, numpy_helper, save

HERE = os.path.dirname(os.path.abspath(__file__))


def float16_bits(values):
    return values.astype(np.float16).view(np.uint16)


def bfloat16_bits(values):
    """To the nearest, ties to even."""
    bits = values.view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def narrow(model, kind, to_bits):
    constants = list(model.graph.initializer)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                constants.append(attribute.t)
            elif node.op_type == "Cast" and attribute.i == TensorProto.FLOAT:
                attribute.i = kind
    for index, tensor in enumerate(t for t in constants if t.data_type == TensorProto.FLOAT):
        bits = to_bits(np.ascontiguousarray(numpy_helper.to_array(tensor)))
        tensor.data_type = kind
        for field in ("raw_data", "float_data"):
            tensor.ClearField(field)
        if index % 2 == 0:
            tensor.raw_data = bits.tobytes()
        else:
            tensor.int32_data.extend(int(b) for b in bits.flat)
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = kind
    return model


def main():
    os.makedirs(os.path.join(HERE, "narrow"), exist_ok=True)
    for name, kind, to_bits in [("float16", TensorProto.FLOAT16, float16_bits),
                                ("bfloat16", TensorProto.BFLOAT16, bfloat16_bits)]:
        model = narrow(load(os.path.join(HERE, "o02_leaky_zero.onnx")), kind, to_bits)
        save(model, os.path.join(HERE, "narrow", name + ".onnx"))


if __name__ == "__main__":
    main()
