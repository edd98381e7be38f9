package dev.assay.harness.render;

/** Pictures in the making, from {@link Renderer#begin} to {@link #close}; used from one thread. */
public interface RenderSession extends AutoCloseable {
    /** A hint that this request will be asked for next; a renderer with a queue may begin with it. */
    default void prefetch(RenderRequest next) {}

    /**
     * Makes one picture, loading the model first if another one is loaded.
     *
     * @throws RendererLostException when the renderer is gone for good
     */
    Rendered render(RenderRequest request);

    /** Frees the memory of what was loaded for it. */
    @Override
    void close();
}
