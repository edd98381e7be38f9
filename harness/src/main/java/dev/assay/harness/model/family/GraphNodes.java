package dev.assay.harness.model.family;

import java.util.Set;

/** The nodes that set a family's graph in ComfyUI apart from the plain one. */
public record GraphNodes(Latent latent, Shift shift, Set<Trait> traits) {
    /** The node that makes the empty latent. */
    public enum Latent {
        CHANNELS_4("EmptyLatentImage", 8),
        CHANNELS_16("EmptySD3LatentImage", 16),
        FLUX2("EmptyFlux2LatentImage", 16);

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
        FLUX("ModelSamplingFlux"),
        /** The schedule works it out from the picture's size: no node sets it. */
        BY_SIZE("");

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
        /** Sampled by {@code SamplerCustomAdvanced}. */
        ADVANCED,
        /** The sampler of {@link #ADVANCED} has no negative without guidance. */
        BASIC_GUIDER,
        /** The prompt is not padded: {@code T5TokenizerOptions}. */
        T5_OPTIONS
    }

    /** A schedule of noise levels that is a node of its own and no name that {@code BasicScheduler} knows; for {@link Trait#ADVANCED}. */
    public enum Schedule {
        /** {@code Flux2Scheduler}, by steps and the picture's size. */
        FLUX2("flux2");

        private final String word;

        Schedule(String word) {
            this.word = word;
        }

        /** What stands where a scheduler's name does. */
        public String word() {
            return word;
        }
    }

    public GraphNodes {
        traits = Set.copyOf(traits);
    }

    static GraphNodes of(Latent latent, Shift shift, Trait... traits) {
        return new GraphNodes(latent, shift, Set.of(traits));
    }
}
