"""Tiny random CLIP and detector in ONNX, and what onnxruntime, transformers and Pillow make of them.

Run: python golden_onnx.py ../resources/onnx
Made with onnx 1.x, onnxruntime 1.x, transformers 5.23.0, tokenizers, Pillow: versions in the "source" of golden.json.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import PIL
import transformers
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPImageProcessorPil as CLIPImageProcessor  # Pillow, also where torchvision is there

S, D, L = 16, 6, 8  # edge of the input, projection, tokens
rng = np.random.default_rng(11)


def weights(name, *shape, scale=1.0):
    return numpy_helper.from_array((rng.normal(0, scale, shape)).astype(np.float32), name)


def save(path, nodes, inputs, outputs, initial, metadata=None):
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if metadata:
        helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def visual(path):
    save(path, [
        helper.make_node("Conv", ["pixel_values", "w"], ["c"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Tanh", ["c"], ["t"]),
        helper.make_node("Flatten", ["t"], ["f"]),
        helper.make_node("MatMul", ["f", "p"], ["image_embeds"]),
        helper.make_node("ReduceMax", ["f"], ["last_hidden_state"], axes=[1]),
    ], [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, S, S])],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", 1]),  # exporters write more than is asked for
         helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["n", D])],
        [weights("w", 4, 3, 4, 4, scale=.2), weights("p", 4 * 16, D)])


def textual(path, vocabulary):
    save(path, [
        helper.make_node("Gather", ["e", "input_ids"], ["g"]),
        helper.make_node("Add", ["g", "place"], ["a"]),
        helper.make_node("Tanh", ["a"], ["t"]),
        helper.make_node("Flatten", ["t"], ["f"]),
        helper.make_node("MatMul", ["f", "p"], ["text_embeds"]),
    ], [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", L])],
        [helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["n", D])],
        [weights("e", vocabulary, 4), weights("place", L, 4), weights("p", L * 4, D)])


def tokenizer(folder):
    """CLIP's grammar with three merges."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocab = {t: i for i, t in enumerate(letters + [c + "</w>" for c in letters]
                                        + ["re", "red</w>", "bo", "<|startoftext|>", "<|endoftext|>"])}
    t = Tokenizer(models.BPE(vocab, [("r", "e"), ("re", "d</w>"), ("b", "o")], unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    t.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    end, start = vocab["<|endoftext|>"], vocab["<|startoftext|>"]
    t.post_processor = processors.RobertaProcessing(("<|endoftext|>", end), ("<|startoftext|>", start), add_prefix_space=False, trim_offsets=False)
    t.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": L, "pad_token": "<|endoftext|>"}) + "\n")
    t.enable_truncation(L)
    t.enable_padding(length=L, pad_id=end, pad_token="<|endoftext|>")
    return t, len(vocab)


def detector(path):
    """Sixteen boxes: a 4 x 4 grid of centres moved a little, sizes 1 to 9, two classes."""
    grid = np.stack(np.meshgrid(np.arange(4) * 4 + 2, np.arange(4) * 4 + 2)).reshape(2, 16)
    base = np.concatenate([grid, np.full((2, 16), 5), np.zeros((2, 16))]).astype(np.float32)[None]
    scale = np.array([1, 1, 4, 4, 0, 0], np.float32).reshape(1, 6, 1)
    score = np.array([0, 0, 0, 0, 1, 1], np.float32).reshape(1, 6, 1)
    names = {"base": base, "scale": scale, "score": score, "shape": np.array([0, 6, 16], np.int64)}
    save(path, [
        helper.make_node("Conv", ["images", "w"], ["c"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Reshape", ["c", "shape"], ["r"]),
        helper.make_node("Tanh", ["r"], ["t"]),
        helper.make_node("Mul", ["t", "scale"], ["ts"]),
        helper.make_node("Sigmoid", ["r"], ["s"]),
        helper.make_node("Mul", ["s", "score"], ["ss"]),
        helper.make_node("Add", ["ts", "base"], ["b"]),
        helper.make_node("Add", ["b", "ss"], ["output0"]),
    ], [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, S, S])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["n", 6, 16])],
        [weights("w", 6, 3, 4, 4, scale=.8)] + [numpy_helper.from_array(v, k) for k, v in names.items()],
        {"names": str({0: "hand", 1: "foot"}), "imgsz": str([S, S]), "thresholds": json.dumps({"hand": .6})})


def run(path, name, feed):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run([name], feed)[0]


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    tokens, vocabulary = tokenizer(out)
    visual(out / "visual.onnx")
    textual(out / "textual.onnx", vocabulary)
    detector(out / "detector.onnx")
    processor = CLIPImageProcessor(size={"shortest_edge": S}, crop_size={"height": S, "width": S})
    processor.save_pretrained(out)

    pictures = []
    for width, height in ((16, 16), (37, 23), (11, 24)):
        # noise between broad fields: overshoot, clamping and antialiasing all matter
        rough = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        rough[height // 3:, width // 2:] = (250, 3, 128)
        image = Image.fromarray(rough)
        pixels = np.asarray(processor(image, return_tensors="np")["pixel_values"], np.float32)
        row = dict(width=width, height=height, rgb=base64.b64encode(rough.tobytes()).decode(),
                   pixels=[float(x) for x in pixels.ravel()[::37]],
                   embedding=run(out / "visual.onnx", "image_embeds", {"pixel_values": pixels})[0].tolist())
        if (width, height) == (S, S):
            x = (rough.astype(np.float32) / 255).transpose(2, 0, 1)[None]
            row["output0"] = run(out / "detector.onnx", "output0", {"images": x})[0].tolist()
        pictures.append(row)
    texts = []
    for text in ("a red box", "Red  RED bored", "", "red red red red red red red red red red", "boxes, red!"):
        ids = tokens.encode(text).ids
        texts.append(dict(text=text, ids=ids, embedding=run(out / "textual.onnx", "text_embeds", {"input_ids": np.array([ids], np.int64)})[0].tolist()))
    (out / "golden.json").write_text(json.dumps(dict(
        source=f"golden_onnx.py: onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, transformers "
               f"{transformers.__version__} (CLIPImageProcessor), Pillow {PIL.__version__}",
        pictures=pictures, texts=texts)) + "\n")


if __name__ == "__main__":
    main()
