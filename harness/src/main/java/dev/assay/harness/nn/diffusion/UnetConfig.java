package dev.assay.harness.nn.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a UNet; names and defaults of diffusers' {@code UNet2DConditionModel}.
 *
 * @param heads attention heads per down block (called {@code attention_head_dim} in the file)
 * @param layers ResNets per down block; up blocks have one more
 * @param transformerLayers transformer blocks per attention, per down block
 */
public record UnetConfig(
        int inChannels,
        int outChannels,
        List<Integer> blockChannels,
        List<String> downBlocks,
        List<String> upBlocks,
        List<Integer> layers,
        List<Integer> transformerLayers,
        List<Integer> heads,
        int crossAttentionDim,
        int normGroups,
        double normEps,
        boolean linearProjection,
        boolean flipSinToCos,
        double freqShift,
        int downsamplePadding) {

    private static final String WHERE = "unet config: ";
    private static final int MAX_BLOCKS = 16;
    private static final int MAX_LAYERS = 100; // of a block
    private static final int MAX_WIDTH = 65_536; // SDXL has 1280 channels

    /** Fields that change the network and that we build only in their default: field to accepted values. */
    private static final Map<String, List<String>> FIXED = Map.ofEntries(
            Map.entry("center_input_sample", List.of("false")),
            Map.entry("mid_block_type", List.of("UNetMidBlock2DCrossAttn")),
            Map.entry("mid_block_scale_factor", List.of("1", "1.0")),
            Map.entry("act_fn", List.of("silu", "swish")),
            Map.entry("only_cross_attention", List.of("false")),
            Map.entry("mid_block_only_cross_attention", List.of("false")),
            Map.entry("reverse_transformer_layers_per_block", List.of()),
            Map.entry("encoder_hid_dim", List.of()),
            Map.entry("encoder_hid_dim_type", List.of()),
            Map.entry("num_attention_heads", List.of()),
            Map.entry("dual_cross_attention", List.of("false")),
            Map.entry("class_embed_type", List.of()),
            Map.entry("addition_embed_type", List.of()),
            Map.entry("num_class_embeds", List.of()),
            Map.entry("upcast_attention", List.of("false")),
            Map.entry("resnet_time_scale_shift", List.of("default")),
            Map.entry("resnet_skip_time_act", List.of("false")),
            Map.entry("resnet_out_scale_factor", List.of("1", "1.0")),
            Map.entry("time_embedding_type", List.of("positional")),
            Map.entry("time_embedding_dim", List.of()),
            Map.entry("time_embedding_act_fn", List.of()),
            Map.entry("timestep_post_act", List.of()),
            Map.entry("time_cond_proj_dim", List.of()),
            Map.entry("conv_in_kernel", List.of("3")),
            Map.entry("conv_out_kernel", List.of("3")),
            Map.entry("attention_type", List.of("default")),
            Map.entry("class_embeddings_concat", List.of("false")),
            Map.entry("cross_attention_norm", List.of()));

    public UnetConfig {
        int n = blockChannels.size();
        if (n < 1 || n > MAX_BLOCKS || downBlocks.size() != n || upBlocks.size() != n) {
            throw new ModelFileException(
                    WHERE + "block_out_channels, down_block_types, up_block_types: expected lists of one"
                            + " length, at most " + MAX_BLOCKS + ", found " + n + ", " + downBlocks.size() + ", "
                            + upBlocks.size());
        }
        blockChannels = List.copyOf(blockChannels);
        downBlocks = List.copyOf(downBlocks);
        upBlocks = List.copyOf(upBlocks);
        layers = spread("layers_per_block", layers, n);
        transformerLayers = spread("transformer_layers_per_block", transformerLayers, n);
        heads = spread("attention_head_dim", heads, n);
        known("down_block_types", downBlocks, List.of("DownBlock2D", "CrossAttnDownBlock2D"));
        known("up_block_types", upBlocks, List.of("UpBlock2D", "CrossAttnUpBlock2D"));
        JsonFile.within(WHERE, "in_channels", inChannels, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "out_channels", outChannels, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "cross_attention_dim", crossAttentionDim, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "norm_num_groups", normGroups, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "downsample_padding", downsamplePadding, 0, 3);
        for (int i = 0; i < n; i++) {
            JsonFile.within(WHERE, "block_out_channels", blockChannels.get(i), 1, MAX_WIDTH);
            JsonFile.within(WHERE, "layers_per_block", layers.get(i), 1, MAX_LAYERS);
            JsonFile.within(WHERE, "transformer_layers_per_block", transformerLayers.get(i), 0, MAX_LAYERS);
            JsonFile.within(WHERE, "attention_head_dim", heads.get(i), 1, MAX_WIDTH);
            if (blockChannels.get(i) % normGroups != 0) {
                throw new ModelFileException(WHERE + "norm_num_groups: " + normGroups
                        + " does not divide block_out_channels " + blockChannels.get(i));
            }
            if (blockChannels.get(i) % heads.get(i) != 0) {
                throw new ModelFileException(WHERE + "attention_head_dim: " + heads.get(i)
                        + " (the number of heads) does not divide block_out_channels " + blockChannels.get(i));
            }
        }
    }

    /** Reads {@code config.json}; a field that asks for a network we do not build is an error that names it. */
    public static UnetConfig of(JsonNode json) {
        json.properties().forEach(e -> {
            List<String> accepted = FIXED.get(e.getKey());
            if (accepted != null
                    && !e.getValue().isNull()
                    && !accepted.contains(e.getValue().asText())) {
                throw new ModelFileException(WHERE + e.getKey() + ": expected "
                        + (accepted.isEmpty() ? "null" : accepted.get(0)) + ", found " + e.getValue()
                        + "; such UNets are not supported");
            }
        });
        List<Integer> channels = integers(json, "block_out_channels", List.of(320, 640, 1280, 1280));
        List<Integer> context = integers(json, "cross_attention_dim", List.of(1280));
        if (context.stream().distinct().count() != 1) {
            throw new ModelFileException(WHERE + "cross_attention_dim: expected one number, found " + context);
        }
        return new UnetConfig(
                JsonFile.whole(WHERE, json, "in_channels", 4, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "out_channels", 4, 1, MAX_WIDTH),
                channels,
                strings(
                        json,
                        "down_block_types",
                        List.of("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D")),
                strings(
                        json,
                        "up_block_types",
                        List.of("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D")),
                integers(json, "layers_per_block", List.of(2)),
                integers(json, "transformer_layers_per_block", List.of(1)),
                integers(json, "attention_head_dim", List.of(8)),
                context.get(0),
                JsonFile.whole(WHERE, json, "norm_num_groups", 32, 1, MAX_WIDTH),
                JsonFile.real(WHERE, json, "norm_eps", 1e-5, 0, 1),
                json.path("use_linear_projection").asBoolean(false),
                json.path("flip_sin_to_cos").asBoolean(true),
                JsonFile.real(WHERE, json, "freq_shift", 0, -1000, 1000),
                JsonFile.whole(WHERE, json, "downsample_padding", 1, 0, 3));
    }

    private static void known(String field, List<String> found, List<String> known) {
        for (String s : found) {
            if (!known.contains(s)) {
                throw new ModelFileException(WHERE + field + ": expected " + known + ", found " + s);
            }
        }
    }

    private static List<Integer> spread(String field, List<Integer> values, int n) {
        if (values.size() == 1) {
            return java.util.Collections.nCopies(n, values.get(0));
        }
        if (values.size() != n) {
            throw new ModelFileException(WHERE + field + ": expected 1 or " + n + " numbers, found " + values.size());
        }
        return List.copyOf(values);
    }

    static List<Integer> integers(JsonNode json, String field, List<Integer> otherwise) {
        JsonNode node = json.path(field);
        if (node.isInt()) {
            return List.of(node.asInt());
        }
        if (!node.isArray()) {
            return otherwise;
        }
        List<Integer> list = new ArrayList<>();
        for (JsonNode n : node) {
            if (!n.isInt()) {
                throw new ModelFileException("config: " + field + ": expected integers, found " + node);
            }
            list.add(n.asInt());
        }
        return list;
    }

    static List<String> strings(JsonNode json, String field, List<String> otherwise) {
        JsonNode node = json.path(field);
        if (!node.isArray()) {
            return otherwise;
        }
        List<String> list = new ArrayList<>();
        node.forEach(n -> list.add(n.asText()));
        return list;
    }
}
