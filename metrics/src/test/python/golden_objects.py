"""Golden values of the metrics `objects` and `tag-recall`: numpy, OpenCV, Pillow, onnxruntime; nothing of the Java code.

Run: python golden_objects.py ../resources/golden/objects.json ../../../../harness/src/test/resources/onnx/tagger
The relation is GenEval's formula (djghosh13/geneval, evaluate_images.py, relative_position) written anew with numpy; colours by CIELAB
are OpenCV's; the tagger is a random stand-in of WD14's inputs and outputs.
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

rng = np.random.default_rng(5)
KINDS, COLOURS = ["cup", "dog", "chair"], ["red", "blue", "green"]
WORDS = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"}
THRESHOLD, COUNT = .3, .9


def relations_of(a, b):
    a, b = (np.array(v, float).reshape(2, 2) for v in (a, b))
    offset = a.mean(0) - b.mean(0)
    sides = np.abs(a[1] - a[0]) + np.abs(b[1] - b[0])
    kept = np.maximum(np.abs(offset) - .1 * sides, 0) * np.sign(offset)
    if np.linalg.norm(offset) == 0:
        return []
    dx, dy = kept / np.linalg.norm(offset)
    return [w for w, yes in (("left", dx < -.5), ("right", dx > .5), ("above", dy < -.5), ("below", dy > .5)) if yes]


def box():
    x, y, w, h = rng.uniform(0, 60), rng.uniform(0, 60), rng.uniform(5, 40), rng.uniform(5, 40)
    return [round(float(v), 3) for v in (x, y, x + w, y + h)]


def case():
    found = [dict(label=str(rng.choice(KINDS)), colour=str(rng.choice(COLOURS)), confidence=round(float(rng.uniform(.2, 1)), 4), box=box())
             for _ in range(rng.integers(0, 7))]
    found.sort(key=lambda d: -d["confidence"])
    kinds = list(rng.permutation(KINDS)[:rng.integers(1, 4)])
    objects = [dict(name=str(k), color=str(rng.choice(COLOURS)) if rng.random() < .6 else None, count=int(rng.choice([0, 1, 1, 1, 2, 3]))) for k in kinds]
    relations = []
    full = lambda o: f"{o['color']} {o['name']}" if o["color"] else o["name"]
    if len(objects) > 1:
        relations.append(dict(subject=full(objects[0]), predicate=str(rng.choice(list(WORDS.values()))), object=full(objects[1])))
    return dict(found=found, objects=objects, relations=relations)


def atoms(c):
    out = []
    at_least = lambda k, t: [d for d in c["found"] if d["label"] == k and d["confidence"] > t]
    for o in c["objects"]:
        if o["count"] > 1:
            out.append(len(at_least(o["name"], COUNT)) == o["count"])
        elif o["count"] == 1:
            out.append(len(at_least(o["name"], THRESHOLD)) >= 1)
        else:
            out.append(not at_least(o["name"], THRESHOLD))
    for o in c["objects"]:
        if o["color"] and o["count"]:
            out.append(sum(d["colour"] == o["color"] for d in at_least(o["name"], THRESHOLD)) >= o["count"])
    for r in c["relations"]:
        sides = []
        for o in c["objects"][:2]:
            fit = [d for d in at_least(o["name"], THRESHOLD) if not o["color"] or d["colour"] == o["color"]]
            sides.append(fit[:o["count"]] if o["count"] and len(fit) >= o["count"] else [])
        word = next(k for k, v in WORDS.items() if v == r["predicate"])
        out.append(bool(sides[0]) and bool(sides[1]) and all(word in relations_of(a["box"], b["box"]) for a in sides[0] for b in sides[1]))
    return out


def lab_golden():
    rows = []
    for _ in range(40):
        rgb = [int(v) for v in rng.integers(0, 256, 3)]
        lab = cv2.cvtColor(np.array([[rgb]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
        rows.append(dict(rgb=rgb, lab=[float(v) for v in lab]))
    return rows


S, TAGS = 24, ["general", "1girl", "long_hair", "red_eyes", "^_^", "sky,_blue"]


def tagger(folder):
    folder.mkdir(parents=True, exist_ok=True)
    w = rng.normal(0, .02, (3 * 16, len(TAGS))).astype(np.float32)
    graph = helper.make_graph([
        helper.make_node("Transpose", ["input"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["t"], ["p"], kernel_shape=[6, 6], strides=[6, 6]),
        helper.make_node("Flatten", ["p"], ["f"]), helper.make_node("MatMul", ["f", "w"], ["m"]), helper.make_node("Sigmoid", ["m"], ["output"])],
        "tagger", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch_size", S, S, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", len(TAGS)])], [numpy_helper.from_array(w, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    rows = ["tag_id,name,category,count"] + [f'{i},{json.dumps(t) if "," in t else t},{9 if i == 0 else 0},{1000 - i}' for i, t in enumerate(TAGS)]
    (folder / "selected_tags.csv").write_text("\n".join(rows) + "\n")
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    pictures = []
    for width, height in ((24, 24), (40, 25), (9, 30)):
        rgb = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        side = max(width, height)
        square = Image.new("RGB", (side, side), (255, 255, 255))
        square.paste(Image.fromarray(rgb), ((side - width) // 2, (side - height) // 2))
        scaled = square.resize((S, side), Image.Resampling.BICUBIC).resize((S, S), Image.Resampling.BICUBIC)  # in two: see golden_images.py
        x = np.asarray(scaled)[:, :, ::-1].astype(np.float32)[None]
        pictures.append(dict(width=width, height=height, rgb=base64.b64encode(rgb.tobytes()).decode(),
                             probabilities=[float(v) for v in session.run(None, {"input": x})[0][0]]))
    (folder / "golden.json").write_text(json.dumps(dict(source=f"golden_objects.py: onnxruntime {onnxruntime.__version__}, Pillow {PIL.__version__}", tags=TAGS, pictures=pictures)) + "\n")


def main():
    cases = [case() for _ in range(120)]
    for c in cases:
        held = atoms(c)
        c["held"], c["atoms"] = sum(held), len(held)
    pairs = []
    for _ in range(60):
        a, b = box(), box()
        pairs.append(dict(a=a, b=b, relations=relations_of(a, b)))
    Path(sys.argv[1]).write_text(json.dumps(dict(source=f"golden_objects.py: numpy {np.__version__}, OpenCV {cv2.__version__}", cases=cases, pairs=pairs, lab=lab_golden())) + "\n")
    print(np.mean([c["held"] / c["atoms"] for c in cases]), {len(p["relations"]) for p in pairs})
    tagger(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
