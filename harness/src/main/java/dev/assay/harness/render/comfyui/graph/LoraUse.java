package dev.assay.harness.render.comfyui.graph;

/**
 * A LoRA on a model.
 *
 * @param file name as the server lists it
 * @param strengthModel -100 to 100; 0 changes nothing
 * @param strengthClip the same for the text encoders
 * @param hasTextEncoder whether the file holds weights for a text encoder
 */
public record LoraUse(String file, double strengthModel, double strengthClip, boolean hasTextEncoder) {
    private static final double MOST = 100; // what LoraLoader takes

    public LoraUse {
        Require.file(Keys.LORA, file);
        requireStrength(file, strengthModel);
        requireStrength(file, strengthClip);
    }

    private static void requireStrength(String file, double strength) {
        if (!(Math.abs(strength) <= MOST)) {
            throw new GraphException(
                    Keys.LORA + ": " + file + ": expected a strength from -100 to 100, found " + strength);
        }
    }
}
