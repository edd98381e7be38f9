package dev.assay.harness.render;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One place where pictures are made: this JVM, a ComfyUI server. One model is loaded at a time:
 * callers ask for all pictures of a model in a row. Whoever opens a renderer closes it.
 */
public interface Renderer extends AutoCloseable {
    /** {@code local}, {@code comfyui}; goes into the hash of a picture. */
    String name();

    /** Changes whenever the same request may give other pixels; goes into the hash of a picture. */
    String version();

    /** Class of device, e.g. {@code cpu} or {@code cuda NVIDIA H200 9.0}; goes into the hash of a picture. */
    String device();

    /** The identity of a model's files; goes into the hash of a picture. */
    default Fingerprint fingerprint(ModelUnderTest model, FileHashes hashes) {
        return Fingerprint.of(model, hashes);
    }

    /** The same model by the files that the renderer will read, where they lie on this disk under other paths than the given. */
    default ModelUnderTest atHand(ModelUnderTest model) {
        return model;
    }

    /** What is known of files that are not on this disk, before the first picture. */
    default List<Finding> hints(ModelUnderTest model) {
        return List.of();
    }

    /** What a LoRA that is not on this disk says of itself; empty where nobody can tell. */
    default Map<String, String> metadata(Path lora) {
        return Map.of();
    }

    /** How pictures of this model are made where the suite does not say. */
    default GenerationSettings defaults(ModelUnderTest model) {
        return GenerationSettings.STABLE_DIFFUSION;
    }

    /**
     * Checks, without rendering or loading, that this model can be rendered this way: files, shapes, LoRA keys, samplers.
     *
     * @throws dev.assay.harness.model.ModelFileException saying what does not fit
     */
    void check(ModelUnderTest model, GenerationSettings settings);

    /** In {@link #sent}: the negative prompt that is really sampled away from, the family's own where the suite has none. */
    String NEGATIVE = "assay:sentNegativePrompt";

    /** What the picture of this request is really made with, by the names under which a PNG keeps it; no secrets. */
    default Map<String, String> sent(RenderRequest request) {
        return Map.of();
    }

    /**
     * Begins to make pictures. What was checked is loaded, so that weights which cannot be loaded or merged are found before the first picture.
     *
     * @param models of which there will be pictures, in this order; empty where the store has them all
     * @param steps hears of the steps of a picture
     * @throws dev.assay.harness.model.ModelFileException saying what does not fit
     */
    RenderSession begin(List<ModelUnderTest> models, StepListener steps);

    /** What was noticed while this model was loaded and rendered, e.g. LoRA keys that the server did not load. */
    default List<Finding> findings(ModelUnderTest model) {
        return List.of();
    }

    /** Facts about machine and versions for people to read in the record, e.g. driver, free memory; no part of any hash. */
    default Map<String, String> facts() {
        return Map.of();
    }

    @Override
    void close();
}
