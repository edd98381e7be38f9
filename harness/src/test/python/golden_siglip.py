"""Golden files of SigLIP with its text half: tiny random models, tokenizers trained on a few sentences, what transformers makes of them.

torch==2.13.0 transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 safetensors

python golden_siglip.py harness/src/test/resources/golden

Weights are stored in half precision, and both sides compute in float32 from what is stored.
"""

import io
import json
import sys
import tempfile
from pathlib import Path

import sentencepiece as spm
import torch
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import Siglip2Tokenizer, SiglipConfig, SiglipModel, SiglipTokenizer

SOURCE = "torch 2.13.0, transformers 5.24.0, sentencepiece 0.2.3: golden_siglip.py"
out = Path(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(1)

SENTENCES = [f"{a} {c} {s} {r} {d} {t}" for a in ("a", "one", "the") for c in ("red", "blue", "green", "old")
             for s in ("circle", "square", "star", "cat", "dog") for r in ("above", "below", "beside", "under")
             for d in ("a", "the") for t in ("table", "house", "tree", "photo of a face", "figure's hand", "café")]
PROMPTS = ["A red CIRCLE above the blue square.", "photo: of a cat,  beside a dog!!", "naïve café – 3 œufs_und mehr ",
           "", "the star " * 30, "it's (not) a [figure]", "line\nbreak\tand\u00a0space"]
LENGTH = 16


def spiece(folder):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES), model_writer=model, vocab_size=120, model_type="unigram", pad_id=-1, bos_id=-1,
        eos_id=1, unk_id=2, control_symbols=[], character_coverage=1.0,
        normalization_rule_name="identity", hard_vocab_limit=False, minloglevel=2)
    file = Path(tempfile.mkdtemp()) / "spiece.model"
    file.write_bytes(model.getvalue())
    m = proto.ModelProto()
    m.ParseFromString(model.getvalue())
    unk = next(i for i, p in enumerate(m.pieces) if p.type == 2)
    t = Tokenizer(models.Unigram([(p.piece, p.score) for p in m.pieces], unk_id=unk, byte_fallback=False))
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    t.add_special_tokens(["</s>"])
    t.save(str(folder / "tokenizer.json"), pretty=False)
    slow = SiglipTokenizer(str(file), unk_token="<unk>")
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "SiglipTokenizer", "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"}) + "\n")
    return slow


def gemma(folder):
    t = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    t.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=500, special_tokens=special + [f"<0x{b:02X}>" for b in range(256)]))
    state = json.loads(t.to_str())["model"]
    made = Siglip2Tokenizer(vocab=state["vocab"], merges=[tuple(m) for m in state["merges"]])
    t.add_special_tokens(special)
    t.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "GemmaTokenizer", "eos_token": "<eos>", "pad_token": "<pad>", "padding_side": "right"}) + "\n")
    made.padding_side = "right"  # as the published folders say
    return made


def ids(tokenizer, text, end, pad):
    """The end token is added here: the published folders ask for it (add_eos_token), the bare class does not."""
    found = tokenizer(text, add_special_tokens=False).input_ids[:LENGTH - 1] + [end]
    return found + [pad] * (LENGTH - len(found))


@torch.no_grad()
def write(name, make, vocabulary, resample):
    folder = out / "networks" / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make(folder)
    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    part = {"hidden_size": 32, "intermediate_size": 72, "num_hidden_layers": 2, "num_attention_heads": 4}
    model = SiglipModel(SiglipConfig(text_config={**part, "vocab_size": vocabulary, "max_position_embeddings": LENGTH},
                                     vision_config={**part, "image_size": 32, "patch_size": 8}))
    for n, p in model.named_parameters():
        if "norm" in n and n.endswith("weight"):
            p.copy_(1 + 0.1 * torch.randn_like(p))
        elif n == "logit_scale":
            p.fill_(4.7)
        elif n == "logit_bias":
            p.fill_(-12.5)
        else:
            p.copy_(0.3 * torch.randn_like(p))
        p.copy_(p.half().float())
    model.eval()
    model.config.to_json_file(folder / "config.json")
    save_file({k: v.half().contiguous() for k, v in model.state_dict().items() if "position_ids" not in k},
              folder / "model.safetensors", {"source": SOURCE})
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"image_processor_type": "SiglipImageProcessor", "do_resize": True, "do_rescale": True, "do_normalize": True,
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": resample, "size": {"height": 32, "width": 32}}) + "\n")
    x = torch.randn(1, 3, 32, 32)
    tokens = torch.tensor([ids(tokenizer, p, end, pad) for p in PROMPTS])
    result = model(input_ids=tokens, pixel_values=x)
    save_file({"pixels": x, "image": result.image_embeds, "text": result.text_embeds,
               "logits": result.logits_per_text[:, 0].contiguous()}, out / "networks" / f"{name}_golden.safetensors", {"source": SOURCE})
    (out / f"{name}_tokens.json").write_text(json.dumps(
        {"source": SOURCE, "prompts": [{"text": p, "ids": t.tolist()} for p, t in zip(PROMPTS, tokens)]}) + "\n")
    print(name, [tokenizer.convert_ids_to_tokens([i for i in t.tolist() if i != pad]) for t in tokens])


write("siglip_text", spiece, 128, 3)
write("siglip2_text", gemma, 512, 2)
