package dev.assay.harness.model.lora;

import dev.assay.harness.model.FileState;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Reads the headers of LoRA files for a run: each once, as long as its file does not change. Of many it keeps some. For threads. */
public final class LoraReader {
    private static final int KEPT = 64; // files

    private final Map<FileState, LoraFile> files = new ConcurrentHashMap<>();
    private final Function<Path, ModelHeader> headers;

    public LoraReader() {
        this(ModelHeader::read);
    }

    /** @param headers reads a header, and throws a {@link ModelFileException} where there is none */
    public LoraReader(Function<Path, ModelHeader> headers) {
        this.headers = headers;
    }

    /** @throws ModelFileException as {@link ModelHeader#read(Path)} */
    public LoraFile read(Path path) {
        if (files.size() >= KEPT) {
            files.clear();
        }
        try {
            return files.computeIfAbsent(FileState.of(path), state -> LoraFile.of(headers.apply(path)));
        } catch (IOException e) {
            return LoraFile.of(headers.apply(path)); // says what is wrong with it
        }
    }
}
