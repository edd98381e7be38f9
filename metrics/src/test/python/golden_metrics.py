"""Golden values of the metrics' maths from numpy and scipy; versions in the "source" of the output.

Run: python golden_metrics.py > ../resources/golden/metrics.json
"""

import json

import numpy as np
import scipy
from scipy import ndimage, stats


def vendi(kernel, q):
    """Friedman and Dieng 2023; order q: Pasarkar and Dieng 2024."""
    values = np.linalg.eigvalsh(np.asarray(kernel) / len(kernel))
    values = values[values > 1e-12]
    if q == np.inf:
        return float(1 / values.max())
    if q == 1:
        return float(np.exp(-np.sum(values * np.log(values))))
    return float(np.exp(np.log(np.sum(values ** q)) / (1 - q)))


def vendis():
    rng = np.random.default_rng(3)
    vectors = rng.normal(1, 1, (6, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    points = np.array([0, 0, 10, 10, 20, 20.])
    kernels = {"two alike, one apart": [[1, .9, 0], [.9, 1, 0], [0, 0, 1]],
               "three pairs": np.exp(-np.abs(points[:, None] - points)).tolist(),
               "six random vectors of four dimensions": (vectors @ vectors.T).tolist()}
    return [dict(name=name, kernel=k, order="Infinity" if q == np.inf else q, vendi=vendi(k, q))
            for name, k in kernels.items() for q in (.1, .5, 1, 2, np.inf)]


def main():
    rng = np.random.default_rng(8)
    luma = rng.integers(0, 256, (13, 17)).astype(float)
    luma[:, 8:] += .25
    line = luma - ndimage.median_filter(luma, size=3, mode="nearest")
    around = np.pad(luma, 1, mode="edge")
    check = luma - np.median(np.stack([around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]]), axis=0)
    folds = []
    for repeats, phases, signal in ((5, 4, 0.), (32, 8, .4), (2, 64, 1.)):
        tiles = rng.normal(0, 1, (repeats, phases)) + signal * rng.normal(0, 1, phases)
        f = stats.f_oneway(*tiles.T)
        folds.append(dict(tiles=tiles.tolist(), f=float(f.statistic)))
    a, b = rng.integers(0, 256, (2, 5, 7, 3))
    print(json.dumps(dict(
        source=f"golden_metrics.py: numpy {np.__version__}, scipy {scipy.__version__} (ndimage.median_filter, stats.f_oneway)",
        luma=luma.tolist(), line=line.tolist(), check=check.tolist(), folds=folds, vendi=vendis(),
        effect=dict(width=7, height=5, base=a.ravel().tolist(), candidate=b.ravel().tolist(), rms=float(np.sqrt(np.mean((a - b) ** 2.)))))))


if __name__ == "__main__":
    main()
