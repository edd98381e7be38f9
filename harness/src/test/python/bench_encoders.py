"""Pictures per second through CLIP's image half: ours, transformers and open_clip in turns on the same cores, float32.

torch==2.13.0 transformers==5.24.0 open_clip_torch==3.3.0

python bench_encoders.py FOLDER CLASSPATH [--threads 2 --batch 4 --rounds 9]

FOLDER is a CLIP folder of transformers (full_encoders.py makes one with random weights), CLASSPATH that of the tests of metrics:
mvn -pl harness,metrics test-compile dependency:build-classpath -Dmdep.outputFile=FILE
"""

import argparse
import statistics
import subprocess
import time

import open_clip
import torch
from transformers import CLIPModel

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("classpath")
p.add_argument("--open-clip", default="ViT-L-14-quickgelu")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--batch", type=int, default=4)
p.add_argument("--rounds", type=int, default=9)
p.add_argument("--warmup", type=int, default=2)
a = p.parse_args()

torch.set_num_threads(a.threads)
oc = open_clip.create_model(a.open_clip).eval().visual
hf = CLIPModel.from_pretrained(a.folder, dtype=torch.float32).eval()
del hf.text_model
java = subprocess.Popen(["java", "-cp", a.classpath, "dev.assay.metrics.EncoderBenchmark", a.folder, str(a.threads)],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert java.stdout.readline().strip() == "ready"


@torch.inference_mode()
def python(forward):
    x = torch.randn(a.batch, 3, 224, 224)
    begin = time.perf_counter()
    forward(x)
    return time.perf_counter() - begin


def ours(kind):
    java.stdin.write(f"{kind} {a.batch}\n")
    java.stdin.flush()
    return float(java.stdout.readline())


runs = {"ours": lambda: ours("bare"),
        "transformers": lambda: python(lambda x: hf.visual_projection(hf.vision_model(x).pooler_output)),
        "open_clip": lambda: python(oc),
        "ours, with metrics": lambda: ours("metrics")}
times = {k: [] for k in runs}
for i in range(a.warmup + a.rounds):
    for k, run in runs.items():
        seconds = run()
        if i >= a.warmup:
            times[k].append(seconds)
java.stdin.close()
java.wait()
medians = {k: statistics.median(v) for k, v in times.items()}
bare = medians["ours"]
print(f"{a.threads} threads, batch {a.batch}, {a.rounds} rounds, medians (least): " + "; ".join(
    f"{k} {a.batch / m:.3f} pictures/s ({a.batch / min(times[k]):.3f})" for k, m in medians.items()))
ratios = {k: statistics.median(t / o for t, o in zip(times[k], times["ours"])) for k in runs}
print(f"speed of ours over transformers {ratios['transformers']:.2f}, over open_clip {ratios['open_clip']:.2f}; "
      f"with metrics over bare {ratios['ours, with metrics']:.2f}")
