package dev.assay.harness.model.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Stable Diffusion 2.0 and 2.1: the UNet of 1.5 with the wider features of OpenCLIP-H. */
final class Sd2 {
    private static final String ID = "sd2";
    private static final String TITLE = "Stable Diffusion 2";
    private static final long TEXT = 1024;
    private static final int SD15_TEXT_LAYERS = 12; // of 23 here

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.UNET),
            Signs.of(Sd2::model, Sd2::lora, PublishedModel.of(TITLE, StableDiffusionUnet.BLOCKS, "sd2")),
            List.of("stable-diffusion-v2", "sd_v2"),
            LoraFacts.of(ID, TITLE),
            StableDiffusionUnet.NAMING,
            TextEncoders.of(TextEncoder.CLIP_H),
            4,
            Sites.civitai("SD 2.1").webUi("SD2"),
            ComfyUi.noneYet(
                    "ComfyUI has no template for it, and what size and prediction a file was trained for is its own",
                    StableDiffusionUnet.COMFYUI_NAMES),
            DiffusersPipeline.NOT_KNOWN);

    private Sd2() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        return StableDiffusionUnet.textWidth(layers) == TEXT
                ? StableDiffusionUnet.match(
                        ID, "Stable Diffusion 2 or a finetune of it", StableDiffusionUnet.input(layers))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        boolean told = text.contains(TEXT)
                || (text.isEmpty() && layers.highestTextLayer() >= SD15_TEXT_LAYERS)
                || (text.isEmpty() && layers.claims("sd_v2"));
        boolean unet = StableDiffusionUnet.isUnet(layers) || StableDiffusionUnet.textOnly(layers);
        return unet && told ? Optional.of(FamilyMatch.unet(ID, TITLE)) : Optional.empty();
    }
}
