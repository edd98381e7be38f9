package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.LoraFacts.Twin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stable Diffusion 1.x: the features of CLIP-L, 768 wide. */
final class Sd15 {
    private static final String ID = "sd15";
    private static final String TITLE = "Stable Diffusion 1.5";
    private static final String OR_2 = TITLE + " (or 2: this kind of LoRA does not tell)";
    private static final long TEXT = 768;

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.UNET, FamilyTrait.LOCAL),
            Signs.of(Sd15::model, Sd15::lora, PublishedModel.of(TITLE, StableDiffusionUnet.BLOCKS, "sd15"))
                    .imagePrompt(l -> StableDiffusionUnet.imagePromptWidth(l) == TEXT),
            List.of("stable-diffusion-v1", "sd_v1"),
            LoraFacts.of(ID, TITLE).twin(new Twin("sd2", OR_2, false)),
            StableDiffusionUnet.NAMING,
            TextEncoders.of(TextEncoder.CLIP_L),
            4,
            Sites.civitai("SD 1.5").webUi("SD1"),
            ComfyUi.of(
                    StableDiffusionUnet.COMFYUI_NAMES,
                    ComfyVariant.only(
                            ID,
                            "SD 1.5",
                            new Defaults(512, 20, 8, "euler", "normal", null, null),
                            "",
                            new TextEncoderFiles(List.of(TextEncoderFiles.CLIP_L), Map.of(1, "stable_diffusion")),
                            List.of("vae-ft-mse-840000-ema-pruned.safetensors"),
                            StableDiffusionUnet.COMFYUI_NODES)),
            DiffusersPipeline.STABLE_DIFFUSION);

    private Sd15() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        return StableDiffusionUnet.textWidth(layers) == TEXT
                ? StableDiffusionUnet.match(
                        ID, "Stable Diffusion 1.5 or a finetune of it", StableDiffusionUnet.input(layers))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        if (text.contains(TEXT)) {
            return Optional.of(FamilyMatch.unet(ID, TITLE));
        }
        if (!text.isEmpty()) {
            return Optional.empty();
        }
        boolean told = layers.highestTextLayer() >= 0 || layers.claims("sd_v1") || layers.claims("stable-diffusion-v1");
        if (StableDiffusionUnet.textOnly(layers) || (StableDiffusionUnet.isUnet(layers) && told)) {
            return Optional.of(FamilyMatch.unet(ID, TITLE));
        }
        return StableDiffusionUnet.hasFirstLevel(layers) ? Optional.of(FamilyMatch.unet(ID, OR_2)) : Optional.empty();
    }
}
