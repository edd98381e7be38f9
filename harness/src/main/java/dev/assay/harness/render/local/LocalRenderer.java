package dev.assay.harness.render.local;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.nn.diffusion.ModelParts;
import dev.assay.harness.nn.diffusion.PipelineVersion;
import dev.assay.harness.nn.diffusion.StableDiffusion;
import dev.assay.harness.nn.weights.LoraMerge;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.suite.GenerationSettings;
import java.util.Map;

/**
 * Renders in this JVM, on the CPU. Holds one model at a time: a request for another one closes it and loads the other. Not
 * for use by several threads at once.
 */
public final class LocalRenderer implements Renderer {
    private ModelUnderTest loaded;
    private StableDiffusion model; // of loaded; null before the first picture

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String version() {
        return PipelineVersion.get();
    }

    @Override
    public String device() {
        return "cpu";
    }

    /** {@inheritDoc} Reads headers only: the layout of the checkpoint, and every LoRA's keys and shapes against it. */
    @Override
    public void check(ModelUnderTest candidate) {
        try (ModelParts parts = ModelParts.open(candidate.checkpoint())) {
            LoraMerge.check(
                    candidate.loras(),
                    Map.of(
                            "unet", LoraMerge.shapes(parts.unet()),
                            "text_encoder", LoraMerge.shapes(parts.text())));
        }
    }

    @Override
    public Image render(RenderRequest request) {
        load(request.model());
        GenerationSettings settings = request.settings();
        return model.render(
                request.prompt(),
                request.negativePrompt(),
                request.seed(),
                settings.width(),
                settings.height(),
                settings.steps(),
                settings.guidanceScale(),
                settings.sampler(),
                settings.scheduler(),
                settings.clipSkip());
    }

    private void load(ModelUnderTest wanted) {
        if (model != null && wanted.equals(loaded)) {
            return;
        }
        close(); // before loading, so that two models never share the memory
        model = StableDiffusion.load(wanted.checkpoint(), LoraMerge.of(wanted.loras()));
        loaded = wanted;
    }

    @Override
    public void close() {
        if (model != null) {
            model.close();
            model = null;
            loaded = null;
        }
    }
}
