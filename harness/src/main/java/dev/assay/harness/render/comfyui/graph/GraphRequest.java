package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.suite.GenerationSettings;
import java.util.List;

/**
 * One picture of a family's text-to-image graph.
 *
 * @param textEncoders file names as the server lists them; empty for those inside a full checkpoint
 * @param vae file name; null for the one inside a full checkpoint
 * @param loras in load order
 * @param negative null for the family's own
 * @param seed unsigned, 0 to 2^64-1
 * @param filenamePrefix below the server's output folder, {@code evals/run/case}; null for a preview in its temporary folder
 * @param repeatNonce text that the server has not seen for this picture makes it render again; null to allow its cache
 */
public record GraphRequest(
        ComfyVariant family,
        ModelSource model,
        List<String> textEncoders,
        String vae,
        List<LoraUse> loras,
        String prompt,
        String negative,
        long seed,
        GenerationSettings settings,
        String filenamePrefix,
        String repeatNonce) {
    public GraphRequest {
        textEncoders = List.copyOf(textEncoders);
        loras = List.copyOf(loras);
        Require.text("prompt", prompt);
        textEncoders.forEach(file -> Require.file(Keys.TEXT_ENCODERS, file));
        if (vae != null) {
            Require.file(Keys.VAE, vae);
        }
        if (filenamePrefix != null) {
            Require.file("the output's name", filenamePrefix);
        }
        FamilyGraphs.requireFits(family, settings);
        boolean whole = model.kind() == ModelSource.Kind.CHECKPOINT;
        if (textEncoders.isEmpty() && !whole) {
            throw new GraphException(Keys.TEXT_ENCODERS + ": " + model.file() + " holds the model only; "
                    + family.title() + " needs " + TextEncoders.describe(family.textEncoders()));
        }
        if (vae == null && !whole) {
            throw new GraphException(Keys.VAE + ": " + model.file() + " holds the model only; " + family.title()
                    + " needs a VAE, e.g. " + family.vaes().get(0));
        }
    }
}
