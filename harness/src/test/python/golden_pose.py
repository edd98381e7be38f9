"""A tiny random whole-body pose network in ONNX, and what onnxruntime and OpenCV make of it.

Run: python golden_pose.py ../resources/onnx
The other implementation: cv2.getAffineTransform, cv2.warpAffine, numpy. Versions in the "source" of pose.json.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

W, H, SLOTS = 288, 384, 133
rng = np.random.default_rng(21)


def weights(name, *shape, scale):
    return numpy_helper.from_array(rng.normal(0, scale, shape).astype(np.float32), name)


def network(path):
    """Means over 32x32 tiles, mixed at random, then along each axis spread to bins."""
    tiles, k = (H // 32, W // 32), 6
    initial = [weights("w", k, 3, 32, 32, scale=.02), weights("mix", SLOTS, k, scale=1.),
               weights("bx", tiles[1], 2 * W, scale=.4), weights("by", tiles[0], 2 * H, scale=.4),
               numpy_helper.from_array(np.array([k, tiles[0] * tiles[1]], np.int64), "flat"),
               numpy_helper.from_array(np.array([1, SLOTS, *tiles], np.int64), "maps")]
    nodes = [helper.make_node("Conv", ["input", "w"], ["c"], strides=[32, 32]),
             helper.make_node("Tanh", ["c"], ["t"]),
             helper.make_node("Reshape", ["t", "flat"], ["f"]),
             helper.make_node("MatMul", ["mix", "f"], ["m"]),
             helper.make_node("Reshape", ["m", "maps"], ["heat"]),
             helper.make_node("ReduceMean", ["heat"], ["rows"], axes=[2], keepdims=0),
             helper.make_node("ReduceMean", ["heat"], ["columns"], axes=[3], keepdims=0),
             helper.make_node("MatMul", ["rows", "bx"], ["simcc_x"]),
             helper.make_node("MatMul", ["columns", "by"], ["simcc_y"])]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "tiny", [value("input", TensorProto.FLOAT, [1, 3, H, W])],
                              [value("simcc_x", TensorProto.FLOAT, [1, SLOTS, 2 * W]),
                               value("simcc_y", TensorProto.FLOAT, [1, SLOTS, 2 * H])], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def picture(width, height):
    """Soft waves: what bilinear interpolation of different rounding agrees on. The test computes the same."""
    y, x = np.mgrid[:height, :width].astype(float)
    channels = [127 + 100 * np.sin(x / (7 + 3 * c) + c) * np.cos(y / (9 + 2 * c)) for c in range(3)]
    return np.floor(np.stack(channels, 2) + .5).astype(np.uint8)


def pose(session, image, box):
    x0, y0, x1, y1 = box
    centre, sides = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.array([x1 - x0, y1 - y0]) * 1.25
    aspect = W / H
    sides = np.array([sides[0], sides[0] / aspect]) if sides[0] > sides[1] * aspect else np.array([sides[1] * aspect, sides[1]])
    source = np.float32([centre, centre + [0, -sides[0] / 2], centre + [-sides[0] / 2, -sides[0] / 2]])
    target = np.float32([[W / 2, H / 2], [W / 2, H / 2 - W / 2], [0, H / 2 - W / 2]])
    crop = cv2.warpAffine(image, cv2.getAffineTransform(source, target), (W, H), flags=cv2.INTER_LINEAR)
    tensor = ((crop - np.array([123.675, 116.28, 103.53])) / np.array([58.395, 57.12, 57.375])).transpose(2, 0, 1)[None]
    sx, sy = session.run(["simcc_x", "simcc_y"], {"input": tensor.astype(np.float32)})
    places = np.stack([sx[0].argmax(1), sy[0].argmax(1)], 1) / 2
    places = places / [W, H] * sides + centre - sides / 2
    return crop, places, np.minimum(sx[0].max(1), sy[0].max(1))


def main():
    out = Path(sys.argv[1])
    network(out / "pose.onnx")
    session = onnxruntime.InferenceSession(str(out / "pose.onnx"), providers=["CPUExecutionProvider"])
    cases = []
    for size, box in (((320, 240), (40.5, 20.25, 130, 220)), ((320, 240), (-10, 100, 330, 200)), ((64, 64), (10, 4, 50, 62)),
                      ((200, 600), (20, 30, 190, 560))):
        crop, places, scores = pose(session, picture(*size), box)
        cases.append(dict(size=size, box=box, cropMeans=[float(v) for v in crop.reshape(-1, 3).mean(0)],
                          crop=[[int(v) for v in crop[y, x]] for y, x in ((0, 0), (100, 40), (191, 143), (300, 250), (383, 287))],
                          x=[round(float(v), 4) for v in places[:, 0]], y=[round(float(v), 4) for v in places[:, 1]],
                          confidence=[round(float(v), 5) for v in scores]))
    (out / "pose.json").write_text(json.dumps(dict(
        source=f"golden_pose.py: cv2 {cv2.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}",
        cases=cases)) + "\n")


if __name__ == "__main__":
    main()
