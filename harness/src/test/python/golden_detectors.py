"""Tiny random detectors with the inputs and outputs of YOLOX, YOLOv5, YOLOv8 and RT-DETR, and what onnxruntime, OpenCV and Pillow make of them.

Run: python golden_detectors.py ../resources/onnx/detectors
Preprocessing, decoding and suppression are written here from the projects' descriptions, not from the Java code. Versions are in the
"source" of golden.json.
"""

import base64
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import PIL
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

S = 64
NAMES = ["cat", "dog", "traffic light"]
N = len(NAMES)
rng = np.random.default_rng(37)


def tensor(name, *shape, scale=1.0):
    return numpy_helper.from_array(rng.normal(0, scale, shape).astype(np.float32), name)


def constant(name, value):
    return numpy_helper.from_array(value, name)


def save(path, nodes, inputs, outputs, initial, metadata=None):
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if metadata:
        helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def grids(channels, full, anchors=1):
    """Nodes that pool the picture per cell of strides 8, 16, 32 and give `rows` (1, boxes, channels), unbounded."""
    nodes, initial, parts = [], [], []
    for s in (8, 16, 32):
        nodes += [helper.make_node("AveragePool", ["images"], [f"p{s}"], kernel_shape=[s // 4, s // 4], strides=[s // 4, s // 4]),
                  helper.make_node("Conv", [f"p{s}", f"w{s}"], [f"c{s}"], kernel_shape=[4, 4], strides=[4, 4]),
                  helper.make_node("Reshape", [f"c{s}", f"r{s}"], [f"f{s}"]),
                  helper.make_node("Transpose", [f"f{s}"], [f"t{s}"], perm=[0, 1, 3, 2]),
                  helper.make_node("Reshape", [f"t{s}", "flat"], [f"o{s}"])]
        initial += [tensor(f"w{s}", anchors * channels, 3, 4, 4, scale=.9 / full),
                    constant(f"r{s}", np.array([1, anchors, channels, (S // s) ** 2], np.int64))]
        parts.append(f"o{s}")
    initial.append(constant("flat", np.array([1, -1, channels], np.int64)))
    return nodes + [helper.make_node("Concat", parts, ["rows"], axis=1)], initial


def columns(n_raw, n_score):
    """Splits `rows` into `raw` and `score` (through a sigmoid)."""
    return ([helper.make_node("Split", ["rows", "split"], ["raw", "logit"], axis=2), helper.make_node("Sigmoid", ["logit"], ["score"])],
            [constant("split", np.array([n_raw, n_score], np.int64))])


def yolox(path):
    nodes, initial = grids(5 + N, 255.)
    more, initials = columns(4, 1 + N)
    nodes += more + [helper.make_node("Tanh", ["raw"], ["bounded"]), helper.make_node("Concat", ["bounded", "score"], ["output"], axis=2)]
    save(path, nodes, [floats("images", 1, 3, S, S)], [floats("output", 1, 84, 5 + N)], initial + initials)


def yolov5(path):
    nodes, initial = grids(5 + N, 1., anchors=3)
    more, initials = columns(4, 1 + N)
    nodes += more + [helper.make_node("Sigmoid", ["raw"], ["unit"]), helper.make_node("Mul", ["unit", "sides"], ["pixels"]),
                     helper.make_node("Concat", ["pixels", "score"], ["output0"], axis=2)]
    save(path, nodes, [floats("images", 1, 3, S, S)], [floats("output0", 1, 252, 5 + N)],
         initial + initials + [constant("sides", np.array([S, S, S / 2, S / 2], np.float32))],
         {"names": str(dict(enumerate(NAMES))), "stride": "32"})


def yolov8(path):
    nodes, initial = grids(4 + N, 1.)
    more, initials = columns(4, N)
    nodes += more + [helper.make_node("Sigmoid", ["raw"], ["unit"]), helper.make_node("Mul", ["unit", "sides"], ["pixels"]),
                     helper.make_node("Concat", ["pixels", "score"], ["joined"], axis=2),
                     helper.make_node("Transpose", ["joined"], ["output0"], perm=[0, 2, 1])]
    save(path, nodes, [floats("images", 1, 3, S, S)], [floats("output0", 1, 4 + N, 84)],
         initial + initials + [constant("sides", np.array([S, S, S / 2, S / 2], np.float32))],
         {"names": str(dict(enumerate(NAMES))), "imgsz": str([S, S])})


def queries(name, pool):
    """`boxes` (1, 16, 4) from 0 to 1 and `logits` (1, 16, N), from a picture of 16 * pool pixels."""
    return ([helper.make_node("AveragePool", [name], ["p"], kernel_shape=[pool, pool], strides=[pool, pool]),
             helper.make_node("Conv", ["p", "w"], ["c"], kernel_shape=[4, 4], strides=[4, 4]),
             helper.make_node("Reshape", ["c", "shape"], ["f"]), helper.make_node("Transpose", ["f"], ["rows"], perm=[0, 2, 1]),
             helper.make_node("Split", ["rows", "split"], ["raw", "logits"], axis=2), helper.make_node("Sigmoid", ["raw"], ["unit"]),
             helper.make_node("Mul", ["unit", "half"], ["pred_boxes"])],
            [tensor("w", 4 + N, 3, 4, 4, scale=.9), constant("shape", np.array([1, 4 + N, 16], np.int64)),
             constant("split", np.array([4, N], np.int64)), constant("half", np.array([1, 1, .5, .5], np.float32))])


def rtdetr_logits(path):
    """As optimum exports it: height and width left open, made for 640."""
    nodes, initial = queries("pixel_values", 40)
    save(path, nodes, [floats("pixel_values", "batch", 3, "height", "width")], [floats("logits", 1, 16, N), floats("pred_boxes", 1, 16, 4)], initial)
    (path.parent / "config.json").write_text(json.dumps({"model_type": "rt_detr", "id2label": dict(enumerate(NAMES))}) + "\n")
    (path.parent / "preprocessor_config.json").write_text(json.dumps({"do_normalize": False, "size": {"height": 640, "width": 640}}) + "\n")


def rtdetr_joined(path):
    nodes, initial = queries("images", 4)
    nodes += [helper.make_node("Sigmoid", ["logits"], ["score"]), helper.make_node("Concat", ["pred_boxes", "score"], ["output0"], axis=2)]
    save(path, nodes, [floats("images", 1, 3, S, S)], [floats("output0", 1, 16, 4 + N)], initial,
         {"names": str(dict(enumerate(NAMES))), "imgsz": str([S, S]), "description": "Ultralytics rtdetr-l model"})


def rtdetr_picked(path):
    nodes, initial = queries("images", 4)
    nodes += [
        helper.make_node("Sigmoid", ["logits"], ["score"]),
        helper.make_node("ReduceMax", ["score"], ["scores"], axes=[2], keepdims=0),
        helper.make_node("ArgMax", ["score"], ["labels"], axis=2, keepdims=0),
        helper.make_node("Split", ["pred_boxes", "two"], ["centre", "sides"], axis=2),
        helper.make_node("Mul", ["sides", "point5"], ["reach"]),
        helper.make_node("Sub", ["centre", "reach"], ["first"]), helper.make_node("Add", ["centre", "reach"], ["last"]),
        helper.make_node("Concat", ["first", "last"], ["corners"], axis=2),
        helper.make_node("Cast", ["orig_target_sizes"], ["sizes"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["sizes", "sizes"], ["both"], axis=1), helper.make_node("Mul", ["corners", "both"], ["boxes"])]
    initial += [constant("two", np.array([2, 2], np.int64)), constant("point5", np.array([.5], np.float32))]
    save(path, nodes, [floats("images", 1, 3, S, S), helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2])],
         [helper.make_tensor_value_info("labels", TensorProto.INT64, [1, 16]), floats("boxes", 1, 16, 4), floats("scores", 1, 16)], initial)


# ---------------------------------------------------------------- the projects' own ways

def letterboxed(rgb, centred):
    h, w = rgb.shape[:2]
    r = min(S / h, S / w)
    nw, nh = (round(w * r), round(h * r)) if centred else (int(w * r), int(h * r))
    small = cv2.resize(rgb, (nw, nh), interpolation=cv2.INTER_LINEAR)
    left, top = ((S - nw) // 2, (S - nh) // 2) if centred else (0, 0)
    out = np.full((S, S, 3), 114, np.uint8)
    out[top:top + nh, left:left + nw] = small
    return out, r, left, top


def stretched(rgb, size):
    return np.asarray(Image.fromarray(rgb).resize((size, size), Image.Resampling.BILINEAR))


def planes(picture, full=1.):
    return (picture.astype(np.float32) * (full / 255)).transpose(2, 0, 1)[None]


def corners(xywh):
    return np.concatenate([xywh[..., :2] - xywh[..., 2:] / 2, xywh[..., :2] + xywh[..., 2:] / 2], -1)


def nms(boxes, scores, iou):
    order, keep = scores.argsort()[::-1], []
    while order.size:
        i, rest = order[0], order[1:]
        keep.append(i)
        lt, rb = np.maximum(boxes[i, :2], boxes[rest, :2]), np.minimum(boxes[i, 2:], boxes[rest, 2:])
        inter = np.prod(np.clip(rb - lt, 0, None), 1)
        area = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
        order = rest[inter / (area[i] + area[rest] - inter) <= iou]
    return keep


def collect(boxes, scores, width, height, threshold, iou):
    """boxes (n, 4) corners in the picture, scores (n, N)."""
    boxes = np.clip(boxes, 0, [width, height, width, height])
    assert np.abs(scores - threshold).min() > 2e-4, "a score too close to the threshold for a golden file"
    inside = np.prod(boxes[:, 2:] - boxes[:, :2], 1) > 0  # what lies in the border of a letterbox is nothing
    boxes, scores = boxes[inside], scores[inside]
    rows = []
    for k in range(N):
        at = np.flatnonzero(scores[:, k] > threshold)
        kept = at[nms(boxes[at], scores[at, k], iou)] if iou < 1 else at
        rows += [(NAMES[k], float(scores[i, k]), [float(v) for v in boxes[i]]) for i in kept]
    ranked = sorted((r[1] for r in rows))
    assert not rows or np.diff(ranked).min(initial=1) > 1e-6, "two boxes whose order hangs on the last bit"
    return [dict(label=a, score=round(b, 6), box=[round(v, 4) for v in c]) for a, b, c in sorted(rows, key=lambda r: -r[1])]


def run(path, **feed):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip((o.name for o in session.get_outputs()), session.run(None, feed)))


def find(kind, path, rgb):
    h, w = rgb.shape[:2]
    if kind == "yolox":
        square, r, _, _ = letterboxed(rgb[:, :, ::-1], False)
        out = run(path, images=planes(square, 255.))["output"][0]
        at = 0
        xywh = []
        for s in (8, 16, 32):
            for gy in range(S // s):
                for gx in range(S // s):
                    row = out[at]
                    xywh.append([(row[0] + gx) * s, (row[1] + gy) * s, np.exp(row[2]) * s, np.exp(row[3]) * s])
                    at += 1
        return collect(corners(np.array(xywh)) / r, out[:, 4:5].astype(np.float64) * out[:, 5:], w, h, .3, .45)
    if kind in ("yolov5", "yolov8"):
        square, r, left, top = letterboxed(rgb, True)
        out = run(path, images=planes(square))["output0"][0]
        out = out if kind == "yolov5" else out.T
        scores = out[:, 4:5].astype(np.float64) * out[:, 5:] if kind == "yolov5" else out[:, 4:]
        return collect((corners(out[:, :4]) - [left, top, left, top]) / r, scores, w, h, .25, .45 if kind == "yolov5" else .5)
    if kind == "rtdetr_logits":
        out = run(path, pixel_values=planes(stretched(rgb, 640)))
        scores, boxes = 1 / (1 + np.exp(-out["logits"][0])), out["pred_boxes"][0]
    elif kind == "rtdetr_joined":
        rows = run(path, images=planes(stretched(rgb, S)))["output0"][0]
        scores, boxes = rows[:, 4:], rows[:, :4]
    else:
        out = run(path, images=planes(stretched(rgb, S)), orig_target_sizes=np.array([[w, h]], np.int64))
        scores = np.zeros((16, N), np.float32)
        scores[np.arange(16), out["labels"][0]] = out["scores"][0]
        return collect(out["boxes"][0], scores, w, h, .5, 1)
    return collect(corners(boxes) * [w, h, w, h], scores, w, h, .5, 1)


def main():
    out = Path(sys.argv[1])
    kinds = dict(yolox=yolox, yolov5=yolov5, yolov8=yolov8, rtdetr_logits=rtdetr_logits, rtdetr_joined=rtdetr_joined, rtdetr_picked=rtdetr_picked)
    for kind, make in kinds.items():
        (out / kind).mkdir(parents=True, exist_ok=True)
        make(out / kind / "detector.onnx")
    for kind in ("yolox", "rtdetr_picked"):  # the others carry their names
        (out / kind / "classes.txt").write_text("\n".join(NAMES) + "\n")
    pictures = []
    for width, height in ((64, 64), (90, 51), (23, 40)):
        field = rng.uniform(0, 255, (4, 5, 3)).astype(np.float32)
        rough = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC) + rng.normal(0, 20, (height, width, 3))
        rgb = np.clip(rough, 0, 255).astype(np.uint8)
        linear = cv2.resize(rgb, (41, 37), interpolation=cv2.INTER_LINEAR)
        pictures.append(dict(width=width, height=height, rgb=base64.b64encode(rgb.tobytes()).decode(),
                             linear=base64.b64encode(linear.tobytes()).decode(),
                             bilinear=base64.b64encode(np.asarray(Image.fromarray(rgb).resize((41, height), Image.Resampling.BILINEAR).resize((41, 37), Image.Resampling.BILINEAR)).tobytes()).decode(),
                             found={kind: find(kind, out / kind / "detector.onnx", rgb) for kind in kinds}))
    print({k: [len(p["found"][k]) for p in pictures] for k in kinds})
    (out / "golden.json").write_text(json.dumps(dict(
        source=f"golden_detectors.py: onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, OpenCV {cv2.__version__}, "
               f"Pillow {PIL.__version__}, numpy {np.__version__}", pictures=pictures)) + "\n")


if __name__ == "__main__":
    main()
