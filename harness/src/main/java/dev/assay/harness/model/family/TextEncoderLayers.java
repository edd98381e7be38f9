package dev.assay.harness.model.family;

import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the text encoders that a LoRA changes tell of its family. */
final class TextEncoderLayers {
    /** Which text encoders a family has. */
    private static final Map<String, Set<String>> OF = new LinkedHashMap<>();

    private static final Map<String, String> NAMES = Map.of(
            "sd15", "Stable Diffusion 1.5",
            "sd2", "Stable Diffusion 2",
            "sdxl", "SDXL",
            "flux1", "Flux.1",
            "sd3", "Stable Diffusion 3 or 3.5",
            "hidream-i1", "HiDream-I1",
            "chroma", "Chroma");

    private static final int CLIP_L_LAYERS = 12;

    static {
        OF.put("sd15", Set.of("CLIP-L"));
        OF.put("sd2", Set.of("CLIP-H"));
        OF.put("sdxl", Set.of("CLIP-L", "CLIP-G"));
        OF.put("flux1", Set.of("CLIP-L", "T5-XXL"));
        OF.put("sd3", Set.of("CLIP-L", "CLIP-G", "T5-XXL"));
        OF.put("hidream-i1", Set.of("CLIP-L", "CLIP-G", "T5-XXL", "Llama"));
        OF.put("chroma", Set.of("T5-XXL"));
    }

    private TextEncoderLayers() {}

    /** Whether a family has the text encoders that are changed; true of one that is not known here. */
    static boolean mayBe(String word, AdapterLayers layers) {
        return !OF.containsKey(word) || (OF.get(word).containsAll(encoders(layers)) && namedFor(word, layers));
    }

    /** kohya numbers the encoders of families that have several ({@code lora_te1_}), and that of the others not ({@code lora_te_}). */
    private static boolean namedFor(String word, AdapterLayers layers) {
        boolean one = word.equals("sd15") || word.equals("sd2");
        return layers.text().stream()
                .map(LoraModule::name)
                .noneMatch(n -> one ? n.matches("(lora|oft)_te\\d_.*") : n.matches("(lora|oft)_te_.*"));
    }

    /** By widths, numbers of layers and names. */
    private static Set<String> encoders(AdapterLayers layers) {
        return layers.text().stream().collect(Collectors.groupingBy(LoraModule::part)).entrySet().stream()
                .map(e -> encoder(e.getKey(), e.getValue()))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    private static Optional<String> encoder(LoraPart part, List<LoraModule> modules) {
        String layer = modules.get(0).layer().replace('.', '_');
        if (layer.matches("(transformer_)?encoder_block_.*")) {
            return Optional.of("T5-XXL");
        }
        if (part == LoraPart.TEXT_ENCODER_4 || layer.matches("(model_)?layers_.*")) {
            return Optional.of("Llama");
        }
        Set<Long> widths = modules.stream().map(AdapterLayers::in).collect(Collectors.toSet());
        int highest = modules.stream()
                .mapToInt(m -> AdapterLayers.firstNumber(m.layer()))
                .max()
                .orElse(-1);
        if (widths.contains(768L)) {
            return Optional.of("CLIP-L");
        }
        if (widths.contains(1280L) || part == LoraPart.TEXT_ENCODER_2) {
            return Optional.of("CLIP-G");
        }
        if (widths.contains(1024L) || highest >= CLIP_L_LAYERS) {
            return Optional.of("CLIP-H");
        }
        return highest >= 0 ? Optional.of("CLIP-L") : Optional.empty();
    }

    /** Of a LoRA that changes text encoders alone. */
    static Optional<FamilyMatch> family(AdapterLayers layers) {
        Set<String> encoders = encoders(layers);
        if (layers.touchesDenoiser() || encoders.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = OF.keySet().stream().filter(w -> mayBe(w, layers)).toList();
        String with = " (it changes text encoders alone: " + String.join(", ", encoders) + ")";
        String word = words.size() == 1
                ? words.get(0)
                : words.contains(layers.claimedFamily()) ? layers.claimedFamily() : FamilyMatch.UNKNOWN;
        String title = word.equals(FamilyMatch.UNKNOWN)
                ? AdapterFamily.or(words.stream().map(NAMES::get).toList())
                : NAMES.get(word) + (words.size() == 1 ? "" : ", as its metadata says");
        return words.isEmpty()
                ? Optional.empty()
                : Optional.of(FamilyMatch.of(word, title + with).families(words));
    }
}
