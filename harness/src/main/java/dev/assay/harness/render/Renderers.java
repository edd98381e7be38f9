package dev.assay.harness.render;

import dev.assay.harness.render.local.LocalRenderer;
import java.util.Map;
import java.util.function.Function;

/** The renderers that exist, by the name that {@code assay.renderer} takes. */
public final class Renderers {
    private static final Map<String, Function<String, Renderer>> ALL = Map.of("local", LocalRenderer::open);

    private Renderers() {}

    /**
     * Opens a renderer.
     *
     * @param device {@code cpu} or {@code cuda}
     */
    public static Renderer open(String name, String device) {
        Function<String, Renderer> opener = ALL.get(name);
        if (opener == null) {
            throw new IllegalArgumentException("assay.renderer: expected one of " + ALL.keySet() + ", found " + name);
        }
        return opener.apply(device);
    }
}
