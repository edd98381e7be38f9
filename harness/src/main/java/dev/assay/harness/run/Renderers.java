package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.DEVICE;
import static dev.assay.harness.run.SettingKeys.RENDERER;

import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.local.LocalRenderer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The renderers of a run, opened together and closed together. */
final class Renderers implements AutoCloseable {
    private final List<Renderer> all;

    private Renderers(List<Renderer> all) {
        this.all = all;
    }

    /**
     * @param root folder that relative paths start from
     * @param headers of LoRAs, which were read before
     */
    static Renderers open(Settings settings, Path root, LoraReader headers) {
        return new Renderers(
                switch (settings.get(RENDERER)) {
                    case "local" -> List.of(LocalRenderer.open(settings.get(DEVICE), headers));
                    case "comfyui" -> ComfyServers.open(settings, root, headers);
                    default -> List.of(); // finished pictures need none
                });
    }

    List<Renderer> all() {
        return all;
    }

    @Override
    public void close() {
        List<RuntimeException> troubles = new ArrayList<>();
        for (Renderer renderer : all) {
            try {
                renderer.close();
            } catch (RuntimeException trouble) {
                troubles.add(trouble); // the others must close all the same
            }
        }
        if (!troubles.isEmpty()) {
            throw troubles.get(0);
        }
    }
}
