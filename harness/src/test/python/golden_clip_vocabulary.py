"""Golden token ids of OpenAI's CLIP tokenizer, by open_clip's SimpleTokenizer.

open_clip_torch 3.3.0, ftfy 6.3.1. Usage: python golden_clip_vocabulary.py > ../resources/golden/clip-vocabulary.json
"""
import json

import torch  # noqa: F401  open_clip needs it
from open_clip.tokenizer import SimpleTokenizer

TEXTS = ["", "a photo of a cat", "Portrait of a woman, 35mm film -- f/1.8", "it's the cat's 1999 toys!!",
         "  many   spaces\tand\nlines ", "café naïve ÜBER straße", "東京タワー at night", "emoji 😀🚀 and symbols €§",
         "supercalifragilisticexpialidocious " * 12]
tokenizer = SimpleTokenizer(context_length=77)
print(json.dumps({"source": "open_clip 3.3.0 SimpleTokenizer, pads with 0 where Stable Diffusion pads with 49407",
                  "cases": [{"text": t, "ids": tokenizer(t)[0].tolist()} for t in TEXTS]}, separators=(",", ":")))
