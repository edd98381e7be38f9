package dev.assay.harness.model.family;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * The list of families. The last that recognises a file wins: a family stands after those whose test its files would pass too.
 */
public final class ModelFamilies {
    /** Families, and what Assay knows by name alone. */
    public static final List<Recognizer> RECOGNIZERS = List.of(
            new OtherUnet(),
            Sd15.FAMILY,
            Sd2.FAMILY,
            Sdxl.FAMILY,
            StableDiffusion3.FAMILY,
            Flux1.FAMILY,
            Flux1Schnell.FAMILY,
            Chroma.FAMILY,
            Flux2.FAMILY,
            QwenImage.FAMILY,
            QwenImage21.FAMILY,
            HiDreamI1.FAMILY,
            ZImage.FAMILY,
            Lumina2.FAMILY, // whose fused attention is as wide as all of Z-Image
            Wan.FAMILY,
            HunyuanVideo.FAMILY,
            OtherFamily.of("Cosmos Predict 2", "^blocks_N_mlp_layer[12]$", "blocks.0.mlp.layer1.weight"),
            Anima.FAMILY, // whose layers are those of Cosmos Predict 2, and more
            Krea2.FAMILY,
            OtherFamily.of("Ideogram 4", null, "embed_image_indicator.weight"),
            OtherFamily.of("PixArt", "^blocks_N_cross_attn_(kv|q)_linear|^t_block_", "t_block.1.weight"),
            OtherFamily.of(
                    "Ovis-Image",
                    null,
                    "double_blocks.0.img_attn.norm.key_norm.scale",
                    "double_blocks.0.img_mlp.gate_proj.weight"),
            OtherFamily.of("HunyuanDiT", null, "mlp_t5.0.weight"),
            OtherFamily.of(
                    "AuraFlow", "^(double_layers|joint_transformer_blocks)_N_", "double_layers.0.attn.w1q.weight"),
            OtherFamily.of("Stable Cascade", null, "clf.1.weight"));

    /** The families. */
    public static final List<ModelFamily> ALL = RECOGNIZERS.stream()
            .filter(ModelFamily.class::isInstance)
            .map(ModelFamily.class::cast)
            .toList();

    private ModelFamilies() {}

    /** A family by its id. */
    public static Optional<ModelFamily> of(String id) {
        return ALL.stream().filter(f -> f.id().equals(id)).findFirst();
    }

    /** The family of a diffusion model, from its layers. */
    public static Optional<FamilyMatch> model(Layers layers) {
        return last(RECOGNIZERS, f -> f.model(layers));
    }

    /** The family of the model that a ControlNet, whose layers are a part of its model's, controls. */
    public static Optional<FamilyMatch> control(Layers layers) {
        return model(layers).or(() -> last(ALL, f -> f.signs().control().apply(layers)));
    }

    /** The family whose text features an IP-Adapter adds to. */
    public static Optional<FamilyMatch> imagePrompt(Layers layers) {
        return ALL.stream()
                .filter(f -> f.signs().imagePrompt().test(layers))
                .findFirst()
                .map(f -> f.match(f.title()));
    }

    /** The family that a LoRA was made for, by the names of layers that tell it whatever their sizes. */
    public static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return last(RECOGNIZERS, f -> f.lora(layers));
    }

    private static <F> Optional<FamilyMatch> last(List<F> families, Function<F, Optional<FamilyMatch>> question) {
        for (int i = families.size() - 1; i >= 0; i--) {
            Optional<FamilyMatch> match = question.apply(families.get(i));
            if (match.isPresent()) {
                return match;
            }
        }
        return Optional.empty();
    }

    /** The family that the metadata of a file names: the longest of the words in it tells; of equally long ones the last family's. */
    public static Optional<ModelFamily> claimed(String metadata) {
        String claim = metadata.toLowerCase(Locale.ROOT);
        ToIntFunction<ModelFamily> longest = f -> f.claims().stream()
                .filter(claim::contains)
                .mapToInt(String::length)
                .max()
                .orElse(0);
        return ALL.stream()
                .filter(f -> longest.applyAsInt(f) > 0)
                .reduce((a, b) -> longest.applyAsInt(b) >= longest.applyAsInt(a) ? b : a);
    }

    /** The family whose model Nunchaku packed, by the class that it writes. */
    public static Optional<ModelFamily> packed(String modelClass) {
        return ALL.stream()
                .filter(f -> !f.signs().packed().isEmpty()
                        && modelClass.startsWith("Nunchaku" + f.signs().packed()))
                .findFirst();
    }

    /** Whether a LoRA for one family may be put on a model of another; ids that are not known are kin to themselves alone. */
    public static boolean areKin(String one, String other) {
        return one.equals(other)
                || of(one).flatMap(a -> of(other).filter(a::isKin)).isPresent();
    }

    /** Families for people, {@code A, B or C}: those with LoRAs of their own. */
    public static String titles(Predicate<ModelFamily> which) {
        return or(ALL.stream()
                .filter(f -> f.loras().family().equals(f.id()) && which.test(f))
                .map(ModelFamily::title)
                .toList());
    }

    /** {@code A, B or C}. */
    public static String or(List<String> names) {
        int last = names.size() - 1;
        return last < 1 ? String.join("", names) : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
}
