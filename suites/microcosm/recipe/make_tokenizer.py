"""Writes a CLIP-style BPE tokenizer in which every word of the microcosm is one token.

    python make_tokenizer.py [FOLDER]       (default: ../base/tokenizer)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from transformers import CLIPTokenizer

from scenes import BACKGROUNDS, COLOURS, SHAPES

CONTEXT = 24
OTHER_WORDS = ("a an the in on of to next person shirt standing waving arms up background two three "
               "left right above below").split()


def words() -> list[str]:
    """Every word of the world, long ones first."""
    every = {*OTHER_WORDS, *COLOURS, *BACKGROUNDS, *SHAPES, *(s + "s" for s in SHAPES)}
    return sorted(every, key=lambda w: (-len(w), w))


def byte_alphabet() -> list[str]:
    """The 256 printable stand-ins for bytes that byte-level BPE uses, in its order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]


def vocabulary(world: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The tokens, and the merges that build each word from its letters, left to right."""
    alphabet = byte_alphabet()
    tokens = alphabet + [c + "</w>" for c in alphabet]
    merges: list[tuple[str, str]] = []
    for word in world:
        head, *rest = [*word[:-1], word[-1] + "</w>"]
        for part in rest:
            if (head, part) not in merges:
                merges.append((head, part))
            head += part
            if head not in tokens:
                tokens.append(head)
    return tokens + ["<|startoftext|>", "<|endoftext|>"], merges


def main(folder: Path) -> None:
    world = words()
    tokens, merges = vocabulary(world)
    folder.mkdir(parents=True, exist_ok=True)
    vocab_file, merges_file = folder / "vocab.json", folder / "merges.txt"
    vocab_file.write_text(json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False), encoding="utf-8")
    merges_file.write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n", encoding="utf-8")
    tokenizer = CLIPTokenizer(str(vocab_file), str(merges_file), model_max_length=CONTEXT)
    split = [w for w in world if len(tokenizer(w)["input_ids"]) != 3]
    if split:
        raise SystemExit(f"words of more than one token: {split}")
    tokenizer("", padding="max_length", max_length=CONTEXT)  # leaves the padding to 24 in tokenizer.json
    tokenizer.save_pretrained(folder)
    print(f"{len(tokens)} tokens in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "base" / "tokenizer"))
