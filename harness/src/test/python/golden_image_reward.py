"""Golden files of ImageReward: a tiny random model under the names of ImageReward.pt, its rewards by the BLIP modules of transformers,
and tokens of a small vocabulary by transformers' BertTokenizer.

torch==2.13.0 torchvision==0.28.0 transformers==5.24.0 pillow==13.0.0

python golden_image_reward.py harness/src/test/resources/golden/image_reward

The layers of ImageReward (zai-org/ImageReward, c1392c6) are: BLIP's vision transformer, its text encoder with cross-attention, five fully
connected layers on the first token. Weights are stored in half precision to be small, as few distinct values to be smaller in git; both
sides compute in float32 from what is stored.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Normalize, Resize, ToTensor
from transformers import BertTokenizer, BlipVisionConfig, BlipVisionModel
from transformers.models.blip.configuration_blip import BlipTextConfig
from transformers.models.blip.modeling_blip_text import BlipTextModel

SOURCE = "torch 2.13.0, transformers 5.24.0: golden_image_reward.py"
MEAN, STD = 0.16717362830052426, 1.0333394966054072
WIDTH, PATCH, SIZE, LAYERS, MLP = 128, 4, 16, 2, 24  # two heads of 64, as BLIP's are
MED = {"architectures": ["BertModel"], "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
       "hidden_size": 32, "initializer_range": 0.02, "intermediate_size": 40, "layer_norm_eps": 1e-12, "max_position_embeddings": 48,
       "model_type": "bert", "num_attention_heads": 4, "num_hidden_layers": 2, "pad_token_id": 0, "type_vocab_size": 2,
       "encoder_width": 64, "add_cross_attention": True}  # the width is wrong in the real file, too
WORDS = """[PAD] [UNK] [CLS] [SEP] [MASK] ! ' ( ) , - . : a an astronaut cat cats fox ##es ##s in of on red blue the two three rid ##ing
horse painting photo highly detail ##ed 4 ##k k cafe un ##believ ##able 猫 sun ##set ö ##e e ##x x""".split()
TEXTS = ["", "a red fox", "A Red   FOX, painting of two cats!", "unbelievable café at sunset", "photo (highly detailed:4k)",
         "a猫in\tthe\ncafe", "[SEP] a [ENC] fox [DEC]", "naïve fox's astronaut-riding horse", "a " * 40 + "fox", "a " * 33, "a " * 34,
         "x" * 101, "fox\u200b\u0000 \ufffd fox", "ﬁ Ⅷ ＡＢ"]

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
torch.set_num_threads(1)


def grains(*shape, scale):
    """Normal numbers on a grid of fifteen values, exact in half precision."""
    return (torch.randn(*shape) * 3).round().clamp(-7, 7) * scale


def randomise(model):
    for name, p in model.named_parameters():
        with torch.no_grad():
            norm = "norm" in name.lower()
            if norm and name.endswith("weight"):
                p.copy_(1 + grains(*p.shape, scale=2**-5))
            elif name.endswith("bias"):
                p.copy_(grains(*p.shape, scale=2**-5))
            else:
                p.copy_(grains(*p.shape, scale=2**-4 if p.dim() > 1 and p.shape[-1] < 64 else 2**-5))
    return model.eval()


def original_names(vision, text, mlp):
    names = {"embeddings.class_embedding": "cls_token", "embeddings.position_embedding": "pos_embed",
             "embeddings.patch_embedding": "patch_embed.proj", "post_layernorm": "norm", "encoder.layers": "blocks",
             "self_attn.qkv": "attn.qkv", "self_attn.projection": "attn.proj", "layer_norm": "norm"}
    state = {}
    for key, value in vision.state_dict().items():
        for a, b in names.items():
            key = key.replace(a, b)
        state["blip.visual_encoder." + key] = value
    for key, value in text.state_dict().items():
        state["blip.text_encoder." + key] = value
    state["blip.text_encoder.embeddings.position_ids"] = torch.arange(MED["max_position_embeddings"]).expand((1, -1))
    for part, width in (("vision_proj", WIDTH), ("text_proj", MED["hidden_size"])):  # in the file, and not used
        state[f"blip.{part}.weight"] = torch.zeros(8, width)
        state[f"blip.{part}.bias"] = torch.zeros(8)
    for key, value in mlp.state_dict().items():
        state["mlp.layers." + key] = value
    return {k: v.half() if v.is_floating_point() else v for k, v in state.items()}


def picture(width, height, state):
    """The linear congruential generator of the tests."""
    rgb = bytearray()
    for _ in range(width * height * 3):
        state = (1103515245 * state + 12345) % 2**31
        rgb.append(state >> 16 & 255)
    return Image.fromarray(np.frombuffer(bytes(rgb), np.uint8).reshape(height, width, 3))


preprocess = Compose([Resize(SIZE, interpolation=InterpolationMode.BICUBIC), CenterCrop(SIZE), ToTensor(),
                      Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))])

(out / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
tokenizer = BertTokenizer(str(out / "vocab.txt"), do_lower_case=True)
tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
tokenizer.add_special_tokens({"bos_token": "[DEC]"})
tokenizer.add_special_tokens({"additional_special_tokens": ["[ENC]"]})
MED["vocab_size"] = len(tokenizer)
(out / "med_config.json").write_text(json.dumps(MED, indent=1))

vision = randomise(BlipVisionModel(BlipVisionConfig(
    hidden_size=WIDTH, intermediate_size=MLP, num_hidden_layers=LAYERS, num_attention_heads=WIDTH // 64, image_size=SIZE, patch_size=PATCH,
    hidden_act="gelu", layer_norm_eps=1e-6)))
text = randomise(BlipTextModel(BlipTextConfig(
    vocab_size=len(tokenizer), hidden_size=MED["hidden_size"], encoder_hidden_size=WIDTH, intermediate_size=MED["intermediate_size"],
    num_hidden_layers=MED["num_hidden_layers"], num_attention_heads=MED["num_attention_heads"],
    max_position_embeddings=MED["max_position_embeddings"], hidden_act="gelu", layer_norm_eps=1e-12, is_decoder=True),
    add_pooling_layer=False))
mlp = randomise(torch.nn.Sequential(  # of which the last is scaled so that rewards spread
    torch.nn.Linear(MED["hidden_size"], 24), torch.nn.Dropout(0.2), torch.nn.Linear(24, 12), torch.nn.Dropout(0.2), torch.nn.Linear(12, 8),
    torch.nn.Dropout(0.1), torch.nn.Linear(8, 4), torch.nn.Linear(4, 1)))
with torch.no_grad():
    mlp[-1].weight.mul_(8)
torch.save(original_names(vision, text, mlp), out / "ImageReward.pt")

tokens = [{"text": t, "ids": tokenizer(t, truncation=True, max_length=35).input_ids} for t in TEXTS]
rewards = []
with torch.no_grad():
    for (width, height, state), prompt in [
            ((40, 33, 7), "a red fox"), ((33, 40, 8), "a red fox"), ((16, 16, 9), "a red fox"), ((40, 33, 7), "two cats in the sunset"),
            ((40, 33, 7), "a " * 40 + "fox"), ((51, 24, 10), "")]:
        pixels = preprocess(picture(width, height, state))[None]
        seen = vision(pixels).last_hidden_state
        words = tokenizer(prompt, padding="max_length", truncation=True, max_length=35, return_tensors="pt")
        first = text(input_ids=words.input_ids, attention_mask=words.attention_mask, encoder_hidden_states=seen,
                     encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long), is_decoder=False).last_hidden_state[:, 0]
        rewards.append({"width": width, "height": height, "state": state, "prompt": prompt, "reward": ((mlp(first) - MEAN) / STD).item()})
json.dump({"source": SOURCE, "tokens": tokens, "rewards": rewards}, open(out / "golden.json", "w"), indent=1, ensure_ascii=False)
print([r["reward"] for r in rewards], len(WORDS), (out / "ImageReward.pt").stat().st_size)
