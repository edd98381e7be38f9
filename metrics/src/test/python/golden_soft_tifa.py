"""Arithmetic and geometric means of Soft-TIFA by numpy 2 and scipy 1.17; prints golden/soft_tifa.json."""
import json

import numpy as np
from scipy.stats import gmean

rng = np.random.default_rng(20251125)
rows = [rng.random(n).tolist() for n in (1, 2, 3, 5, 8, 13)]
rows += [[1.0, 1.0, 1.0], [0.9, 0.9, 0.9, 1e-12], [0.5, 0.0, 1.0], [1e-300, 1e-300]]
print(json.dumps([{"right": r, "atoms": float(np.mean(r)), "prompt": float(gmean(r))} for r in rows], indent=1))
