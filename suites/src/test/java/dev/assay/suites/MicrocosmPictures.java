package dev.assay.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The golden files that lie beside the microcosm's networks. */
final class MicrocosmPictures {
    static final Path MICROCOSM = Path.of("microcosm");

    private MicrocosmPictures() {}

    static JsonNode golden(Path folder) {
        try {
            return new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Image read(Path file) {
        return Png.read(file).image();
    }
}
