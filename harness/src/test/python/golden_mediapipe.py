"""What MediaPipe's two-stage networks find in real pictures: the numbers that dev.assay.harness.nn.onnx.MediaPipe must find, too.

Run: python golden_mediapipe.py WEIGHTS PICTURES ../resources/onnx/mediapipe.json
WEIGHTS holds the published networks, converted from TensorFlow; PICTURES holds index.csv and the pictures. Neither is part of this repository;
their hashes are in "source". Decoding is written here from MediaPipe's graphs, with numpy and Pillow, not from the Java code.
Made with onnxruntime 1.32.0, numpy 2.4.6 and Pillow 12.0.0 (13 may resize in another order). JPEG pictures are left out: decoders differ by a grey level.
"""

import csv
import hashlib
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import PIL
from PIL import Image

WEIGHTS, PICTURES, OUT = map(Path, sys.argv[1:4])
FILES = {}


def network(name):
    FILES[name] = hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(WEIGHTS / name), options, providers=["CPUExecutionProvider"])


def run(session, picture, low=0.0):
    x = np.asarray(picture, np.float32)[None] / 255
    return {o.name: v for o, v in zip(session.get_outputs(), session.run(None, {session.get_inputs()[0].name: x * (1 - low) + low}))}


def sigmoid(v):
    return 1 / (1 + np.exp(-np.clip(np.asarray(v, np.float64), -100, 100)))


def anchors(*grids):
    return np.array([((i % n + .5) / n, (i // n + .5) / n) for n, each in grids for i in range(n * n) for _ in range(each)])


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return w * h / (area(a) + area(b) - w * h)


def detect(session, size, grid, low, image, least):
    """Boxes and points in pixels of the picture, best first, overlaps above 0.3 removed."""
    w, h = image.size
    s = size / max(w, h)
    nw, nh = round(w * s), round(h * s)
    square, left, top = Image.new("RGB", (size, size)), (size - nw) // 2, (size - nh) // 2
    square.paste(image.resize((nw, nh), Image.Resampling.BILINEAR), (left, top))
    boxes, logits = sorted((v[0] for v in run(session, square, low).values()), key=lambda v: -v.shape[-1])
    scores, kept = sigmoid(logits[:, 0]), []
    assert np.abs(scores - least).min() > 1e-5, "a score too close to the threshold for a golden file"
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < least:
            break
        raw = boxes[i].astype(np.float64)
        raw[:2] += grid[i] * size
        raw[4:] += np.tile(grid[i], len(raw) // 2 - 2) * size
        place = lambda x, y: ((x - left) / s, (y - top) / s)
        box = place(raw[0] - raw[2] / 2, raw[1] - raw[3] / 2) + place(raw[0] + raw[2] / 2, raw[1] + raw[3] / 2)
        if all(iou(box, k[1]) <= .3 for k in kept):
            kept.append((scores[i], box, [place(*raw[j:j + 2]) for j in range(4, len(raw), 2)]))
    return kept


def crop(image, x, y, side, angle, size):
    k, c, s, m = side / size, math.cos(angle), math.sin(angle), size / 2
    a = (k * c, -k * s, x - k * (c - s) * m, k * s, k * c, y - k * (s + c) * m)
    return image.transform((size, size), Image.Transform.AFFINE, a, Image.Resampling.BILINEAR), a


def turn(angle):
    return angle - 2 * math.pi * math.floor((angle + math.pi) / (2 * math.pi))


def direction(p, q):
    return math.atan2(-(q[1] - p[1]), q[0] - p[0])


def back(a, values, numbers):
    rows = np.asarray(values, np.float64).reshape(-1, numbers)
    return [[a[0] * r[0] + a[1] * r[1] + a[2], a[3] * r[0] + a[4] * r[1] + a[5], *r[2:]] for r in rows]


palms, hands = network("palm_detection_full.onnx"), network("hand_landmark_full.onnx")
bodies, joints = network("pose_detection.onnx"), network("pose_landmark_full.onnx")
far, near, marks = (network(n + ".onnx") for n in ("face_detection_full_range_sparse", "face_detection_short_range", "face_landmark"))
PALM, BODY, FAR, NEAR = anchors((24, 2), (12, 6)), anchors((28, 2), (14, 2), (7, 6)), anchors((48, 1)), anchors((16, 2), (8, 6))


def rounded(values, digits):
    return [round(float(v), digits) for v in values]


def look(image):
    found = {"hands": [], "faces": [], "bodies": []}
    for score, box, points in detect(palms, 192, PALM, 0, image, .2):
        angle = turn(math.pi / 2 - direction(points[0], points[2]))
        w, h = box[2] - box[0], box[3] - box[1]
        x, y = (box[0] + box[2]) / 2 + .5 * h * math.sin(angle), (box[1] + box[3]) / 2 - .5 * h * math.cos(angle)
        piece, a = crop(image, x, y, 2.6 * max(w, h), angle, 224)
        said = run(hands, piece)
        found["hands"].append({"presence": round(float(said["Identity_1"].item()), 4),
                               "points": [rounded(p[:2], 2) for p in back(a, said["Identity"], 3)]})
    for score, box, points in detect(far, 192, FAR, -1, image, .3) + detect(near, 128, NEAR, -1, image, .3):
        side = 1.5 * max(box[2] - box[0], box[3] - box[1])
        piece, a = crop(image, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, side, turn(-direction(points[0], points[1])), 192)
        flag = min(run(marks, piece).values(), key=lambda v: v.size)
        found["faces"].append({"presence": round(float(sigmoid(flag).item()), 4), "box": rounded(box, 2)})
    for score, box, points in detect(bodies, 224, BODY, -1, image, .45):
        side = 2.5 * math.dist(points[0], points[1])
        piece, a = crop(image, *points[0], side, turn(math.pi / 2 - direction(points[0], points[1])), 256)
        said = run(joints, piece)
        rows = back(a, said["Identity"], 5)[:33]
        found["bodies"].append({"presence": round(float(said["Identity_1"].item()), 4),
                                "points": [rounded(p[:2], 1) + rounded(sigmoid(p[3:5]), 3) for p in rows]})
    return found


rows = sorted(r["file"] for r in csv.DictReader((PICTURES / "index.csv").open(encoding="utf-8")) if r["file"].endswith(".png"))
golden = {"source": {"onnxruntime": onnxruntime.__version__, "numpy": np.__version__, "pillow": PIL.__version__, "weights": FILES,
                     "from": "PyPI mediapipe 0.10.14, converted with tf2onnx 1.17"},
          "pictures": {r: look(Image.open(PICTURES / r).convert("RGB")) for r in rows}}
text = json.dumps(golden, separators=(",", ":")).replace('"pictures":{', '"pictures":{\n').replace("]}]},", "]}]},\n").replace('"bodies":[]},', '"bodies":[]},\n')
OUT.write_text(text + "\n", encoding="utf-8")
print(len(rows), "pictures:", {k: sum(len(p[k]) for p in golden["pictures"].values()) for k in ("hands", "faces", "bodies")}, OUT.stat().st_size, "bytes")
