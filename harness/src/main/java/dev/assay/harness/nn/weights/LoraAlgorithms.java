package dev.assay.harness.nn.weights;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a LoRA file may hold: the algorithms that are merged, and those that are recognised and refused. */
final class LoraAlgorithms {
    /** Suffix of the tensor that states alpha; goes with any algorithm. */
    static final String ALPHA = ".alpha";

    static final List<LoraAlgorithm> SUPPORTED = List.of(new LowRank(), new FullDifference());

    private static final List<Refused> REFUSED = List.of(
            new Refused("DoRA", ".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight"),
            new Refused("LoHa", ".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".hada_t1", ".hada_t2"),
            new Refused(
                    "LoKr", ".lokr_w1", ".lokr_w1_a", ".lokr_w1_b", ".lokr_w2", ".lokr_w2_a", ".lokr_w2_b", ".lokr_t2"),
            new Refused("OFT", ".oft_blocks", ".oft_diag", ".rescale", ".oft_R.weight"),
            new Refused("GLoRA", ".a1.weight", ".a2.weight", ".b1.weight", ".b2.weight", ".bm.weight"),
            new Refused("(IA)^3", ".on_input"),
            new Refused("replaced weights", ".set_weight"),
            new Refused("reshaped weights", ".reshape_weight"));

    private static final Pattern ADAPTER = Pattern.compile("\\.(lora_[AB])\\.[^.]+\\.(weight|bias)$");

    private LoraAlgorithms() {}

    /** A key taken apart: the layer as the file names it, and what the tensor is to it. */
    record Key(String base, LoraAlgorithm algorithm, String role) {}

    /** Takes a key apart; empty where no supported algorithm knows its suffix. */
    static Optional<Key> parse(String key) {
        String name = ADAPTER.matcher(key).replaceFirst(".$1.$2"); // lora_A.default.weight, written by PEFT
        for (LoraAlgorithm algorithm : SUPPORTED) {
            for (var suffix : algorithm.suffixes().entrySet()) {
                if (name.endsWith(suffix.getKey())
                        && name.length() > suffix.getKey().length()) {
                    String base =
                            name.substring(0, name.length() - suffix.getKey().length());
                    return Optional.of(new Key(base, algorithm, suffix.getValue()));
                }
            }
        }
        return Optional.empty();
    }

    /** The algorithm of a key that is recognised but not merged. */
    static Optional<String> refused(String key) {
        String name = key.replaceFirst("\\.lora_magnitude_vector\\.[^.]+\\.weight$", ".lora_magnitude_vector.weight");
        return REFUSED.stream()
                .filter(r -> r.suffixes.stream().anyMatch(name::endsWith))
                .map(r -> r.name)
                .findFirst();
    }

    private record Refused(String name, List<String> suffixes) {
        Refused(String name, String... suffixes) {
            this(name, List.of(suffixes));
        }
    }
}
