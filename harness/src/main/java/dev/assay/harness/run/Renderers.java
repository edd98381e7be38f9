package dev.assay.harness.run;

import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.local.LocalRenderer;
import java.util.Map;
import java.util.function.Function;

/** The renderers that exist, by the name that {@code assay.renderer} takes. */
final class Renderers {
    private static final Map<String, Function<String, Renderer>> ALL = Map.of("local", LocalRenderer::open);

    private Renderers() {}

    /**
     * Opens a renderer.
     *
     * @param device {@code cpu} or {@code cuda}
     */
    static Renderer open(String name, String device) {
        Function<String, Renderer> opener = ALL.get(name);
        if (opener == null) {
            throw new IllegalArgumentException("assay.renderer: expected one of " + ALL.keySet() + ", found " + name);
        }
        return opener.apply(device);
    }
}
