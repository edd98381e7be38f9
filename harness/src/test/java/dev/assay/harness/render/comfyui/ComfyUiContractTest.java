package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererContract;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ComfyUiContractTest extends RendererContract {
    private final FakeComfy fake = new FakeComfy();

    @AfterEach
    void stop() {
        fake.close();
    }

    @Override
    protected Renderer open() {
        return ComfyUiRendererTest.open(fake);
    }

    @Override
    protected Checkpoint checkpoint() {
        return new Checkpoint(Path.of("sd15.safetensors"));
    }

    @Override
    protected Path lora() {
        return Path.of("style.safetensors");
    }

    @Override
    protected GenerationSettings settings() {
        return new GenerationSettings(64, 64, 4, 7, "euler", "normal", 0);
    }
}
