package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** SDXL and what has its layers: Pony, Illustrious, NoobAI; smaller kin; the refiner. */
final class Sdxl {
    private static final String ID = "sdxl";
    private static final String TITLE = "SDXL";
    private static final String ANY = "SDXL (or Pony, Illustrious, NoobAI; a LoRA does not tell)";
    /** Names of the original layout, which trainers flatten for this family alone. */
    private static final Pattern ORIGINAL = Pattern.compile("^(input_blocks|output_blocks|middle_block)_");

    private static final long TEXT = 2048;
    private static final String V_NAME = "v[-_ .]?pred";

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.UNET),
            Signs.of(Sdxl::model, Sdxl::lora, PublishedModel.of(TITLE, StableDiffusionUnet.BLOCKS, "sdxl"))
                    .imagePrompt(l -> StableDiffusionUnet.imagePromptWidth(l) == TEXT)
                    .packed("SDXL"),
            List.of("stable-diffusion-xl", "sdxl"),
            LoraFacts.of(ID, ANY).habit(l -> l.allFlat(ORIGINAL)),
            StableDiffusionUnet.NAMING,
            TextEncoders.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G),
            4,
            Sites.civitai("SDXL 1.0").webUi("SDXL"),
            ComfyUi.of(
                    StableDiffusionUnet.COMFYUI_NAMES,
                    // Without the template's negative, which asks a statue to be without colour: wrong of any other
                    // prompt.
                    variant(
                            ID,
                            TITLE,
                            "",
                            new Defaults(1024, 25, 7, "dpmpp_2m", "karras", null, null),
                            StableDiffusionUnet.COMFYUI_NODES,
                            Optional.empty()),
                    // Without a template of ComfyUI's: as NoobAI's makers say, who warn of every sampler but Euler.
                    variant(
                            ID + "-vpred",
                            TITLE + " with v-prediction",
                            V_NAME,
                            new Defaults(1024, 28, 5, "euler", "normal", null, null),
                            GraphNodes.of(
                                    GraphNodes.Latent.CHANNELS_4,
                                    GraphNodes.Shift.NONE,
                                    GraphNodes.Trait.LORA_ON_TEXT,
                                    GraphNodes.Trait.CLIP_SKIP,
                                    GraphNodes.Trait.V_PREDICTION),
                            Optional.of(new ComfyVariant.Size(ComfyVariant.V_PREDICTION, Pattern.compile(V_NAME))))),
            DiffusersPipeline.STABLE_DIFFUSION_XL);

    private Sdxl() {}

    private static ComfyVariant variant(
            String name,
            String title,
            String hint,
            Defaults defaults,
            GraphNodes nodes,
            Optional<ComfyVariant.Size> size) {
        return new ComfyVariant(
                name,
                ID,
                title,
                Optional.of(Pattern.compile(hint)),
                defaults,
                "",
                new TextEncoderFiles(List.of(TextEncoderFiles.CLIP_L, TextEncoderFiles.CLIP_G), Map.of(2, "sdxl")),
                List.of("sdxl_vae.safetensors", "sdxl.vae.safetensors"),
                nodes,
                size);
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        long text = StableDiffusionUnet.textWidth(layers);
        if (text == 1280 && StableDiffusionUnet.additionWidth(layers) == 2560) {
            return Optional.of(FamilyMatch.unet(ID, "SDXL refiner")
                    .needs("a picture that the base model began")
                    .caution("the refiner finishes pictures of the base model and makes none alone: not judged"));
        }
        if (text != TEXT && StableDiffusionUnet.additionWidth(layers) != 2816) {
            return Optional.empty();
        }
        String input = StableDiffusionUnet.input(layers);
        return StableDiffusionUnet.match(ID, "SDXL or a finetune of it", input.isEmpty() ? kin(layers) : input);
    }

    /** By the number of transformer blocks in a row on the deepest level. */
    private static String kin(Layers layers) {
        int own = Math.max(
                layers.blocks("input_blocks.7.1.transformer_blocks"),
                layers.blocks("input_blocks.5.1.transformer_blocks"));
        int deepest = Math.max(own, layers.blocks("down_blocks.2.attentions.0.transformer_blocks"));
        return switch (deepest) {
            case 4 -> "SSD-1B";
            case 2 -> "Segmind Vega";
            case 5, 6 -> "KOALA";
            default -> "";
        };
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        boolean unet = StableDiffusionUnet.isUnet(layers) || !layers.touchesDenoiser();
        return unet && (text.contains(TEXT) || (text.isEmpty() && StableDiffusionUnet.looksLikeSdxl(layers)))
                ? Optional.of(FamilyMatch.unet(ID, ANY))
                : Optional.empty();
    }
}
