package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which tensors diffusers puts into a CLIP text encoder ({@code _load_lora_into_text_encoder}). */
final class DiffusersText {
    private static final String A = ".lora_A";
    private static final String B = ".lora_B";

    private static final List<List<String>> OLD = List.of(
            List.of(".to_q_lora.up", ".q_proj.lora_B"),
            List.of(".to_q_lora.down", ".q_proj.lora_A"),
            List.of(".to_k_lora.up", ".k_proj.lora_B"),
            List.of(".to_k_lora.down", ".k_proj.lora_A"),
            List.of(".to_v_lora.up", ".v_proj.lora_B"),
            List.of(".to_v_lora.down", ".v_proj.lora_A"),
            List.of(".to_out_lora.up", ".out_proj.lora_B"),
            List.of(".to_out_lora.down", ".out_proj.lora_A"));

    private static final List<List<String>> LINEAR = List.of(
            List.of(".lora_linear_layer.up", B),
            List.of(".lora_linear_layer.down", A),
            List.of("text_projection.lora.down.weight", "text_projection.lora_A.weight"),
            List.of("text_projection.lora.up.weight", "text_projection.lora_B.weight"));

    /**
     * A text encoder of CLIP.
     *
     * @param part what the names of its keys begin with
     * @param wrapped whether transformers has its layers under {@code text_model.}, which a name must then have
     */
    record Encoder(String part, TextEncoder model, boolean wrapped) {
        private static final List<String> ATTENTION = List.of("q_proj", "k_proj", "v_proj", "out_proj");

        /** The same with its layers under {@code text_model.}. */
        Encoder asWrapped() {
            return new Encoder(part, model, true);
        }

        /** What names in a file may begin with, for people. */
        List<String> prefixes() {
            return part.equals("text_encoder_2.")
                    ? List.of(part, "lora_te2_")
                    : List.of(part, "lora_te_", "lora_te1_", "text_encoders.clip_l.transformer.");
        }

        /** Shape (outputs, inputs) of each layer that takes a LoRA. */
        Map<String, List<Long>> shapes() {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            long width = model.width();
            for (int n = 0; n < model.blocks(); n++) {
                String block = (wrapped ? "text_model." : "") + "encoder.layers." + n + ".";
                ATTENTION.forEach(a -> shapes.put(block + "self_attn." + a, List.of(width, width)));
                shapes.put(block + "mlp.fc1", List.of(4 * width, width));
                shapes.put(block + "mlp.fc2", List.of(width, 4 * width));
            }
            return shapes;
        }
    }

    private DiffusersText() {}

    /** @return keys of the file that are used */
    static Set<String> taken(Map<String, DiffusersTensor> tensors, Encoder encoder) {
        if (tensors.isEmpty()) {
            return Set.of();
        }
        boolean old = DiffusersTensor.any(tensors, k -> k.contains("to_out_lora"));
        boolean peft = DiffusersTensor.any(tensors, k -> k.contains(".lora_A.weight"));
        boolean linear = DiffusersTensor.any(tensors, k -> k.contains("lora_linear_layer"));
        boolean attention = DiffusersTensor.any(tensors, k -> k.contains("_proj.lora_A") || k.contains("_proj.lora_B"));
        if (!old && !linear && !(peft && attention)) {
            throw new Refusal("it cannot tell the form of " + encoder.part);
        }
        Map<String, DiffusersTensor> state = DiffusersTensor.renamed(tensors, k -> {
            String name = DiffusersPeft.renamed(k, old ? OLD : List.of());
            name = DiffusersPeft.renamed(name, LINEAR);
            return !encoder.wrapped && name.startsWith("text_model.") ? name.substring("text_model.".length()) : name;
        });
        Set<String> taken = new HashSet<>();
        boolean any = false;
        for (Map.Entry<String, List<Long>> layer : encoder.shapes().entrySet()) {
            String module = layer.getKey();
            DiffusersTensor down = state.get(module + A + ".weight");
            DiffusersTensor up = state.get(module + B + ".weight");
            if (up != null) {
                any = true;
            }
            if (down != null) {
                fit(down, 1, layer.getValue().get(1), taken);
            }
            if (up != null) {
                fit(up, 0, layer.getValue().get(0), taken);
            }
            DiffusersTensor bias = state.get(module + B + ".bias");
            if (bias != null && up != null) {
                fit(bias, 0, layer.getValue().get(0), taken);
            }
        }
        if (!any) {
            throw new Refusal("none of its names for " + encoder.part + " are of the model");
        }
        return taken;
    }

    private static void fit(DiffusersTensor tensor, int dimension, long size, Set<String> taken) {
        if (tensor.shape().size() <= dimension || tensor.shape().get(dimension) != size) {
            throw new Refusal(tensor.key() + " has shape " + tensor.shape() + ", and the layer " + size + " there");
        }
        taken.add(tensor.key());
        if (tensor.alpha() != null) {
            taken.add(tensor.alpha());
        }
    }
}
