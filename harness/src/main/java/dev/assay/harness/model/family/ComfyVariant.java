package dev.assay.harness.model.family;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How ComfyUI makes pictures with one variant of a family: its official defaults. Those are of ComfyUI's own templates
 * (comfyui-workflow-templates-json 0.1.123; SD 1.5 of its examples); the file names are those they offer for download.
 *
 * @param name {@code flux1-dev}; the user's word for a variant
 * @param family id of the family, which a file's header tells: {@code flux1}
 * @param title for people
 * @param fileHint what a file's name says if it is this variant; empty where the header is enough
 * @param defaults of the official template
 * @param negative the negative prompt when a suite has none
 * @param textEncoders usual file names
 * @param vaes usual file names of the VAE, the best first
 * @param size of the family's sizes the one that it is of; empty where all are rendered alike
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
        GraphNodes nodes,
        Optional<Size> size) {
    /** The detail of a model that predicts v, whatever its size. */
    public static final String V_PREDICTION = "v-prediction";

    /**
     * One of a family's sizes, or what else of a model's weights has a graph of its own.
     *
     * @param detail as a model's layers tell it, {@link FamilyMatch#detail}
     * @param inName what a file's name says of it, where its layers are out of reach
     */
    public record Size(String detail, Pattern inName) {}

    /**
     * Settings of the official template.
     *
     * @param side of the square picture, in pixels
     * @param cfg classifier-free guidance
     * @param guidance that a distilled model takes as an input; null for none
     * @param shift what the node of {@link Shift} sets; null leaves the model's own
     */
    public record Defaults(
            int side,
            int steps,
            double cfg,
            String sampler,
            String scheduler,
            @Nullable Double guidance,
            @Nullable Double shift) {}

    public ComfyVariant {
        vaes = List.copyOf(vaes);
    }

    /** Of a family of which all sizes are rendered alike. */
    ComfyVariant(
            String name,
            String family,
            String title,
            Optional<Pattern> fileHint,
            Defaults defaults,
            String negative,
            TextEncoderFiles textEncoders,
            List<String> vaes,
            GraphNodes nodes) {
        this(name, family, title, fileHint, defaults, negative, textEncoders, vaes, nodes, Optional.empty());
    }

    /** The one variant of a family, of the family's name. */
    static ComfyVariant only(
            String family,
            String title,
            Defaults defaults,
            String negative,
            TextEncoderFiles textEncoders,
            List<String> vaes,
            GraphNodes nodes) {
        return new ComfyVariant(family, family, title, Optional.empty(), defaults, negative, textEncoders, vaes, nodes);
    }

    /** The same without a node that this file does not need. */
    public ComfyVariant without(GraphNodes.Trait trait) {
        return new ComfyVariant(
                name, family, title, fileHint, defaults, negative, textEncoders, vaes, nodes.without(trait), size);
    }

    public boolean has(GraphNodes.Trait trait) {
        return nodes.traits().contains(trait);
    }
}
