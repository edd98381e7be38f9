package dev.assay.harness.model.loader;

import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import dev.assay.harness.model.lora.BaseLayer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which tensors PEFT 0.21.2 puts into a model, once diffusers has renamed them ({@code load_lora_adapter}). */
final class DiffusersPeft {
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String BIAS = ".lora_B.bias";
    private static final List<String> MAGNITUDES = List.of(".lora_magnitude_vector", ".lora_magnitude_vector.weight");

    /** What diffusers wrote before PEFT, and what PEFT calls it; of a key the first that fits. */
    private static final List<List<String>> OLD = List.of(
            List.of(".to_out_lora.up", ".to_out.0.lora_B"),
            List.of(".to_out_lora.down", ".to_out.0.lora_A"),
            List.of(".to_q_lora.down", ".to_q.lora_A"),
            List.of(".to_q_lora.up", ".to_q.lora_B"),
            List.of(".to_k_lora.down", ".to_k.lora_A"),
            List.of(".to_k_lora.up", ".to_k.lora_B"),
            List.of(".to_v_lora.down", ".to_v.lora_A"),
            List.of(".to_v_lora.up", ".to_v.lora_B"),
            List.of(".lora.up", ".lora_B"),
            List.of(".lora.down", ".lora_A"),
            List.of(".to_out.lora_magnitude_vector", ".to_out.0.lora_magnitude_vector"));

    private DiffusersPeft() {}

    /**
     * @param tensors of one model by name, less what says which model
     * @param layers of that model by diffusers' names
     * @param flux whether a change for fewer inputs is padded, and one for more inputs of the first layer widens that, as for Flux.1
     * @return keys of the file that are used
     */
    static Set<String> taken(Map<String, DiffusersTensor> tensors, Map<String, BaseLayer> layers, boolean flux) {
        if (tensors.isEmpty()) {
            return Set.of();
        }
        Map<String, DiffusersTensor> state = tensors.keySet().iterator().next().contains("lora_A")
                ? tensors
                : DiffusersTensor.renamed(tensors, k -> renamed(k, OLD));
        if (state.entrySet().stream()
                .noneMatch(e ->
                        e.getKey().contains("lora_B") && e.getValue().shape().size() > 1)) {
            throw new Refusal("it finds no lora_B of a form that it knows");
        }
        Set<String> modules = new LinkedHashSet<>();
        state.keySet().forEach(k -> {
            int cut = k.lastIndexOf(".lora_");
            if (cut > 0) {
                modules.add(k.substring(0, cut));
            }
        });
        Set<String> containers = containers(layers.keySet());
        for (String module : modules) {
            BaseLayer layer = layers.get(module);
            if (layer == null ? containers.contains(module) : layer.rest().isEmpty()) {
                throw new Refusal(module + " is no layer that takes a LoRA");
            }
        }
        modules.retainAll(layers.keySet());
        if (modules.isEmpty()) {
            throw new Refusal("none of its names are of the model");
        }
        boolean bias = DiffusersTensor.any(state, k -> k.contains("lora_B") && k.endsWith(".bias"));
        boolean dora = DiffusersTensor.any(state, k -> k.contains("lora_magnitude_vector"));
        Set<String> taken = new HashSet<>();
        for (String module : modules) {
            DiffusersTensor down = present(state, List.of(module + A));
            DiffusersTensor up = present(state, List.of(module + B));
            BaseLayer layer = layers.get(module);
            require(module + A, down, downs(down, up, layer, flux, module));
            require(module + B, up, ups(up, layer));
            take(down, taken);
            take(up, taken);
            if (bias) {
                DiffusersTensor of = present(state, List.of(module + BIAS));
                require(module + BIAS, of, List.of(layer.rows()));
                take(of, taken);
            }
            if (dora) {
                DiffusersTensor of =
                        present(state, MAGNITUDES.stream().map(m -> module + m).toList());
                require(module, of, of.shape());
                if (of.shape().stream().reduce(1L, (a, b) -> a * b) != layer.rows()) {
                    throw new Refusal(of.key() + " has shape " + of.shape() + ", not " + layer.rows() + " magnitudes");
                }
                take(of, taken);
            }
        }
        return taken;
    }

    /** What the layers lie in: {@code transformer_blocks.0.attn}. */
    private static Set<String> containers(Set<String> layers) {
        Set<String> containers = new HashSet<>();
        for (String layer : layers) {
            for (int dot = layer.indexOf('.'); dot > 0; dot = layer.indexOf('.', dot + 1)) {
                containers.add(layer.substring(0, dot));
            }
        }
        return containers;
    }

    static String renamed(String key, List<List<String>> names) {
        String bare = key.replace(".processor.", ".");
        return names.stream()
                .filter(n -> bare.contains(n.get(0)))
                .findFirst()
                .map(n -> bare.replace(n.get(0), n.get(1)))
                .orElse(bare);
    }

    private static DiffusersTensor present(Map<String, DiffusersTensor> state, List<String> names) {
        return names.stream()
                .map(state::get)
                .filter(t -> t != null)
                .findFirst()
                .orElseThrow(() -> new Refusal(names.get(0) + " is left without numbers, and the first step fails"));
    }

    private static List<Long> downs(
            DiffusersTensor down, DiffusersTensor up, BaseLayer layer, boolean flux, String module) {
        List<Long> shape = new ArrayList<>();
        shape.add(up.shape().size() > 1 ? up.shape().get(1) : -1);
        shape.addAll(layer.rest());
        boolean other = flux
                && down.shape().size() == 2
                && shape.size() == 2
                && (down.shape().get(1) < shape.get(1) || module.equals("x_embedder"));
        return other ? List.of(shape.get(0), down.shape().get(1)) : shape;
    }

    private static List<Long> ups(DiffusersTensor up, BaseLayer layer) {
        List<Long> shape = new ArrayList<>(
                List.of(layer.rows(), up.shape().size() > 1 ? up.shape().get(1) : -1));
        for (int i = 1; i < layer.rest().size(); i++) {
            shape.add(1L);
        }
        return shape;
    }

    private static void require(String name, DiffusersTensor tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw new Refusal(name + " (" + tensor.key() + ") has shape " + tensor.shape() + ", not " + shape);
        }
    }

    private static void take(DiffusersTensor tensor, Set<String> taken) {
        taken.add(tensor.key());
        if (tensor.alpha() != null) {
            taken.add(tensor.alpha());
        }
    }

    /** The tensors for one model, less its prefix. */
    static Map<String, DiffusersTensor> of(Map<String, DiffusersTensor> state, String prefix) {
        Map<String, DiffusersTensor> part = new LinkedHashMap<>();
        state.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), tensor);
            }
        });
        return part;
    }
}
