package dev.assay.harness.model.family;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How ComfyUI makes pictures with one variant of a family: its official defaults. Those are of ComfyUI's own templates
 * (comfyui-workflow-templates-json 0.1.123; SD 1.5 of its examples); the file names are those they offer for download.
 *
 * @param name {@code flux1-dev}; the user's word for a variant
 * @param family id of the family, which a file's header tells: {@code flux1}
 * @param title for people
 * @param fileHint what a file's name says if it is this variant; empty where the header is enough
 * @param defaults of the official templates
 * @param negative the negative prompt when a suite has none
 * @param textEncoders usual file names
 * @param vaes usual file names of the VAE, the best first
 * @param shift how the noise levels are shifted
 */
public record ComfyVariant(
        String name,
        String family,
        String title,
        Optional<Pattern> fileHint,
        Defaults defaults,
        String negative,
        TextEncoderFiles textEncoders,
        List<String> vaes,
        Latent latent,
        Shift shift,
        Set<Trait> traits) {
    /**
     * Settings of the official template.
     *
     * @param side of the square picture, in pixels
     * @param cfg classifier-free guidance
     * @param guidance that a distilled model takes as an input; null for none
     * @param shift what the node of {@link Shift} sets; null leaves the model's own
     */
    public record Defaults(
            int side, int steps, double cfg, String sampler, String scheduler, Double guidance, Double shift) {}

    /**
     * Files of a variant's text encoders.
     *
     * @param files for each encoder its usual names, the best first
     * @param types the loader's kind of text encoder by number of encoders; a number that is absent does not work
     */
    public record TextEncoderFiles(List<List<String>> files, Map<Integer, String> types) {
        /** For loaders that tell the encoders by their content. */
        public static final String NO_TYPE = "";

        static final List<String> CLIP_L = List.of("clip_l.safetensors");
        static final List<String> CLIP_G = List.of("clip_g.safetensors");
        static final List<String> T5_LARGE = List.of(
                "t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp8_e4m3fn.safetensors");
        static final List<String> T5_SMALL = List.of(
                "t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn.safetensors");

        public TextEncoderFiles {
            files = List.copyOf(files);
            types = Map.copyOf(types);
        }
    }

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

    /** What sets a variant's graph apart from the plain one. */
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

    public ComfyVariant {
        vaes = List.copyOf(vaes);
        traits = Set.copyOf(traits);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
