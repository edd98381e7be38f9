"""The tiny CLIP of golden_encoders.py as two ONNX networks, so that both ways to run one model can be compared.

torch==2.13.0 transformers==5.24.0 onnx==1.23.2

python golden_clip_onnx.py harness/src/test/resources/golden/networks
"""

import sys
from pathlib import Path

import torch
from transformers import CLIPModel, CLIPTokenizer

networks = Path(sys.argv[1])
model = CLIPModel.from_pretrained(networks / "clip_quick", dtype=torch.float32, attn_implementation="eager").eval()
words = CLIPTokenizer.from_pretrained(networks / "sd" / "tokenizer")
model.text_model.eos_token_id = words.eos_token_id  # of the small vocabulary; the test writes it to config.json, too


class Visual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tower, self.projection = model.vision_model, model.visual_projection

    def forward(self, pixel_values):
        return self.projection(self.tower(pixel_values).pooler_output)


class Textual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tower, self.projection = model.text_model, model.text_projection

    def forward(self, input_ids):
        return self.projection(self.tower(input_ids).pooler_output)


def export(module, example, file, source, target):
    torch.onnx.export(module.eval(), (example,), networks / "clip_onnx" / file, input_names=[source], output_names=[target],
                      dynamic_axes={source: {0: "n"}, target: {0: "n"}}, opset_version=17, dynamo=False)


(networks / "clip_onnx").mkdir(exist_ok=True)
words.backend_tokenizer.save(str(networks / "clip_onnx" / "tokenizer.json"), pretty=False)
print("end", words.eos_token_id, words("a red circle").input_ids)
export(Visual(), torch.randn(1, 3, 32, 32), "visual.onnx", "pixel_values", "image_embeds")
export(Textual(), torch.tensor([[523, 5, 17, 524] + [0] * 12]), "textual.onnx", "input_ids", "text_embeds")
