package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.PROCESSORS;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;

import dev.assay.harness.model.ModelHeader.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What tells the UNets of Stable Diffusion apart: the width of the text features, and what else is embedded with the time. */
final class StableDiffusionUnet {
    /** Whose number tells nothing: the text features' width does. */
    static final Map<String, Integer> BLOCKS = Map.of(
            "down_blocks", 0,
            "up_blocks", 0,
            "mid_block", 0,
            "input_blocks", 0,
            "output_blocks", 0,
            "middle_block", 0);

    static final ModuleNaming NAMING =
            ModuleNaming.of(Set.of("input_blocks.0.0"), Set.of("down_blocks.0.resnets.0.conv1"), new UnetNames.Both());

    /** How ComfyUI lets LoRAs name the modules of every UNet of this kind, whatever its size. */
    static final List<ComfyUiSpelling> COMFYUI_NAMES = List.of(
            flat("lora_unet_", DIFFUSERS),
            flat("lora_unet_", ORIGINAL),
            dotted("diffusion_model.", ORIGINAL),
            flat("lycoris_", DIFFUSERS),
            dotted("", PROCESSORS),
            dotted("unet.", PROCESSORS));

    static final GraphNodes COMFYUI_NODES = GraphNodes.of(
            GraphNodes.Latent.CHANNELS_4,
            GraphNodes.Shift.NONE,
            GraphNodes.Trait.LORA_ON_TEXT,
            GraphNodes.Trait.CLIP_SKIP);

    private static final Pattern CROSS = Pattern.compile("attn2_to_[kv]$");
    private static final Pattern UNET = Pattern.compile(
            "^(down_blocks|up_blocks|input_blocks|output_blocks|mid_block|middle_block|conv_in$|conv_out$|time_embed)");
    /** Only SDXL's UNet has more than one transformer block in a row, and none on its widest level. */
    private static final Pattern DEEP = Pattern.compile("transformer_blocks_[1-9]");

    private static final Pattern FIRST_LEVEL =
            Pattern.compile("^(down_blocks_0_attentions|input_blocks_[12]_1_(trans|proj)|up_blocks_3_attentions)");

    private static final String INPAINTING = "inpainting";
    private static final String PIX2PIX = "InstructPix2Pix";

    private StableDiffusionUnet() {}

    /** Width of the text features that the UNet attends to; -1 for other models. */
    static long textWidth(Layers layers) {
        if (!layers.has("input_blocks.0.0.weight")
                && !(layers.has("conv_in.weight") && layers.hasUnder("down_blocks.0."))) {
            return -1;
        }
        Tensor key = layers.first("attn2.to_k.weight");
        return key == null || key.shape().size() < 2 ? 0 : key.shape().get(1);
    }

    /** Width of the pooled text and sizes; -1 without any. */
    static long additionWidth(Layers layers) {
        return Math.max(
                layers.dimension("label_emb.0.0.weight", 1), layers.dimension("add_embedding.linear_1.weight", 1));
    }

    /** What the number of input channels says. */
    static String input(Layers layers) {
        long channels = Math.max(layers.dimension("input_blocks.0.0.weight", 1), layers.dimension("conv_in.weight", 1));
        return channels == 9 ? INPAINTING : channels == 8 ? PIX2PIX : "";
    }

    /** Width of the text features that an IP-Adapter adds to; -1 for another file. */
    static long imagePromptWidth(Layers layers) {
        Tensor key = layers.first("to_k_ip.weight");
        return key == null || key.shape().size() < 2 ? -1 : key.shape().get(1);
    }

    static boolean isUnet(AdapterLayers layers) {
        return layers.any(UNET);
    }

    /** Widths of the text features that the changed layers attend to; empty where the file does not tell. */
    static Set<Long> textWidths(AdapterLayers layers) {
        return layers.widths(CROSS);
    }

    static boolean looksLikeSdxl(AdapterLayers layers) {
        return layers.touchesTextEncoder(2) || (isUnet(layers) && layers.named(DEEP));
    }

    static boolean hasFirstLevel(AdapterLayers layers) {
        return layers.named(FIRST_LEVEL);
    }

    /** Only CLIP layers are changed. */
    static boolean textOnly(AdapterLayers layers) {
        return !layers.touchesDenoiser() && layers.touchesTextEncoder(1);
    }

    static Optional<FamilyMatch> match(String word, String title, String detail) {
        return Optional.of(FamilyMatch.unet(word, title)
                .detail(detail)
                .needs(detail.equals(INPAINTING) ? Edit.MASKED : detail.equals(PIX2PIX) ? Edit.PICTURE : ""));
    }
}
