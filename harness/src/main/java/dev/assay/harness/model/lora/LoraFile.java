package dev.assay.harness.model.lora;

import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.SafetensorsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A LoRA of which the header was read: what it holds by names and shapes. Its numbers are read when they are asked for.
 *
 * @param header of the file, or of another kind of file that holds no LoRA
 */
public record LoraFile(ModelHeader header, LoraGrammar grammar) {
    /** @throws dev.assay.harness.model.ModelFileException as {@link ModelHeader#read(Path)} */
    public static LoraFile read(Path path) {
        return of(ModelHeader.read(path));
    }

    public static LoraFile of(ModelHeader header) {
        return new LoraFile(header, LoraGrammar.parse(shapes(header)));
    }

    static Map<String, List<Long>> shapes(ModelHeader header) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        header.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /** Shapes of all tensors by name. */
    public Map<String, List<Long>> shapes() {
        return shapes(header);
    }

    public Path path() {
        return header.path();
    }

    /**
     * What its metadata say of alpha.
     *
     * @throws dev.assay.harness.model.ModelFileException as {@link PeftConfig#of}
     */
    public PeftConfig config() {
        return PeftConfig.of(path(), header.metadata());
    }

    /** Opens the file for its numbers; the header is not read again. */
    public SafetensorsFile open() {
        return SafetensorsFile.open(header);
    }
}
