"""What RapidOCR reads in real pictures, and its steps on small numbers: dev.assay.harness.nn.onnx.PaddleOcr must do the same.

Run: python golden_ocr.py PICTURES ../resources/onnx/ocr.json
With rapidocr-onnxruntime 1.4.4 (which ships the networks), onnxruntime 1.32.0, opencv-python 5.0.0.93, numpy 2.4.6. One line at a time, so that what a line
is read as does not hang on its neighbours. PICTURES is no part of this repository.
"""

import base64
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from rapidocr_onnxruntime import RapidOCR
from rapidocr_onnxruntime.ch_ppocr_det.text_detect import TextDetector
from rapidocr_onnxruntime.ch_ppocr_det.utils import DBPostProcess

PICTURES, OUT = Path(sys.argv[1]), Path(sys.argv[2])
rng = np.random.default_rng(11)


def png(bgr):
    return base64.b64encode(cv2.imencode(".png", bgr)[1]).decode()


def maps():
    """Probability maps with turned bars, as grey pictures, and the boxes that are found in them."""
    decode = DBPostProcess(thresh=.3, box_thresh=.5, max_candidates=1000, unclip_ratio=1.6, score_mode="fast", use_dilation=True)
    detector = TextDetector.__new__(TextDetector)
    rows = []
    for width, height, bars in ((160, 96, 3), (192, 128, 5), (96, 160, 3), (224, 224, 8)):
        grey = np.zeros((height, width), np.uint8)
        for _ in range(bars):
            centre = (float(rng.uniform(20, width - 20)), float(rng.uniform(20, height - 20)))
            corners = cv2.boxPoints((centre, (float(rng.uniform(12, 60)), float(rng.uniform(5, 14))), float(rng.choice([0, 0, 7, 30, 80, 90]))))
            cv2.fillPoly(grey, [corners.astype(np.int32)], int(rng.integers(90, 256)))
        grey = cv2.GaussianBlur(grey, (3, 3), 0)
        shape = (round(height * 1.7), round(width * 1.3))
        boxes, _ = decode((grey / 255.).astype(np.float32)[None, None], shape)
        boxes = RapidOCR.sorted_boxes(detector.filter_tag_det_res(boxes, shape))
        rows.append({"png": png(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)), "width": shape[1], "height": shape[0],
                     "boxes": [b.astype(int).tolist() for b in boxes]})
    return rows


def pieces(engine):
    small = cv2.resize(rng.integers(0, 256, (12, 16, 3), np.uint8), (64, 48), interpolation=cv2.INTER_CUBIC)
    quads = [[[4, 5], [50, 5], [50, 20], [4, 20]], [[6, 10], [55, 22], [52, 34], [3, 22]], [[30, 2], [42, 3], [41, 44], [29, 43]]]
    return {"png": png(small), "pieces": [{"corners": q, "png": png(engine.get_crop_img_list(small, [np.array(q, np.float32)])[0])} for q in quads]}


engine = RapidOCR()
engine.text_rec.rec_batch_num = 1
golden = {"source": {n: version(n) for n in ("rapidocr-onnxruntime", "onnxruntime", "opencv-python", "numpy")},
          "maps": maps(), "pieces": pieces(engine), "pictures": {}}
for file in sorted(PICTURES.glob("*.png")) + sorted(PICTURES.glob("*.jpg")):
    lines = engine(cv2.imread(str(file)))[0] or []
    golden["pictures"][file.name] = [{"text": text, "confidence": round(float(score), 4), "box": [math.floor(min(p[0] for p in box)), math.floor(min(p[1] for p in box)),
                                      math.ceil(max(p[0] for p in box)), math.ceil(max(p[1] for p in box))]} for box, text, score in lines]
OUT.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace('"pictures":{', '"pictures":{\n').replace('],"', '],\n"') + "\n", encoding="utf-8")
print({k: [r["text"] for r in v] for k, v in golden["pictures"].items() if v}, [len(m["boxes"]) for m in golden["maps"]], OUT.stat().st_size)
