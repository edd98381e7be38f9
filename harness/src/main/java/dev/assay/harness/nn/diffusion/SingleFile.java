package dev.assay.harness.nn.diffusion;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.weights.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checkpoints of Stable Diffusion 1 in one file, in the layout of the latent-diffusion code that A1111 and ComfyUI also use.
 * Sizes are read off the tensors' shapes; the names are translated to those of diffusers by tables built from the sizes.
 */
public final class SingleFile {
    static final String UNET = "model.diffusion_model.";
    static final String VAE = "first_stage_model.";
    static final String TEXT = "cond_stage_model.transformer.";

    private SingleFile() {}

    /** The three networks' weights under their own names, still without translation. */
    static StateDict part(StateDict file, String prefix, String what) {
        StateDict part = file.below(prefix);
        if (part.names().isEmpty()) {
            throw new ModelFileException("expected a Stable Diffusion 1 checkpoint; no " + what + " (" + prefix
                    + "*) among " + file.names().size() + " tensors, the first is "
                    + file.names().stream().findFirst().orElse("none"));
        }
        return part;
    }

    /** Sizes of the UNet, from its weights without {@link #UNET}. Heads are not in the shapes: 8, or 64 wide for SD 2. */
    public static UnetConfig unetConfig(StateDict w) {
        if (!w.has("input_blocks.0.0.weight") || w.has("label_emb.0.0.weight")) {
            throw new ModelFileException("expected the UNet of Stable Diffusion 1; "
                    + (w.has("label_emb.0.0.weight") ? "label_emb says this is SDXL" : "no input_blocks.0.0.weight"));
        }
        List<Integer> channels = new ArrayList<>();
        List<String> down = new ArrayList<>();
        List<Integer> layers = new ArrayList<>();
        List<Integer> depths = new ArrayList<>();
        int context = 0;
        int layersHere = 0;
        int depthHere = 0;
        int channelsHere = 0;
        int i = 1;
        while (true) {
            String block = "input_blocks." + i + ".";
            boolean resnet = w.has(block + "0.in_layers.0.weight");
            if (resnet) {
                layersHere++;
                channelsHere = size(w, block + "0.out_layers.3.weight", 0);
                while (w.has(block + "1.transformer_blocks." + depthHere + ".attn2.to_k.weight")) {
                    context = size(w, block + "1.transformer_blocks." + depthHere + ".attn2.to_k.weight", 1);
                    depthHere++;
                }
            } else {
                channels.add(channelsHere);
                down.add(depthHere > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D");
                layers.add(layersHere);
                depths.add(Math.max(1, depthHere));
                layersHere = 0;
                depthHere = 0;
                if (!w.has(block + "0.op.weight")) {
                    break;
                }
            }
            i++;
        }
        List<String> up = new ArrayList<>();
        for (int b = down.size() - 1; b >= 0; b--) {
            up.add(down.get(b).equals("DownBlock2D") ? "UpBlock2D" : "CrossAttnUpBlock2D");
        }
        if (context == 0) {
            context = size(w, "middle_block.1.transformer_blocks.0.attn2.to_k.weight", 1);
        }
        List<Integer> heads = new ArrayList<>();
        for (int c : channels) {
            heads.add(context == 1024 ? c / 64 : 8);
        }
        boolean linear = w.shape("middle_block.1.proj_in.weight").size() == 2;
        return new UnetConfig(
                size(w, "input_blocks.0.0.weight", 1),
                size(w, "out.2.weight", 0),
                channels,
                down,
                up,
                layers,
                depths,
                heads,
                context,
                32,
                1e-5,
                linear,
                true,
                0,
                1);
    }

    /** Sizes of the autoencoder, from its weights without {@link #VAE}; the scale of Stable Diffusion 1. */
    public static AutoencoderConfig vaeConfig(StateDict w) {
        List<Integer> channels = new ArrayList<>();
        while (w.has("encoder.down." + channels.size() + ".block.0.conv1.weight")) {
            channels.add(size(w, "encoder.down." + channels.size() + ".block.0.conv1.weight", 0));
        }
        int layers = 0;
        while (w.has("encoder.down.0.block." + layers + ".conv1.weight")) {
            layers++;
        }
        return new AutoencoderConfig(
                size(w, "encoder.conv_in.weight", 1),
                size(w, "decoder.conv_out.weight", 0),
                size(w, "decoder.conv_in.weight", 1),
                channels,
                layers,
                32,
                0.18215,
                0,
                w.has("decoder.mid.attn_1.q.weight"),
                w.has("quant_conv.weight"),
                w.has("post_quant_conv.weight"),
                true);
    }

    private static int size(StateDict w, String name, int axis) {
        if (!w.has(name)) {
            throw new ModelFileException("expected a Stable Diffusion 1 checkpoint; no tensor " + name);
        }
        return w.shape(name).get(axis).intValue();
    }

    /** Module names of the UNet in the file, without {@link #UNET}, to diffusers'. */
    public static Map<String, String> unetNames(UnetConfig config) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("time_embed.0", "time_embedding.linear_1");
        names.put("time_embed.2", "time_embedding.linear_2");
        names.put("input_blocks.0.0", "conv_in");
        int blocks = config.blockChannels().size();
        int i = 1;
        for (int b = 0; b < blocks; b++) {
            String down = "down_blocks." + b + ".";
            for (int j = 0; j < config.layers().get(b); j++, i++) {
                unetResnet(names, "input_blocks." + i + ".0.", down + "resnets." + j + ".");
                if (config.downBlocks().get(b).startsWith("CrossAttn")) {
                    names.put("input_blocks." + i + ".1", down + "attentions." + j);
                }
            }
            if (b < blocks - 1) {
                names.put("input_blocks." + i++ + ".0.op", down + "downsamplers.0.conv");
            }
        }
        unetResnet(names, "middle_block.0.", "mid_block.resnets.0.");
        names.put("middle_block.1", "mid_block.attentions.0");
        unetResnet(names, "middle_block.2.", "mid_block.resnets.1.");
        i = 0;
        for (int b = 0; b < blocks; b++) {
            String up = "up_blocks." + b + ".";
            boolean attends = config.upBlocks().get(b).startsWith("CrossAttn");
            int layers = config.layers().get(blocks - 1 - b) + 1;
            for (int j = 0; j < layers; j++, i++) {
                unetResnet(names, "output_blocks." + i + ".0.", up + "resnets." + j + ".");
                if (attends) {
                    names.put("output_blocks." + i + ".1", up + "attentions." + j);
                }
            }
            if (b < blocks - 1) {
                names.put("output_blocks." + (i - 1) + (attends ? ".2" : ".1") + ".conv", up + "upsamplers.0.conv");
            }
        }
        names.put("out.0", "conv_norm_out");
        names.put("out.2", "conv_out");
        return names;
    }

    private static void unetResnet(Map<String, String> names, String from, String to) {
        names.put(from + "in_layers.0", to + "norm1");
        names.put(from + "in_layers.2", to + "conv1");
        names.put(from + "emb_layers.1", to + "time_emb_proj");
        names.put(from + "out_layers.0", to + "norm2");
        names.put(from + "out_layers.3", to + "conv2");
        names.put(from + "skip_connection", to + "conv_shortcut");
    }

    /** Module names of the autoencoder in the file, without {@link #VAE}, to diffusers'. */
    public static Map<String, String> vaeNames(AutoencoderConfig config) {
        Map<String, String> names = new LinkedHashMap<>();
        int blocks = config.blockChannels().size();
        for (String half : List.of("encoder.", "decoder.")) {
            names.put(half + "conv_in", half + "conv_in");
            for (int j = 0; j < 2; j++) {
                vaeResnet(names, half + "mid.block_" + (j + 1) + ".", half + "mid_block.resnets." + j + ".");
            }
            String mid = half + "mid.attn_1.";
            String attention = half + "mid_block.attentions.0.";
            names.put(mid + "norm", attention + "group_norm");
            names.put(mid + "q", attention + "to_q");
            names.put(mid + "k", attention + "to_k");
            names.put(mid + "v", attention + "to_v");
            names.put(mid + "proj_out", attention + "to_out.0");
            names.put(half + "norm_out", half + "conv_norm_out");
            names.put(half + "conv_out", half + "conv_out");
        }
        for (int b = 0; b < blocks; b++) {
            for (int j = 0; j < config.layers(); j++) {
                vaeResnet(
                        names,
                        "encoder.down." + b + ".block." + j + ".",
                        "encoder.down_blocks." + b + ".resnets." + j + ".");
            }
            names.put("encoder.down." + b + ".downsample.conv", "encoder.down_blocks." + b + ".downsamplers.0.conv");
            int up = blocks - 1 - b;
            for (int j = 0; j <= config.layers(); j++) {
                vaeResnet(
                        names,
                        "decoder.up." + b + ".block." + j + ".",
                        "decoder.up_blocks." + up + ".resnets." + j + ".");
            }
            names.put("decoder.up." + b + ".upsample.conv", "decoder.up_blocks." + up + ".upsamplers.0.conv");
        }
        names.put("quant_conv", "quant_conv");
        names.put("post_quant_conv", "post_quant_conv");
        return names;
    }

    private static void vaeResnet(Map<String, String> names, String from, String to) {
        for (String layer : List.of("norm1", "conv1", "norm2", "conv2")) {
            names.put(from + layer, to + layer);
        }
        names.put(from + "nin_shortcut", to + "conv_shortcut");
    }

    /** The tensor's name with its module translated; a tensor outside every module of the table keeps its name. */
    public static String translate(Map<String, String> modules, String tensor) {
        for (int dot = tensor.lastIndexOf('.'); dot > 0; dot = tensor.lastIndexOf('.', dot - 1)) {
            String module = modules.get(tensor.substring(0, dot));
            if (module != null) {
                return module + tensor.substring(dot);
            }
        }
        return tensor;
    }
}
