package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;
import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Schedule;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Qwen-Image 2.1 and its turbo: 32 single blocks, 4096 wide. Nothing but the name and the text encoder's maker is Qwen-Image's. */
final class QwenImage21 {
    private static final String ID = "qwen-image-2-1";
    private static final String TITLE = "Qwen-Image 2.1";
    /** ComfyUI's files have gate and projection in one tensor, in this order. */
    private static final String FUSED = "transformer_blocks.0.img_mlp.gate_up";

    private static final Pattern NAMES =
            Pattern.compile("^transformer_blocks_N_img_mlp_(gate_up|gate_layer)$|^txt_in_text_norm$");
    private static final String NOT_FUSED = "^(?!.*\\.gate_up$)";

    /** Of 0.38.1, the first of whose rules for this model are those of 0.37: read, not run. */
    private static final List<ComfyUiSpelling> COMFYUI_NAMES = ComfyUi.with(
            dotted("transformer.", ORIGINAL).only(NOT_FUSED),
            dotted("", ORIGINAL).only(NOT_FUSED),
            flat("lycoris_", ORIGINAL).only(NOT_FUSED),
            dotted("transformer.", DIFFUSERS),
            dotted("", DIFFUSERS),
            flat("lycoris_", DIFFUSERS));

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS),
            Signs.of(
                    QwenImage21::model,
                    QwenImage21::lora,
                    PublishedModel.of(TITLE, Map.of("transformer_blocks", 32), ID, ID + "-fused")),
            List.of(
                    "qwen-image-2.1",
                    "qwen_image_2.1",
                    "qwen-image-2-1",
                    "qwen_image_2_1",
                    "qwenimage21",
                    "qwen_image21"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.of(
                    Set.of(FUSED),
                    Set.of(), // a file with the two apart has no other names
                    ModuleRules.of(rule(
                            "transformer_blocks.#.img_mlp.gate_up",
                            "transformer_blocks.$1.img_mlp.gate_layer",
                            "transformer_blocks.$1.img_mlp.proj"))),
            TextEncoders.of(TextEncoder.QWEN3_VL_8B),
            64,
            Sites.civitai("Qwen 2"),
            ComfyUi.of(
                    COMFYUI_NAMES,
                    variant(
                            ID,
                            TITLE,
                            "qwen[-_ ]?image[-_ ]?2[-_.]1(?!\\d)(?!.*turbo)",
                            new Defaults(1024, 25, 1, "euler", "simple", null, null),
                            Trait.ONE_ENCODER),
                    variant(
                            ID + "-turbo",
                            TITLE + " turbo",
                            "turbo",
                            new Defaults(1024, 8, 1, "euler", Schedule.QWEN_IMAGE_2_1_TURBO.word(), null, null),
                            Trait.ONE_ENCODER,
                            Trait.ADVANCED)),
            DiffusersPipeline.NOT_KNOWN);

    private QwenImage21() {}

    private static ComfyVariant variant(String name, String title, String hint, Defaults defaults, Trait... traits) {
        return new ComfyVariant(
                name,
                ID,
                title,
                Optional.of(Pattern.compile(hint)),
                defaults,
                "",
                new TextEncoderFiles(
                        List.of(List.of("qwen3vl_8b_int8_convrot.safetensors", "qwen3vl_8b_bf16.safetensors")),
                        Map.of(1, "qwen_image")),
                List.of("qwen_image_2.1_vae_bf16.safetensors"),
                GraphNodes.of(Latent.ADAPTED_16, Shift.FLUX, traits));
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        boolean feedForward =
                layers.has(FUSED + ".weight") || layers.has("transformer_blocks.0.img_mlp.gate_layer.weight");
        return layers.has("txt_in.text_norm.weight") && feedForward
                ? Optional.of(
                        FamilyMatch.of(ID, "Qwen-Image 2.1 (or its turbo, or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(NAMES) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
