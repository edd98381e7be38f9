package dev.assay.harness.model.family;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The nodes that set a family's graph in ComfyUI apart from the plain one. */
public record GraphNodes(Latent latent, Shift shift, Set<Trait> traits) {
    /** The node that makes the empty latent. */
    public enum Latent {
        CHANNELS_4("EmptyLatentImage", 8),
        CHANNELS_16("EmptySD3LatentImage", 16),
        FLUX2("EmptyFlux2LatentImage", 16),
        /** Of which ComfyUI makes as many channels as the model has. */
        ADAPTED("EmptyLatentImage", 8),
        /** As {@link #ADAPTED}, of a model whose template offers sides by 16. */
        ADAPTED_16("EmptyLatentImage", 16);

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
        /** The model predicts v, to zero terminal SNR, and its file does not say so: {@code ModelSamplingDiscrete}. */
        V_PREDICTION,
        /** One node encodes prompt and negative: {@code TextEncodeQwenImage21}. */
        ONE_ENCODER,
        /** The prompt is not padded: {@code T5TokenizerOptions}. */
        T5_OPTIONS
    }

    /** A schedule of noise levels that is a node of its own and no name that {@code BasicScheduler} knows; for {@link Trait#ADVANCED}. */
    public enum Schedule {
        /** {@code Flux2Scheduler}, by steps and the picture's size. */
        FLUX2("flux2", ""),
        /** {@code ManualSigmas}: the eight steps that the model was distilled for. */
        QWEN_IMAGE_2_1_TURBO(
                "qwen_image_2_1_turbo", "1.0, 0.978453, 0.95418, 0.926626, 0.89508, 0.845148, 0.704534, 0.414568, 0");

        private final String word;
        private final String sigmas;

        Schedule(String word, String sigmas) {
            this.word = word;
            this.sigmas = sigmas;
        }

        /** The one that a scheduler's name stands for. */
        public static Optional<Schedule> of(String scheduler) {
            return Arrays.stream(values()).filter(s -> s.word.equals(scheduler)).findFirst();
        }

        /** The noise levels, as the node takes them; empty where they are worked out. */
        public String sigmas() {
            return sigmas;
        }

        /** As many as there are noise levels for; 0 where any number will do. */
        public int steps() {
            return sigmas.isEmpty() ? 0 : sigmas.split(",", -1).length - 1;
        }

        /** What stands where a scheduler's name does. */
        public String word() {
            return word;
        }
    }

    public GraphNodes {
        traits = Set.copyOf(traits);
    }

    GraphNodes without(Trait trait) {
        return new GraphNodes(
                latent, shift, traits.stream().filter(t -> t != trait).collect(Collectors.toSet()));
    }

    static GraphNodes of(Latent latent, Shift shift, Trait... traits) {
        return new GraphNodes(latent, shift, Set.of(traits));
    }
}
