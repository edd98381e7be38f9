"""Random ONNX stand-ins, nothing learnt, of the detectors of faces and malformed bodies (the contract of a YOLOv8 export at 640 pixels) and of PP-OCR: a finder
that takes what is dark for text, and a reader of random letters.

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


def network(path, nodes, inputs, outputs, weights, props):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "standin", [value(*inputs)], [value(*outputs)], [numpy_helper.from_array(v, k) for k, v in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, props)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def ocr(folder, letters):
    """The finder: (1, 3, h, w) to the chance of text by pixel. The reader: (1, 3, 48, w) to (1, w / 8, none, letters and a space)."""
    folder.mkdir(exist_ok=True)
    network(folder / "ch_PP-OCRv4_det_infer.onnx",
            [helper.make_node("Conv", ["x", "w", "b"], ["c"]), helper.make_node("Sigmoid", ["c"], ["y"])],
            ("x", [1, 3, "h", "w"]), ("y", [1, 1, "h", "w"]),
            {"w": np.full((1, 3, 1, 1), -4, np.float32), "b": np.full(1, -3, np.float32)}, {})
    classes = len(letters) + 2
    network(folder / "ch_PP-OCRv4_rec_infer.onnx",
            [helper.make_node("ReduceMean", ["x"], ["m"], axes=[2]), helper.make_node("Conv", ["m", "w"], ["c"], strides=[1, 8]), helper.make_node("Squeeze", ["c", "axis"], ["s"]),
             helper.make_node("Transpose", ["s"], ["t"], perm=[0, 2, 1]), helper.make_node("Softmax", ["t"], ["y"], axis=2)],
            ("x", [1, 3, 48, "w"]), ("y", [1, "n", classes]),
            {"w": rng.normal(0, 2, (classes, 3, 1, 8)).astype(np.float32), "axis": np.array([2], np.int64)}, {"character": "\n".join(letters)})


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    detector(out / "faces.onnx", ["face"])
    detector(out / "artifacts.onnx", HADM)
    ocr(out / "ocr", list("abcdefghijklmnopqrstuvwxyz"))
