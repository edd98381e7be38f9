package dev.assay.harness.model.inspect;

import dev.assay.harness.model.family.AdapterLayers;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the text encoders that a LoRA changes tell of its family. */
final class TextEncoderLayers {
    /** Whose layers are told apart by their names and widths. */
    private static final Set<TextEncoder> KNOWN = Set.of(
            TextEncoder.CLIP_L, TextEncoder.CLIP_H, TextEncoder.CLIP_G, TextEncoder.T5_XXL, TextEncoder.LLAMA_8B);

    /** Families whose text encoders are known, by the first of these, then those with the fewest first. */
    private static final List<ModelFamily> FAMILIES = ModelFamilies.ALL.stream()
            .filter(f -> f.loras().family().equals(f.id()) && isKnown(f))
            .sorted(Comparator.comparing(
                            (ModelFamily f) -> f.textEncoders().all().get(0))
                    .thenComparing(f -> f.textEncoders().all().size()))
            .toList();

    private TextEncoderLayers() {}

    private static boolean isKnown(ModelFamily family) {
        List<TextEncoder> encoders = family.textEncoders().all();
        return !encoders.isEmpty() && KNOWN.containsAll(encoders);
    }

    /** Whether a family has the text encoders that are changed; true of one whose are not known. */
    static boolean mayBe(ModelFamily family, LoraGrammar lora) {
        return !isKnown(family)
                || (family.textEncoders().all().containsAll(encoders(lora)) && isNamedFor(family, lora));
    }

    /** kohya numbers the encoders of families that have several ({@code lora_te1_}), and CLIP alone not ({@code lora_te_}). */
    private static boolean isNamedFor(ModelFamily family, LoraGrammar lora) {
        List<TextEncoder> encoders = family.textEncoders().all();
        boolean one = encoders.size() == 1 && encoders.get(0).isClip();
        return text(lora).stream()
                .map(LoraModule::name)
                .noneMatch(n -> one ? n.matches("(lora|oft)_te\\d_.*") : n.matches("(lora|oft)_te_.*"));
    }

    private static List<LoraModule> text(LoraGrammar lora) {
        return lora.modules().stream().filter(m -> m.part().isTextEncoder()).toList();
    }

    /** By widths, numbers of layers and names. */
    private static Set<TextEncoder> encoders(LoraGrammar lora) {
        return text(lora).stream().collect(Collectors.groupingBy(LoraModule::part)).entrySet().stream()
                .map(e -> encoder(e.getKey(), e.getValue()))
                .flatMap(Optional::stream)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(TextEncoder.class)));
    }

    private static Optional<TextEncoder> encoder(LoraPart part, List<LoraModule> modules) {
        String layer = modules.get(0).layer().replace('.', '_');
        if (layer.matches("(transformer_)?encoder_block_.*")) {
            return Optional.of(TextEncoder.T5_XXL);
        }
        if (part == LoraPart.TEXT_ENCODER_4 || layer.matches("(model_)?layers_.*")) {
            return Optional.of(TextEncoder.LLAMA_8B);
        }
        Set<Long> widths = modules.stream().map(LayerWidths::in).collect(Collectors.toSet());
        int highest = modules.stream()
                .mapToInt(m -> AdapterLayers.firstNumber(m.layer()))
                .max()
                .orElse(-1);
        if (widths.contains(TextEncoder.CLIP_L.width())) {
            return Optional.of(TextEncoder.CLIP_L);
        }
        if (widths.contains(TextEncoder.CLIP_G.width()) || part == LoraPart.TEXT_ENCODER_2) {
            return Optional.of(TextEncoder.CLIP_G);
        }
        if (widths.contains(TextEncoder.CLIP_H.width()) || highest >= TextEncoder.CLIP_L.blocks()) {
            return Optional.of(TextEncoder.CLIP_H);
        }
        return highest >= 0 ? Optional.of(TextEncoder.CLIP_L) : Optional.empty();
    }

    /** Of a LoRA that changes text encoders alone. */
    static Optional<FamilyMatch> family(LoraGrammar lora, AdapterLayers layers) {
        Set<TextEncoder> encoders = encoders(lora);
        if (layers.touchesDenoiser() || encoders.isEmpty()) {
            return Optional.empty();
        }
        List<ModelFamily> may = FAMILIES.stream().filter(f -> mayBe(f, lora)).toList();
        String with = encoders.stream()
                .map(TextEncoder::title)
                .collect(Collectors.joining(", ", " (it changes text encoders alone: ", ")"));
        Optional<ModelFamily> family = may.size() == 1
                ? Optional.of(may.get(0))
                : may.stream()
                        .filter(f -> f.id().equals(layers.claimedFamily()))
                        .findFirst();
        String title = family.map(f -> f.title() + (may.size() == 1 ? "" : ", as its metadata says"))
                .orElseGet(() ->
                        ModelFamilies.or(may.stream().map(ModelFamily::title).toList()));
        return may.isEmpty()
                ? Optional.empty()
                : Optional.of(FamilyMatch.of(family.map(ModelFamily::id).orElse(FamilyMatch.UNKNOWN), title + with)
                        .families(may.stream().map(ModelFamily::id).toList()));
    }
}
