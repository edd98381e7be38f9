package dev.assay.harness.model.loader;

import java.util.List;
import java.util.Optional;

/** The list of loaders. */
public final class LoraLoaders {
    public static final LoraLoader COMFYUI = new ComfyUiLoader();

    public static final LoraLoader LOCAL = new LocalLoader();

    /** No renderer of Assay's: for people who render with it. */
    public static final LoraLoader DIFFUSERS = new DiffusersLoader();

    public static final List<LoraLoader> ALL = List.of(COMFYUI, LOCAL, DIFFUSERS);

    private LoraLoaders() {}

    /** By the name of its renderer. */
    public static Optional<LoraLoader> of(String renderer) {
        return ALL.stream().filter(l -> l.word().equals(renderer)).findFirst();
    }
}
