"""Tiny random networks with the inputs and outputs of OpenCV's model zoo, and what the zoo's own code and OpenCV make of them.

Run: python golden_zoo.py ZOO ../resources/onnx/zoo
ZOO is a checkout of github.com/opencv/opencv_zoo; made at 966be4cb6eefc2a4f586ed0581bf4bbaa2533070 with opencv-python 5.0.0.93, numpy 2.4.6,
onnx 1.23.2. Palms take channels last, bodies channels first, as the zoo's files do. The pictures have the size of the networks' inputs, so that the zoo's
way of scaling does not matter; thresholds are set so that a few boxes are left that do not overlap.
"""

import base64
import importlib.util
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ZOO, OUT = Path(sys.argv[1]), Path(sys.argv[2])
rng = np.random.default_rng(5)


def tensor(name, *shape, scale=1.0):
    return numpy_helper.from_array(rng.normal(0, scale, shape).astype(np.float32), name)


def numbers(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


class Graph:
    def __init__(self):
        self.nodes, self.initial = [], []

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def cells(self, picture, stride, channels, name, scale, more=0.):
        """(1, cells, channels): the mean of each cell, random sums of its colours, and as much more."""
        pooled = self.add("AveragePool", [picture], name + "p", kernel_shape=[stride, stride], strides=[stride, stride])
        self.initial += [tensor(name + "w", channels, 3, 1, 1, scale=scale), numbers(name + "r", 1, channels, -1),
                         numpy_helper.from_array(np.full(channels, more, np.float32), name + "b")]
        flat = self.add("Reshape", [self.add("Conv", [pooled, name + "w", name + "b"], name + "c"), name + "r"], name + "f")
        return self.add("Transpose", [flat], name + "t", perm=[0, 2, 1])

    def save(self, name, inputs, outputs):
        graph = helper.make_graph(self.nodes, "tiny", inputs, outputs, self.initial)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, OUT / name)


def anchored(name, size, grids, columns, last):
    """A detector with anchors: `grids` has the side of each grid and the anchors of a cell."""
    g = Graph()
    picture = g.add("Transpose", ["input_1"], "nchw", perm=[0, 3, 1, 2]) if last else "input_1"
    rows = {"Identity": [], "Identity_1": []}
    for side, each in grids:
        for output, width, scale in (("Identity", columns, 3.), ("Identity_1", 1, 2.)):
            flat = g.cells(picture, size // side, each * width, f"{output}{side}", scale, 12. if width > 1 else 0.)
            g.initial.append(numbers(f"{output}{side}n", 1, -1, width))
            rows[output].append(g.add("Reshape", [flat, f"{output}{side}n"], f"{output}{side}o"))
    count = sum(side * side * each for side, each in grids)
    for output, parts in rows.items():
        g.add("Concat", parts, output, axis=1)
    shape = [1, size, size, 3] if last else [1, 3, size, size]
    g.save(name, [floats("input_1", *shape)], [floats("Identity", 1, count, columns), floats("Identity_1", 1, count, 1)])


def hand():
    """Outputs in another order than their names."""
    g = Graph()
    picture = g.add("Transpose", ["input_1"], "nchw", perm=[0, 3, 1, 2])
    pooled = g.add("AveragePool", [picture], "p", kernel_shape=[56, 56], strides=[56, 56])
    g.initial.append(numbers("row", 1, 48))
    row = g.add("Reshape", [pooled, "row"], "flat")
    widths = {"Identity_3": 63, "Identity_2": 1, "Identity_1": 1, "Identity": 63}
    for name, width in widths.items():
        g.initial.append(tensor(name + "w", 48, width, scale=20. if width > 1 else .3))
        product = g.add("MatMul", [row, name + "w"], name if width > 1 else name + "l")
        if width == 1:
            g.add("Sigmoid", [product], name)
    g.save("hand.onnx", [floats("input_1", 1, 224, 224, 3)], [floats(n, 1, w) for n, w in widths.items()])


def yunet():
    g = Graph()
    widths = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    for stride in (8, 16, 32):
        for name, width in widths.items():
            out = f"{name}_{stride}"
            flat = g.cells("input", stride, width, out, 9. / 255 if width == 1 else 1. / 255)
            g.add("Sigmoid" if width == 1 else "Identity", [flat], out)
    g.save("yunet.onnx", [floats("input", 1, 3, 64, 64)],
           [floats(f"{n}_{s}", 1, (64 // s) ** 2, w) for n, w in widths.items() for s in (8, 16, 32)])


def nanodet():
    g = Graph()
    for stride in (8, 16, 32):
        g.add("Sigmoid", [g.cells("data", stride, 80, f"cls{stride}", 1.)], f"cls_pred_stride_{stride}")
        g.add("Identity", [g.cells("data", stride, 32, f"dis{stride}", 1.)], f"dis_pred_stride_{stride}")
    g.save("nanodet.onnx", [floats("data", 1, 3, 64, 64)],
           [floats(f"{n}_pred_stride_{s}", 1, (64 // s) ** 2, w) for s in (8, 16, 32) for n, w in (("cls", 80), ("dis", 32))])


def zoo(folder, module):
    spec = importlib.util.spec_from_file_location(module, ZOO / "models" / folder / f"{module}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def picture(size):
    """Blocks of any colour; blue, green, red."""
    small = rng.integers(0, 256, (size // 8, size // 8, 3), np.uint8)
    return cv2.resize(small, (size, size), interpolation=cv2.INTER_NEAREST)


def overlap(a, b):
    w, h = np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return 0 if w <= 0 or h <= 0 else w * h / (area(a) + area(b) - w * h)


def apart(rows):
    return all(r[2] > r[0] and r[3] > r[1] for r in rows) and all(overlap(a, b) < .29 for i, a in enumerate(rows) for b in rows[:i])


def rounded(rows):
    return [[round(float(v), 4) for v in r] for r in rows]


def few(kind, file, size):
    """A picture whose best boxes do not overlap, those boxes, and a threshold below them."""
    detector = kind(str(OUT / file), nmsThreshold=1., scoreThreshold=.01)
    for _ in range(200):
        bgr = picture(size)
        rows = detector.infer(bgr)
        rows = rows[np.argsort(-rows[:, -1])]
        n = max((n for n in range(2, 6) if apart(rows[:n]) and rows[n - 1, -1] - rows[n, -1] > 1e-3), default=0)
        if n:
            return {"png": png(bgr), "least": round(float(rows[n - 1, -1] + rows[n, -1]) / 2, 6), "rows": rounded(rows[:n])}
    raise SystemExit("no picture whose best boxes lie apart")


def png(bgr):
    return base64.b64encode(cv2.imencode(".png", bgr)[1]).decode()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    anchored("palm.onnx", 192, ((24, 2), (12, 6)), 18, True)
    anchored("body.onnx", 224, ((28, 2), (14, 2), (7, 6)), 12, False)
    hand()
    yunet()
    nanodet()
    small = picture(64)
    golden = {"source": {"zoo": "966be4cb6eefc2a4f586ed0581bf4bbaa2533070", "opencv": cv2.__version__, "numpy": np.__version__, "onnx": onnx.__version__}}
    golden["palm"] = few(zoo("palm_detection_mediapipe", "mp_palmdet").MPPalmDet, "palm.onnx", 192)
    golden["body"] = few(zoo("person_detection_mediapipe", "mp_persondet").MPPersonDet, "body.onnx", 224)
    golden["small"] = png(small)
    faces = cv2.FaceDetectorYN.create(str(OUT / "yunet.onnx"), "", (64, 64), .6, 1., 5000).detect(small)[1]
    golden["yunet"] = rounded(faces[:, [0, 1, 2, 3, 14]])  # corner, sides, score
    module = zoo("object_detection_nanodet", "nanodet")
    nano = module.NanoDet(str(OUT / "nanodet.onnx"), .6, 1.)
    # Made for 416 pixels: the same formula for 64.
    nano.image_shape = (64, 64)
    nano.anchors_mlvl = [np.column_stack([v.flatten() * s + .5 * (s - 1) for v in np.meshgrid(np.arange(64 // s), np.arange(64 // s))]) for s in (8, 16, 32)]
    session = nano.net
    session.setInput(nano.pre_process(small))
    names = [f"{n}_pred_stride_{s}" for s in (8, 16, 32) for n in ("cls", "dis")]
    golden["nanodet"] = rounded(nano.post_process(session.forward(names)))  # corners, score, class
    print({k: len(v["rows"]) if "rows" in v else len(v) for k, v in golden.items()})
    (OUT / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")


main()
