package dev.assay.harness.nn.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.util.List;

/**
 * Sizes of an autoencoder; names and defaults of diffusers' {@code AutoencoderKL}.
 *
 * @param layers ResNets per encoder block; decoder blocks have one more
 * @param scalingFactor latents of the diffusion model are the encoder's times this
 * @param shiftFactor subtracted before scaling
 * @param forceUpcast half precision overflows; compute in float32
 */
public record AutoencoderConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        List<Integer> blockChannels,
        int layers,
        int normGroups,
        double scalingFactor,
        double shiftFactor,
        boolean midAttention,
        boolean quantConv,
        boolean postQuantConv,
        boolean forceUpcast) {

    private static final String WHERE = "vae config: ";
    private static final int MAX_BLOCKS = 16;
    private static final int MAX_LAYERS = 100; // of a block
    private static final int MAX_WIDTH = 65_536; // Stable Diffusion has 512 channels

    public AutoencoderConfig {
        blockChannels = List.copyOf(blockChannels);
        JsonFile.within(WHERE, "block_out_channels (their number)", blockChannels.size(), 1, MAX_BLOCKS);
        JsonFile.within(WHERE, "in_channels", inChannels, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "out_channels", outChannels, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "latent_channels", latentChannels, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "layers_per_block", layers, 1, MAX_LAYERS);
        JsonFile.within(WHERE, "norm_num_groups", normGroups, 1, MAX_WIDTH);
        for (int c : blockChannels) {
            JsonFile.within(WHERE, "block_out_channels", c, 1, MAX_WIDTH);
            if (c % normGroups != 0) {
                throw new ModelFileException(
                        WHERE + "norm_num_groups: " + normGroups + " does not divide block_out_channels " + c);
            }
        }
    }

    /** Reads {@code config.json}; a field that asks for a network we do not build is an error that names it. */
    public static AutoencoderConfig of(JsonNode json) {
        List<Integer> channels = UnetConfig.integers(json, "block_out_channels", List.of(64));
        only(json, "down_block_types", "DownEncoderBlock2D", channels.size());
        only(json, "up_block_types", "UpDecoderBlock2D", channels.size());
        if (!List.of("silu", "swish").contains(json.path("act_fn").asText("silu"))) {
            throw new ModelFileException(WHERE + "act_fn: expected silu, found " + json.path("act_fn"));
        }
        for (String field : List.of("latents_mean", "latents_std")) {
            if (json.hasNonNull(field)) {
                throw new ModelFileException(WHERE + field + ": expected null, found " + json.path(field)
                        + "; such autoencoders are not supported");
            }
        }
        return new AutoencoderConfig(
                JsonFile.whole(WHERE, json, "in_channels", 3, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "out_channels", 3, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "latent_channels", 4, 1, MAX_WIDTH),
                channels,
                JsonFile.whole(WHERE, json, "layers_per_block", 1, 1, MAX_LAYERS),
                JsonFile.whole(WHERE, json, "norm_num_groups", 32, 1, MAX_WIDTH),
                JsonFile.real(WHERE, json, "scaling_factor", 0.18215, 1e-6, 1e6),
                JsonFile.real(WHERE, json, "shift_factor", 0, -1e6, 1e6),
                json.path("mid_block_add_attention").asBoolean(true),
                json.path("use_quant_conv").asBoolean(true),
                json.path("use_post_quant_conv").asBoolean(true),
                json.path("force_upcast").asBoolean(true));
    }

    private static void only(JsonNode json, String field, String type, int n) {
        List<String> found = UnetConfig.strings(json, field, List.of(type));
        if (found.size() != n || !found.stream().allMatch(type::equals)) {
            throw new ModelFileException(WHERE + field + ": expected " + n + " times " + type + ", found " + found);
        }
    }

    /** Pixels per latent, in each direction. */
    public int downscale() {
        return 1 << (blockChannels.size() - 1);
    }
}
