package dev.assay.harness.model.family;

import java.util.Set;

/** The nodes that set a family's graph in ComfyUI apart from the plain one. */
public record GraphNodes(Latent latent, Shift shift, Set<Trait> traits) {
    /** The node that makes the empty latent. */
    public enum Latent {
        CHANNELS_4("EmptyLatentImage", 8),
        CHANNELS_16("EmptySD3LatentImage", 16);

        private final String node;
        private final int pixels;

        Latent(String node, int pixels) {
            this.node = node;
            this.pixels = pixels;
        }

        public String node() {
            return node;
        }

        /** Sides of a picture are multiples of this. */
        public int pixels() {
            return pixels;
        }
    }

    /** The node that sets the shift of a flow model. */
    public enum Shift {
        /** No flow model. */
        NONE(""),
        SD3("ModelSamplingSD3"),
        AURA("ModelSamplingAuraFlow"),
        /** The shift is mu, the exponent; the same at every size. The model's own is 1.15. */
        FLUX("ModelSamplingFlux");

        private final String node;

        Shift(String node) {
            this.node = node;
        }

        public String node() {
            return node;
        }
    }

    /** What else is not plain. */
    public enum Trait {
        /** Without guidance the negative is the positive's zeros rather than a text. */
        ZERO_NEGATIVE,
        /** LoRAs often train the text encoders: they go through {@code LoraLoader}. */
        LORA_ON_TEXT,
        /** A text encoder's last layers can be left out. */
        CLIP_SKIP,
        /** The model takes guidance as an input. */
        DISTILLED_GUIDANCE,
        /** Sampled by {@code SamplerCustomAdvanced} with {@code T5TokenizerOptions}. */
        ADVANCED
    }

    public GraphNodes {
        traits = Set.copyOf(traits);
    }

    static GraphNodes of(Latent latent, Shift shift, Trait... traits) {
        return new GraphNodes(latent, shift, Set.of(traits));
    }
}
