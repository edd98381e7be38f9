"""A random network with the inputs and outputs of yolox_l.onnx (640 pixels, 8400 boxes, COCO's 80 classes) for the test of the suite `objects`.

Run: python stand_in_yolox.py ../resources/objects/yolox_l.onnx
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

S, CHANNELS = 640, 85
rng = np.random.default_rng(3)


def main():
    nodes, initial, parts = [], [numpy_helper.from_array(np.array([1, CHANNELS, -1], np.int64), "flat")], []
    for s in (8, 16, 32):
        nodes += [helper.make_node("AveragePool", ["images"], [f"p{s}"], kernel_shape=[s, s], strides=[s, s]),
                  helper.make_node("Conv", [f"p{s}", f"w{s}"], [f"c{s}"], kernel_shape=[1, 1]),
                  helper.make_node("Reshape", [f"c{s}", "flat"], [f"f{s}"])]
        initial.append(numpy_helper.from_array(rng.normal(0, .006, (CHANNELS, 3, 1, 1)).astype(np.float32), f"w{s}"))
        parts.append(f"f{s}")
    initial.append(numpy_helper.from_array(np.array([4, CHANNELS - 4], np.int64), "split"))
    nodes += [helper.make_node("Concat", parts, ["columns"], axis=2), helper.make_node("Transpose", ["columns"], ["rows"], perm=[0, 2, 1]),
              helper.make_node("Split", ["rows", "split"], ["raw", "logits"], axis=2), helper.make_node("Tanh", ["raw"], ["bounded"]),
              helper.make_node("Sigmoid", ["logits"], ["scores"]), helper.make_node("Concat", ["bounded", "scores"], ["output"], axis=2)]
    graph = helper.make_graph(nodes, "stand-in", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, S, S])],
                              [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 8400, CHANNELS])], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, target)


if __name__ == "__main__":
    main()
