"""Golden files of the aesthetic head: a small one of random weights, saved as torch and as safetensors, with torch's answers.

torch==2.13.0 safetensors

python golden_aesthetic.py harness/src/test/resources/golden/aesthetic
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

out = Path(sys.argv[1])
torch.manual_seed(3)
layers = torch.nn.Sequential(
    torch.nn.Linear(24, 16), torch.nn.Dropout(0.2), torch.nn.Linear(16, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 4),
    torch.nn.Dropout(0.1), torch.nn.Linear(4, 2), torch.nn.Linear(2, 1)).eval()
state = {"layers." + k: v.detach().contiguous() for k, v in layers.state_dict().items()}
torch.save(state, out / "head.pth")
save_file(state, out / "head.safetensors", {"source": "torch 2.13.0: golden_aesthetic.py"})
x = torch.nn.functional.normalize(torch.randn(3, 24), dim=1)
with torch.no_grad():
    y = layers.double()(x.double()).flatten()
json.dump({"source": "torch 2.13.0: golden_aesthetic.py", "vectors": x.tolist(), "scores": y.tolist()},
          open(out / "golden.json", "w"), indent=1)
