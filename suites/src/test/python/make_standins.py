"""Random ONNX stand-ins of the detectors of faces and malformed bodies: the contract of a YOLOv8 export at 640 pixels, nothing learnt.

Run: python make_standins.py ../resources/standins
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(31)
HADM = [f"human {kind} {part}" for kind in ("missing", "with extra") for part in ("arm", "face", "feet", "hand", "leg", "torso")]


def detector(path, names):
    rows = 4 + len(names)
    kernel = rng.normal(0, .05, (rows, 3, 8, 8)).astype(np.float32)
    bias = np.concatenate([[320, 320, 80, 80], np.full(len(names), -1.5)]).astype(np.float32)
    initial = [numpy_helper.from_array(kernel, "w"), numpy_helper.from_array(bias, "b"),
               numpy_helper.from_array(np.array([1, rows, 6400], np.int64), "flat"),
               numpy_helper.from_array(np.array([4, len(names)], np.int64), "parts")]
    nodes = [helper.make_node("Conv", ["images", "w", "b"], ["c"], strides=[8, 8]),
             helper.make_node("Reshape", ["c", "flat"], ["f"]),
             helper.make_node("Split", ["f", "parts"], ["boxes", "logits"], axis=1),
             helper.make_node("Sigmoid", ["logits"], ["scores"]),
             helper.make_node("Concat", ["boxes", "scores"], ["output0"], axis=1)]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "standin", [value("images", TensorProto.FLOAT, [1, 3, 640, 640])],
                              [value("output0", TensorProto.FLOAT, [1, rows, 6400])], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"names": str(dict(enumerate(names))), "imgsz": "[640, 640]", "task": "detect"})
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    detector(out / "faces.onnx", ["face"])
    detector(out / "artifacts.onnx", HADM)
