"""Golden norms of the change of weights by every kind of LoRA, from explicit matrices in float64.

Pinned: Python 3, numpy 2.4.6, safetensors (any).
Usage: python golden_lora_changes.py ../resources/dev/assay/harness/model/lora

Writes changes_base.safetensors (one layer per kind), changes.safetensors (one module per layer) and changes.txt:
module, norm of W' - W, its largest singular value (0 where the change is no matrix), norm of W.

Formulas: Hu et al. 2021 (LoRA), Yeh et al. 2023 (LoCon, LoHa, LoKr; einsums as published), Chavan et al. 2023 (GLoRA),
Qiu et al. 2023 (OFT; R^T applied to blocks of rows, R = (I + Q)(I - Q)^-1), Liu et al. 2022 ((IA)^3), Liu et al. 2024 (DoRA).
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(31)
base, lora, golden = {}, {}, []
LINEAR, CONV = (8, 12), (8, 4, 3, 3)


def normal(*shape, scale=0.5):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def add(module, shape, tensors, change, alpha=None):
    """change: from float64 tensors and W to W' - W, without alpha."""
    w = normal(*shape)
    base[module + ".weight"] = w
    for suffix, value in tensors.items():
        lora[module + "." + suffix] = value
    scale = 1.0
    if alpha is not None:
        value, rank = alpha
        lora[module + ".alpha"] = np.array(value, dtype=np.float32)
        scale = value / rank
    wide = {k: v.astype(np.float64) for k, v in tensors.items()}
    w = w.astype(np.float64)
    delta = change(wide, w, scale).reshape(w.shape[0], -1)
    golden.append((module, np.linalg.norm(delta), np.linalg.norm(delta, 2), np.linalg.norm(w)))


def linear_lora(r=3):
    return {"lora_up.weight": normal(8, r), "lora_down.weight": normal(r, 12)}


add("lora", LINEAR, linear_lora(), lambda t, w, s: s * t["lora_up.weight"] @ t["lora_down.weight"], (1.5, 3))
add("plain", LINEAR, linear_lora(), lambda t, w, s: t["lora_up.weight"] @ t["lora_down.weight"])
add(
    "locon",
    CONV,
    {"lora_up.weight": normal(8, 2, 1, 1), "lora_down.weight": normal(2, 4, 3, 3)},
    lambda t, w, s: s * np.einsum("or,rikl->oikl", t["lora_up.weight"][:, :, 0, 0], t["lora_down.weight"]),
    (4, 2),
)
add(
    "tucker",
    CONV,
    {"lora_up.weight": normal(8, 2, 1, 1), "lora_mid.weight": normal(2, 2, 3, 3), "lora_down.weight": normal(2, 4, 1, 1)},
    lambda t, w, s: s
    * np.einsum(
        "mnkl,im,nj->ijkl", t["lora_mid.weight"], t["lora_up.weight"][:, :, 0, 0], t["lora_down.weight"][:, :, 0, 0]
    ),
    (1, 2),
)
for name, r in (("loha", 2), ("loha_wide", 6)):
    add(
        name,
        LINEAR,
        {
            "hada_w1_a": normal(8, r),
            "hada_w1_b": normal(r, 12),
            "hada_w2_a": normal(8, r),
            "hada_w2_b": normal(r, 12),
        },
        lambda t, w, s: s * (t["hada_w1_a"] @ t["hada_w1_b"]) * (t["hada_w2_a"] @ t["hada_w2_b"]),
        (1, r),
    )


def tucker(t, b, a):
    return np.einsum("ijkl,jr,ip->prkl", t, b, a)


add(
    "loha_tucker",
    CONV,
    {
        "hada_t1": normal(2, 2, 3, 3),
        "hada_w1_a": normal(2, 8),
        "hada_w1_b": normal(2, 4),
        "hada_t2": normal(2, 2, 3, 3),
        "hada_w2_a": normal(2, 8),
        "hada_w2_b": normal(2, 4),
    },
    lambda t, w, s: s
    * tucker(t["hada_t1"], t["hada_w1_b"], t["hada_w1_a"])
    * tucker(t["hada_t2"], t["hada_w2_b"], t["hada_w2_a"]),
    (3, 2),
)
add(
    "lokr_full",
    LINEAR,
    {"lokr_w1": normal(2, 3), "lokr_w2": normal(4, 4)},
    lambda t, w, s: np.kron(t["lokr_w1"], t["lokr_w2"]),
    (7, 7),
)
add(
    "lokr",
    LINEAR,
    {"lokr_w1": normal(2, 3), "lokr_w2_a": normal(4, 2), "lokr_w2_b": normal(2, 4)},
    lambda t, w, s: s * np.kron(t["lokr_w1"], t["lokr_w2_a"] @ t["lokr_w2_b"]),
    (1, 2),
)
add(
    "lokr_both",
    LINEAR,
    {"lokr_w1_a": normal(2, 1), "lokr_w1_b": normal(1, 3), "lokr_w2_a": normal(4, 1), "lokr_w2_b": normal(1, 4)},
    lambda t, w, s: s * np.kron(t["lokr_w1_a"] @ t["lokr_w1_b"], t["lokr_w2_a"] @ t["lokr_w2_b"]),
    (2, 1),
)
add(
    "lokr_conv",
    CONV,
    {"lokr_w1": normal(2, 2), "lokr_w2": normal(4, 2, 3, 3)},
    lambda t, w, s: np.kron(t["lokr_w1"][:, :, None, None], t["lokr_w2"]),
)
add(
    "lokr_tucker",
    CONV,
    {"lokr_w1": normal(2, 2), "lokr_t2": normal(2, 2, 3, 3), "lokr_w2_a": normal(2, 4), "lokr_w2_b": normal(2, 2)},
    lambda t, w, s: s
    * np.kron(t["lokr_w1"][:, :, None, None], tucker(t["lokr_t2"], t["lokr_w2_b"], t["lokr_w2_a"])),
    (1, 2),
)
add(
    "glora",
    LINEAR,
    {"a1.weight": normal(12, 2), "a2.weight": normal(2, 12), "b1.weight": normal(8, 2), "b2.weight": normal(2, 12)},
    lambda t, w, s: s * (t["b1.weight"] @ t["b2.weight"] + w @ t["a1.weight"] @ t["a2.weight"]),
    (1, 2),
)
add(
    "glora_old",
    LINEAR,
    {"a1.weight": normal(2, 12), "a2.weight": normal(12, 2), "b1.weight": normal(2, 12), "b2.weight": normal(8, 2)},
    lambda t, w, s: s * (t["b2.weight"] @ t["b1.weight"] + w @ t["a2.weight"] @ t["a1.weight"]),
    (1, 2),
)


def oft(t, w, bound):
    q = t["oft_blocks"] - t["oft_blocks"].transpose(0, 2, 1)
    norm = np.linalg.norm(q)
    if bound and norm > bound:
        q = q * bound / norm
    eye = np.eye(q.shape[-1])
    r = np.stack([(eye + b) @ np.linalg.inv(eye - b) for b in q])
    blocks = w.reshape(q.shape[0], q.shape[1], -1)
    return np.einsum("knm,kn...->km...", r, blocks).reshape(w.shape) - w


add("oft", LINEAR, {"oft_blocks": normal(2, 4, 4)}, lambda t, w, s: oft(t, w, 0))
add("oft_bound", CONV, {"oft_blocks": normal(4, 2, 2)}, lambda t, w, s: oft(t, w, 0.25), (0.25, 1))
add(
    "ia3_in",
    LINEAR,
    {"weight": normal(1, 12), "on_input": np.array(True)},
    lambda t, w, s: w * t["weight"],
)
add("ia3_out", LINEAR, {"weight": normal(8, 1), "on_input": np.array(False)}, lambda t, w, s: w * t["weight"])
add("ia3_peft", LINEAR, {"ia3_l": 1 + normal(8, 1)}, lambda t, w, s: w * (t["ia3_l"] - 1))


def dora(axis):
    def change(t, w, s):
        v = w + s * t["lora_up.weight"] @ t["lora_down.weight"]
        return t["dora_scale"] * v / np.linalg.norm(v, axis=axis, keepdims=True) - w

    return change


add("dora_out", LINEAR, linear_lora() | {"dora_scale": 1 + normal(8, 1)}, dora(1), (1, 3))
add("dora_in", LINEAR, linear_lora() | {"dora_scale": 1 + normal(1, 12)}, dora(0), (1, 3))
add("diff", CONV, {"diff": normal(*CONV)}, lambda t, w, s: t["diff"])
add("set", LINEAR, {"set_weight": normal(*LINEAR)}, lambda t, w, s: t["set_weight"] - w)

save_file(base, out / "changes_base.safetensors")
save_file(lora, out / "changes.safetensors")
(out / "changes.txt").write_text("".join(f"{m} {n!r} {x!r} {b!r}\n" for m, n, x, b in [(g[0], *map(float, g[1:])) for g in golden]))
