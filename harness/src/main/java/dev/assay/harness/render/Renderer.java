package dev.assay.harness.render;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelUnderTest;
import java.util.Map;

/**
 * Makes pictures. One model is loaded at a time; callers render all pictures of a model in a row. Whoever opens a renderer
 * closes it.
 */
public interface Renderer extends AutoCloseable {
    /** {@code local}, {@code comfyui}; goes into the hash of a picture. */
    String name();

    /** Changes whenever the same request may give other pixels; goes into the hash of a picture. */
    String version();

    /** Class of device, e.g. {@code cpu} or {@code cuda NVIDIA H200 9.0}; goes into the hash of a picture. */
    String device();

    /**
     * Checks, without rendering, that this model can be rendered: files, shapes, LoRA keys.
     *
     * @throws dev.assay.harness.model.ModelFileException saying what does not fit
     */
    void check(ModelUnderTest model);

    /** Renders one picture, loading the model first if another one is loaded. */
    Image render(RenderRequest request);

    /** Facts about machine and versions for people to read in the record, e.g. driver, free memory; no part of any hash. */
    default Map<String, String> facts() {
        return Map.of();
    }

    /** Peak device memory of the last picture in bytes; 0 on a CPU. */
    default long peakVramBytes() {
        return 0;
    }

    @Override
    void close();
}
