package dev.assay.suites;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererContract;
import dev.assay.harness.render.local.LocalRenderer;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;

/** The renderer in this JVM keeps the contract of renderers, on the bundled models. */
class LocalContractTest extends RendererContract {
    @Override
    protected Renderer open() {
        return LocalRenderer.open("cpu", new LoraReader());
    }

    @Override
    protected Checkpoint checkpoint() {
        return new Checkpoint(MicrocosmPictures.MICROCOSM.resolve("base"));
    }

    @Override
    protected Path lora() {
        return MicrocosmPictures.MICROCOSM.resolve("loras").resolve("extra-limb.safetensors");
    }

    @Override
    protected GenerationSettings settings() {
        return new GenerationSettings(64, 64, 4, 3, "ddim", "normal", 0);
    }
}
