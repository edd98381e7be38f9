"""Golden values of prompt-vendi and layout-diversity from numpy, Pillow and scikit-image; versions in the "source" of the output.

Run: python golden_diversity.py > ../resources/golden/diversity.json
"""

import itertools
import json

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.color import rgb2lab


def log_vendi(vectors):
    """Of order 2, by the eigenvalues of the vectors' covariance, not by the kernel."""
    values = np.linalg.eigvalsh(vectors.T @ vectors / len(vectors))
    return float(-np.log(np.sum(values ** 2)))


def contributions(vectors):
    """Pseudo-values of the jackknife, moved so that their mean is the log Vendi score itself."""
    n = len(vectors)
    left_out = np.array([log_vendi(np.delete(vectors, p, 0)) for p in range(n)])
    pseudo = n * log_vendi(vectors) - (n - 1) * left_out
    return (pseudo - pseudo.mean() + log_vendi(vectors)).tolist()


def layout(pictures):
    small = [rgb2lab(np.asarray(Image.fromarray(p).resize((16, 16), Image.BILINEAR)) / 255).reshape(-1, 3) for p in pictures]
    mean = np.mean(np.concatenate(small), axis=0)
    small = [(s - mean).ravel() for s in small]
    return float(np.mean([1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in itertools.combinations(small, 2)]))


def main():
    rng = np.random.default_rng(12)
    vectors = rng.normal(.5, 1, (30, 24))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    few = vectors[:7, :4] / np.linalg.norm(vectors[:7, :4], axis=1, keepdims=True)
    ramp = np.linspace(0, 255, 40)
    pictures = [np.stack([ramp[None, :] * .8 + ramp[:36, None] * .1, np.broadcast_to(255 - ramp[None, :], (36, 40)) * .7,
                          np.full((36, 40), 90.)], 2),
                np.broadcast_to(np.abs(ramp[:36, None, None] - 120), (36, 40, 3)),
                rng.integers(0, 256, (36, 40, 3)),
                np.full((36, 40, 3), 200.)]
    pictures = [p.astype(np.uint8) for p in pictures]
    print(json.dumps(dict(
        source=f"golden_diversity.py: numpy {np.__version__}, Pillow {PIL.__version__}, scikit-image {skimage.__version__} (rgb2lab)",
        vendi=[dict(kernel=(v @ v.T).tolist(), contributions=contributions(v), log_vendi=log_vendi(v)) for v in (few, vectors)],
        layout=dict(width=40, height=36, pictures=[p.ravel().tolist() for p in pictures], distance=layout(pictures),
                    three=layout(pictures[:3])))))


if __name__ == "__main__":
    main()
