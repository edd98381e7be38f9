package dev.assay.harness.score.trespass;

import dev.assay.harness.nn.clip.TorchClip;

/** Scores must not hear of networks. */
record FromScore(TorchClip network) {}
