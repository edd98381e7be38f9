package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.DEVICE;
import static dev.assay.harness.run.SettingKeys.RENDERER;

import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.local.LocalRenderer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The renderers of a run, opened together and closed together. */
final class Renderers implements AutoCloseable {
    /** Those that exist, by the name that {@code assay.renderer} takes; one entry may open several places. */
    private static final Map<String, Opener> ALL = Map.of(
            "local",
            (settings, root, headers) -> List.of(LocalRenderer.open(settings.get(DEVICE), headers)),
            "comfyui",
            (settings, root, headers) -> ComfyServers.open(settings, root, headers));

    private interface Opener {
        List<Renderer> open(Settings settings, Path root, LoraReader headers);
    }

    private final List<Renderer> all;

    private Renderers(List<Renderer> all) {
        this.all = all;
    }

    /**
     * @param root folder that relative paths start from
     * @param headers of LoRAs, which were read before
     */
    static Renderers open(Settings settings, Path root, LoraReader headers) {
        Opener opener = ALL.get(settings.get(RENDERER));
        if (opener == null) {
            throw new IllegalArgumentException("assay.renderer: expected folder or one of "
                    + new TreeSet<>(ALL.keySet()) + ", found " + settings.get(RENDERER));
        }
        return new Renderers(opener.open(settings, root, headers));
    }

    /** Renderers that are open already. */
    static Renderers of(Renderer... open) {
        return new Renderers(List.of(open));
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
