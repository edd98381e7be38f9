package dev.assay.harness.model.family;

import dev.assay.harness.model.ModelHeader.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The list of families. The order matters: the first that matches wins, as in ComfyUI's own detection, where a later family's
 * test would match an earlier one's files too.
 */
public final class ModelFamilies {
    private static final ModelFamily SD15 = new Sd15();
    private static final ModelFamily OTHER_UNET = new OtherUnet();
    private static final ModelFamily SD2 = new Sd2();
    private static final ModelFamily SDXL = new Sdxl();
    private static final ModelFamily SD3 = new StableDiffusion3();
    private static final ModelFamily FLUX1 = new Flux1();
    private static final ModelFamily FLUX1_SCHNELL = new Flux1Schnell();
    private static final ModelFamily FLUX2 = new Flux2();
    private static final ModelFamily CHROMA = new Chroma();
    private static final ModelFamily QWEN_IMAGE = new QwenImage();
    private static final ModelFamily HIDREAM_I1 = new HiDreamI1();
    private static final ModelFamily Z_IMAGE = new ZImage();
    private static final ModelFamily LUMINA2 = new Lumina2();
    private static final ModelFamily WAN = new Wan();
    private static final ModelFamily HUNYUAN_VIDEO = new HunyuanVideo();

    private static final ModelFamily CASCADE = OtherFamily.of("Stable Cascade", null, "clf.1.weight");
    private static final ModelFamily AURA_FLOW = OtherFamily.of(
            "AuraFlow", "^(double_layers|joint_transformer_blocks)_N_", "double_layers.0.attn.w1q.weight");
    private static final ModelFamily HUNYUAN_DIT = OtherFamily.of("HunyuanDiT", null, "mlp_t5.0.weight");
    private static final ModelFamily OVIS = OtherFamily.of(
            "Ovis-Image",
            null,
            "double_blocks.0.img_attn.norm.key_norm.scale",
            "double_blocks.0.img_mlp.gate_proj.weight");
    private static final ModelFamily PIXART =
            OtherFamily.of("PixArt", "^blocks_N_cross_attn_(kv|q)_linear|^t_block_", "t_block.1.weight");
    private static final ModelFamily IDEOGRAM4 = OtherFamily.of("Ideogram 4", null, "embed_image_indicator.weight");
    private static final ModelFamily KREA2 =
            OtherFamily.of("Krea 2", "^blocks_N_attn_w[qkvo]$|^txtfusion", "txtfusion.projector.weight");
    private static final ModelFamily ANIMA =
            OtherFamily.of("Anima", "^llm_adapter", "blocks.0.mlp.layer1.weight", "llm_adapter.");
    private static final ModelFamily COSMOS =
            OtherFamily.of("Cosmos Predict 2", "^blocks_N_mlp_layer[12]$", "blocks.0.mlp.layer1.weight");

    /** In the order in which a diffusion model's layers are compared. */
    public static final List<ModelFamily> MODELS = List.of(
            SD3,
            CASCADE,
            AURA_FLOW,
            HUNYUAN_DIT,
            HUNYUAN_VIDEO,
            FLUX2,
            CHROMA,
            OVIS,
            FLUX1,
            FLUX1_SCHNELL,
            PIXART,
            LUMINA2,
            Z_IMAGE,
            WAN,
            HIDREAM_I1,
            QWEN_IMAGE,
            IDEOGRAM4,
            KREA2,
            ANIMA,
            COSMOS,
            SDXL,
            SD2,
            SD15,
            OTHER_UNET);

    /** In the order in which the layers that a LoRA changes are compared. */
    public static final List<ModelFamily> ADAPTERS = List.of(
            HUNYUAN_VIDEO,
            FLUX2,
            CHROMA,
            FLUX1,
            QWEN_IMAGE,
            HIDREAM_I1,
            LUMINA2, // whose fused attention is as wide as all of Z-Image
            Z_IMAGE,
            SD3,
            PIXART,
            ANIMA,
            COSMOS,
            KREA2,
            AURA_FLOW,
            WAN,
            SDXL,
            SD2,
            SD15,
            FLUX1_SCHNELL,
            OTHER_UNET);

    private ModelFamilies() {}

    /** The family of a diffusion model, from its layers. */
    public static Optional<FamilyMatch> model(Layers layers) {
        return MODELS.stream().flatMap(f -> f.model(layers).stream()).findFirst();
    }

    /** A family by its word, as its LoRAs call it. */
    public static Optional<FamilyMatch> named(String word) {
        return PublishedModels.ALL.stream()
                .filter(m -> m.word().equals(word))
                .findFirst()
                .map(m -> FamilyMatch.of(word, m.name()));
    }

    /** The family of the model that a ControlNet, whose layers are a part of its model's, controls. */
    public static Optional<FamilyMatch> control(Layers layers) {
        Optional<FamilyMatch> model = model(layers);
        boolean flux = layers.dimension("x_embedder.weight", 0) == Flux1.HIDDEN
                && layers.has("time_text_embed.text_embedder.linear_1.weight");
        return model.isPresent() || !flux
                ? model
                : Optional.of(FamilyMatch.of("flux1", "Flux.1 dev or a finetune of it"));
    }

    /** The family whose text features an IP-Adapter adds to. */
    public static Optional<FamilyMatch> imagePrompt(Layers layers) {
        Tensor key = layers.first("to_k_ip.weight");
        if (key == null) {
            return layers.hasUnder("double_blocks.0.processor.ip_adapter_")
                    ? Optional.of(FamilyMatch.of("flux1", "Flux.1"))
                    : Optional.empty();
        }
        long text = key.shape().size() < 2 ? 0 : key.shape().get(1);
        return text == 768
                ? Optional.of(FamilyMatch.unet("sd15", "Stable Diffusion 1.5"))
                : text == 2048 ? Optional.of(FamilyMatch.unet("sdxl", "SDXL")) : Optional.empty();
    }

    /** The family that a LoRA was made for. */
    public static Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return TextEncoderLayers.family(layers)
                .or(() -> AdapterFamily.sized(layers))
                .or(() -> ADAPTERS.stream()
                        .flatMap(f -> f.adapter(layers).stream())
                        .findFirst())
                .or(() -> AdapterFamily.named(layers));
    }

    /**
     * Whether a LoRA for one family may be put on a model of another: Chroma is Flux.1 schnell with other modulations, and takes
     * of a LoRA for Flux.1 what changes anything else; the reverse too.
     */
    public static boolean areKin(String one, String other) {
        return one.equals(other) || (FLUX_KIN.contains(one) && FLUX_KIN.contains(other));
    }

    private static final Set<String> FLUX_KIN = Set.of("flux1", "flux1-schnell", "chroma");
}
