package dev.assay.reports.collection;

import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The suite files that Assay brings along: their names mean their content, and nothing else of that name. */
final class BundledSuites {
    private BundledSuites() {}

    /** The file of a suite; empty where none of that name is bundled. */
    static Optional<byte[]> file(String name) {
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream in = BundledSuites.class.getClassLoader().getResourceAsStream("suites/" + name + ".yaml")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of that file. */
    static Optional<String> sha256(String name) {
        return file(name).map(Hashes::sha256);
    }
}
