package dev.assay.harness.model.lora;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A key taken apart: the module as the file names it, and what the tensor is to it. The suffixes are those that kohya,
 * LyCORIS, diffusers, PEFT, XLabs and ComfyUI write.
 */
record LoraKey(String module, LoraRole role) {
    private static final Map<String, LoraRole> SUFFIXES = Map.ofEntries(
            Map.entry(".lora_up.weight", LoraRole.UP),
            Map.entry(".lora_down.weight", LoraRole.DOWN),
            Map.entry(".lora_mid.weight", LoraRole.MID),
            Map.entry(".lora_B.weight", LoraRole.UP),
            Map.entry(".lora_A.weight", LoraRole.DOWN),
            Map.entry(".lora_B", LoraRole.UP),
            Map.entry(".lora_A", LoraRole.DOWN),
            Map.entry(".lora_B.bias", LoraRole.UP_BIAS),
            Map.entry(".lora.up.weight", LoraRole.UP),
            Map.entry(".lora.down.weight", LoraRole.DOWN),
            Map.entry(".lora_linear_layer.up.weight", LoraRole.UP),
            Map.entry(".lora_linear_layer.down.weight", LoraRole.DOWN),
            Map.entry(".hada_w1_a", LoraRole.HADA_W1_A),
            Map.entry(".hada_w1_b", LoraRole.HADA_W1_B),
            Map.entry(".hada_w2_a", LoraRole.HADA_W2_A),
            Map.entry(".hada_w2_b", LoraRole.HADA_W2_B),
            Map.entry(".hada_t1", LoraRole.HADA_T1),
            Map.entry(".hada_t2", LoraRole.HADA_T2),
            Map.entry(".lokr_w1", LoraRole.LOKR_W1),
            Map.entry(".lokr_w1_a", LoraRole.LOKR_W1_A),
            Map.entry(".lokr_w1_b", LoraRole.LOKR_W1_B),
            Map.entry(".lokr_w2", LoraRole.LOKR_W2),
            Map.entry(".lokr_w2_a", LoraRole.LOKR_W2_A),
            Map.entry(".lokr_w2_b", LoraRole.LOKR_W2_B),
            Map.entry(".lokr_t2", LoraRole.LOKR_T2),
            Map.entry(".a1.weight", LoraRole.GLORA_A1),
            Map.entry(".a2.weight", LoraRole.GLORA_A2),
            Map.entry(".b1.weight", LoraRole.GLORA_B1),
            Map.entry(".b2.weight", LoraRole.GLORA_B2),
            Map.entry(".bm.weight", LoraRole.GLORA_BM),
            Map.entry(".oft_blocks", LoraRole.OFT_BLOCKS),
            Map.entry(".oft_diag", LoraRole.OFT_BLOCKS),
            Map.entry(".oft_R.weight", LoraRole.OFT_R),
            Map.entry(".oft_R", LoraRole.OFT_R),
            Map.entry(".rescale", LoraRole.OFT_RESCALE),
            Map.entry(".boft_R", LoraRole.BOFT_R),
            Map.entry(".boft_s", LoraRole.BOFT_S),
            Map.entry(".on_input", LoraRole.IA3_ON_INPUT),
            Map.entry(".ia3_l", LoraRole.IA3_WEIGHT),
            Map.entry(".diff", LoraRole.DIFF),
            Map.entry(".diff_b", LoraRole.DIFF_BIAS),
            Map.entry(".w_norm", LoraRole.NORM),
            Map.entry(".b_norm", LoraRole.NORM_BIAS),
            Map.entry(".set_weight", LoraRole.SET_WEIGHT),
            Map.entry(".reshape_weight", LoraRole.RESHAPE_WEIGHT),
            Map.entry(".dora_scale", LoraRole.DORA_SCALE),
            Map.entry(".lora_magnitude_vector", LoraRole.DORA_SCALE),
            Map.entry(".lora_magnitude_vector.weight", LoraRole.DORA_SCALE),
            Map.entry(".alpha", LoraRole.ALPHA));

    /** PEFT writes the adapter's name into keys: {@code .lora_A.default.weight}. */
    private static final Pattern ADAPTER =
            Pattern.compile("\\.(lora_[AB]|lora_magnitude_vector|oft_R)\\.[^.]+\\.(weight|bias)$");

    private static final String DEFAULT = ".default";
    private static final int MAX_SEGMENTS = 3;

    /** Takes a key apart; empty where no kind knows its suffix. */
    static Optional<LoraKey> parse(String key) {
        String name = key;
        if (name.endsWith(DEFAULT)) {
            name = name.substring(0, name.length() - DEFAULT.length());
        } else if (name.endsWith(".weight") || name.endsWith(".bias")) {
            name = ADAPTER.matcher(name).replaceFirst(".$1.$2");
        }
        for (int segments = 1, dot = name.lastIndexOf('.'); segments <= MAX_SEGMENTS && dot > 0; segments++) {
            LoraRole role = SUFFIXES.get(name.substring(dot));
            if (role != null) {
                return Optional.of(new LoraKey(name.substring(0, dot), role));
            }
            dot = name.lastIndexOf('.', dot - 1);
        }
        return attentionProcessor(name);
    }

    /** {@code to_q_lora.up.weight} of diffusers before PEFT, {@code qkv_lora1.up.weight} of XLabs (1 image, 2 text). */
    private static Optional<LoraKey> attentionProcessor(String name) {
        LoraRole role = name.endsWith(".up.weight")
                ? LoraRole.UP
                : name.endsWith(".down.weight") ? LoraRole.DOWN : LoraRole.ALPHA;
        if (role == LoraRole.ALPHA) {
            return Optional.empty();
        }
        String module =
                name.substring(0, name.length() - (role == LoraRole.UP ? ".up.weight" : ".down.weight").length());
        if (module.endsWith("_lora1") || module.endsWith("_lora2")) {
            return Optional.of(new LoraKey(module, role));
        }
        return module.endsWith("_lora") && module.length() > "_lora".length()
                ? Optional.of(new LoraKey(module.substring(0, module.length() - "_lora".length()), role))
                : Optional.empty();
    }
}
