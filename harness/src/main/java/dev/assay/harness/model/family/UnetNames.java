package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ModuleNaming.Pair;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The two names of a Stable Diffusion UNet's modules: those of diffusers and those of the original latent-diffusion code. Both
 * directions walk over the blocks that the model has, so that any number of layers per block is numbered rightly.
 */
final class UnetNames {
    /** Modules outside of all blocks: diffusers to original. */
    private static final Map<String, String> FIXED = Map.ofEntries(
            Map.entry("conv_in", "input_blocks.0.0"),
            Map.entry("time_embedding.linear_1", "time_embed.0"),
            Map.entry("time_embedding.linear_2", "time_embed.2"),
            Map.entry("add_embedding.linear_1", "label_emb.0.0"),
            Map.entry("add_embedding.linear_2", "label_emb.0.2"),
            Map.entry("conv_norm_out", "out.0"),
            Map.entry("conv_out", "out.2"));

    /** Layers of a residual block: diffusers to original. */
    private static final Map<String, String> RESNET = Map.of(
            "norm1", "in_layers.0",
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private static final int MAX_BLOCKS = 100;

    /** As pairs. */
    record Both() implements ModuleNaming.Pairs {
        @Override
        public List<Pair> ofOriginal(Collection<String> original) {
            return toDiffusers(original).entrySet().stream()
                    .map(e -> new Pair(e.getKey(), List.of(e.getValue()), false))
                    .toList();
        }

        @Override
        public List<Pair> ofDiffusers(Collection<String> diffusers) {
            return toOriginal(diffusers).entrySet().stream()
                    .map(e -> new Pair(e.getValue(), List.of(e.getKey()), false))
                    .toList();
        }
    }

    /** Where diffusers' blocks lie in the original layout: {@code down_blocks.0.attentions.1. -> input_blocks.2.1.}. */
    private final Map<String, String> blocks = new LinkedHashMap<>();

    private UnetNames() {}

    /** Original names by diffusers name, for a model with these diffusers modules; without those that have none. */
    static Map<String, String> toOriginal(Collection<String> diffusers) {
        Set<String> paths = prefixes(diffusers);
        UnetNames names = new UnetNames();
        names.middle();
        int input = 1;
        for (int b = 0; b < MAX_BLOCKS && paths.contains("down_blocks." + b); b++) {
            String block = "down_blocks." + b;
            for (int j = 0; j < MAX_BLOCKS && paths.contains(block + ".resnets." + j); j++, input++) {
                names.put(block + ".resnets." + j, "input_blocks." + input + ".0");
                names.put(block + ".attentions." + j, "input_blocks." + input + ".1");
            }
            if (paths.contains(block + ".downsamplers.0")) {
                names.put(block + ".downsamplers.0", "input_blocks." + input++ + ".0");
            }
        }
        int output = 0;
        for (int b = 0; b < MAX_BLOCKS && paths.contains("up_blocks." + b); b++) {
            String block = "up_blocks." + b;
            boolean attention = false;
            for (int j = 0; j < MAX_BLOCKS && paths.contains(block + ".resnets." + j); j++, output++) {
                names.put(block + ".resnets." + j, "output_blocks." + output + ".0");
                attention = paths.contains(block + ".attentions." + j);
                names.put(block + ".attentions." + j, "output_blocks." + output + ".1");
            }
            names.put(block + ".upsamplers.0", "output_blocks." + (output - 1) + (attention ? ".2" : ".1"));
        }
        return translated(diffusers, FIXED, names.blocks, RESNET, "op");
    }

    /** Diffusers names by original name, for a model with these original modules; without those that have none. */
    static Map<String, String> toDiffusers(Collection<String> original) {
        Set<String> paths = prefixes(original);
        UnetNames names = new UnetNames();
        names.middle();
        int b = 0;
        int j = 0;
        for (int i = 1; i < MAX_BLOCKS && paths.contains("input_blocks." + i); i++) {
            if (paths.contains("input_blocks." + i + ".0.op")) {
                names.put("down_blocks." + b + ".downsamplers.0", "input_blocks." + i + ".0");
                b++;
                j = 0;
            } else {
                names.put("down_blocks." + b + ".resnets." + j, "input_blocks." + i + ".0");
                names.put("down_blocks." + b + ".attentions." + j, "input_blocks." + i + ".1");
                j++;
            }
        }
        b = 0;
        j = 0;
        for (int i = 0; i < MAX_BLOCKS && paths.contains("output_blocks." + i); i++) {
            String block = "output_blocks." + i;
            names.put("up_blocks." + b + ".resnets." + j, block + ".0");
            boolean bare = paths.contains(block + ".1.conv"); // an upsampler without attention before it
            if (!bare) {
                names.put("up_blocks." + b + ".attentions." + j, block + ".1");
            }
            j++;
            if (bare || paths.contains(block + ".2.conv")) {
                names.put("up_blocks." + b + ".upsamplers.0", block + (bare ? ".1" : ".2"));
                b++;
                j = 0;
            }
        }
        return translated(original, inverse(FIXED), inverse(names.blocks), inverse(RESNET), "conv");
    }

    /** By the first beginning that is a block. */
    private static Map<String, String> translated(
            Collection<String> modules,
            Map<String, String> fixed,
            Map<String, String> blocks,
            Map<String, String> resnet,
            String sampler) {
        Map<String, String> result = new HashMap<>();
        for (String module : modules) {
            String found = fixed.get(module);
            for (int dot = module.indexOf('.'); found == null && dot > 0; dot = module.indexOf('.', dot + 1)) {
                String block = blocks.get(module.substring(0, dot));
                if (block != null) {
                    String both = module.substring(0, dot) + " " + block; // the name of diffusers tells what it is
                    String inner = module.substring(dot + 1);
                    found = block + "."
                            + (both.contains(".resnets.")
                                    ? resnet.getOrDefault(inner, inner)
                                    : both.contains(".downsamplers.") ? sampler : inner);
                }
            }
            if (found != null) {
                result.put(module, found);
            }
        }
        return result;
    }

    private static Map<String, String> inverse(Map<String, String> map) {
        return map.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }

    private void middle() {
        put("mid_block.resnets.0", "middle_block.0");
        put("mid_block.attentions.0", "middle_block.1");
        put("mid_block.resnets.1", "middle_block.2");
    }

    private void put(String diffusers, String original) {
        blocks.put(diffusers, original);
    }

    /** All paths and what they lie under. */
    private static Set<String> prefixes(Collection<String> modules) {
        Set<String> paths = new TreeSet<>(modules);
        for (String module : modules) {
            for (int dot = module.indexOf('.'); dot > 0; dot = module.indexOf('.', dot + 1)) {
                paths.add(module.substring(0, dot));
            }
        }
        return paths;
    }
}
