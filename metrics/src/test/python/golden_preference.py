"""Golden scores of given vectors, as the authors' own snippets compute them with torch.

python golden_preference.py > ../resources/golden/preference.json
"""

import json

import torch

torch.manual_seed(5)
image, text = torch.randn(2, 24)
logit_scale, logit_bias = torch.tensor(4.6052), torch.tensor(-12.9)
images = torch.randn(5, 24) + 1


def unit(x):
    return x / torch.norm(x, dim=-1, keepdim=True)


# model card of PickScore
pick = logit_scale.exp() * (unit(text)[None] @ unit(image)[None].T)[0]
# hpsv2/img_score.py: features that open_clip has normalised
hps = torch.diagonal(unit(image)[None] @ unit(text)[None].T)
# transformers' SiglipModel.forward
siglip = torch.matmul(unit(text)[None], unit(image)[None].t()) * logit_scale.exp() + logit_bias
distance = 1 - torch.nn.functional.cosine_similarity(images[:, None], images[None], dim=-1)
pairs = distance[torch.triu_indices(5, 5, 1).unbind()]
print(json.dumps(dict(
    source=f"golden_preference.py: torch {torch.__version__.split('+')[0]}",
    image=image.tolist(), text=text.tolist(), logitScale=float(logit_scale.exp()), logitBias=float(logit_bias),
    pick=float(pick), hps=float(hps), siglip=float(siglip), images=images.tolist(), diversity=float(pairs.mean()))))
