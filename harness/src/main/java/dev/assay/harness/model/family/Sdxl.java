package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.Set;

/** SDXL and what has its layers: Pony, Illustrious, NoobAI; smaller kin; the refiner. */
final class Sdxl implements ModelFamily {
    private static final long TEXT = 2048;

    @Override
    public String word() {
        return "sdxl";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        long text = StableDiffusionUnet.textWidth(layers);
        if (text == 1280 && StableDiffusionUnet.additionWidth(layers) == 2560) {
            return Optional.of(FamilyMatch.unet(word(), "SDXL refiner")
                    .caution("the refiner finishes pictures of the base model and makes none alone: not judged"));
        }
        if (text != TEXT && StableDiffusionUnet.additionWidth(layers) != 2816) {
            return Optional.empty();
        }
        String input = StableDiffusionUnet.input(layers);
        return StableDiffusionUnet.match(word(), "SDXL or a finetune of it", input.isEmpty() ? kin(layers) : input);
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

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        boolean unet = StableDiffusionUnet.isUnet(layers) || !layers.touchesDenoiser();
        return unet && (text.contains(TEXT) || (text.isEmpty() && StableDiffusionUnet.looksLikeSdxl(layers)))
                ? Optional.of(FamilyMatch.unet(word(), "SDXL (or Pony, Illustrious, NoobAI; a LoRA does not tell)"))
                : Optional.empty();
    }
}
