package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.suite.GenerationSettings;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How ComfyUI makes pictures with one family of models: its official defaults, as data.
 *
 * @param name {@code flux1-dev}; the user's word for a variant
 * @param family the family that a file's header tells: {@code flux1}
 * @param title for people
 * @param fileHint what a file's name says if it is this variant; null where the header is enough
 * @param defaults of the official templates; a shift is what {@code shiftNode} sets, null leaves the model's own
 * @param negative the negative prompt when a suite has none
 * @param vaes usual file names of the VAE, the best first
 * @param latentNode makes the empty latent
 * @param shift how the noise levels are shifted
 */
public record FamilyGraph(
        String name,
        String family,
        String title,
        Pattern fileHint,
        GenerationSettings defaults,
        String negative,
        TextEncoders textEncoders,
        List<String> vaes,
        String latentNode,
        Shift shift,
        Set<Trait> traits) {
    /** What sets a family's graph apart from the plain one. */
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

    public FamilyGraph {
        vaes = List.copyOf(vaes);
        traits = Set.copyOf(traits);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** @throws GraphException naming a setting that this family does not have */
    public void requireFits(GenerationSettings settings) {
        if (settings.shift() != null && shift == Shift.NONE) {
            throw no("shift", settings.shift(), "is no flow model");
        }
        if (settings.distilledGuidance() != null && !has(Trait.DISTILLED_GUIDANCE)) {
            throw no("distilledGuidance", settings.distilledGuidance(), "takes no guidance as an input");
        }
        if (settings.clipSkip() > 0 && !has(Trait.CLIP_SKIP)) {
            throw no("clipSkip", settings.clipSkip(), "has text encoders whose layers are not left out");
        }
    }

    private GraphException no(String field, Object found, String why) {
        return new GraphException(
                Keys.suite(field) + " (" + found + "): " + title + " " + why + "; leave the setting out");
    }
}
