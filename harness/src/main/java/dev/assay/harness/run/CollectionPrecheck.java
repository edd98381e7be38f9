package dev.assay.harness.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelHashes;
import dev.assay.harness.suite.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What of a collection's folder tells, before the first picture, that a gate will turn a file away: its name is taken, or it is there already under
 * another one. The gate looks again, and has the last word; a folder or manifest that cannot be read is left to it.
 */
final class CollectionPrecheck {
    private static final long MAX_BYTES = 64 << 20; // of a manifest
    private static final long MAX_DESCRIPTION = 1 << 20; // bytes by which two files of the same weights may differ

    private CollectionPrecheck() {}

    /**
     * Why the gate would turn the file away.
     *
     * @param overridden a person's word lets duplicates in, but takes no name away
     */
    static Optional<String> objection(Path collection, Path file, boolean overridden) {
        try {
            Path manifest = collection.resolve("collection.json");
            if (!Files.isRegularFile(manifest) || !Files.isRegularFile(file)) {
                return Optional.empty();
            }
            boolean duplicates = !overridden && !allowsDuplicates(collection.resolve("collection.yaml"));
            long bytes = Files.size(file);
            File asked = new File(file);
            for (JsonNode entry :
                    Json.LENIENT.readTree(SmallFile.bytes(manifest, MAX_BYTES)).path("files")) {
                String name = entry.path("name").asText();
                long there = entry.path("bytes").asLong(-1);
                boolean sameBytes = there == bytes
                        && asked.sha256().equals(entry.path("sha256").asText());
                if (fold(name).equals(fold(file.getFileName().toString()))) {
                    if (!sameBytes) {
                        return Optional.of("the collection has another file of this name (" + name
                                + "); rename yours, or remove that one first: assay collection remove " + name);
                    }
                } else if (duplicates && sameBytes) {
                    return Optional.of("a duplicate: the same bytes are in the collection as " + name);
                } else if (duplicates
                        && there >= 0
                        && Math.abs(there - bytes) <= MAX_DESCRIPTION
                        && entry.hasNonNull("weightsSha256")
                        && entry.path("weightsSha256").asText().equals(asked.weights())) {
                    return Optional.of(
                            "a duplicate: the same weights, with another description, are in the collection as "
                                    + name);
                }
            }
            return Optional.empty();
        } catch (IOException | RuntimeException leftToTheGate) {
            return Optional.empty();
        }
    }

    private static boolean allowsDuplicates(Path policy) throws IOException {
        return Files.isRegularFile(policy)
                && Yaml.read(SmallFile.bytes(policy, 1 << 20)) instanceof Map<?, ?> fields
                && "allow".equals(fields.get("duplicates"));
    }

    /** Names that some file systems cannot tell apart. */
    private static String fold(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    /** Hashes of a file, each read when first asked for. */
    private static final class File {
        private final Path path;
        private String sha256;
        private Optional<String> weights;

        File(Path path) {
            this.path = path;
        }

        String sha256() {
            sha256 = sha256 == null ? Hashes.sha256(path) : sha256;
            return sha256;
        }

        /** Of the tensors alone; null where the file has no such part. */
        String weights() {
            if (weights == null) {
                weights = Optional.ofNullable(Inspector.withHashes(new ModelHashes(null), (f, done, of) -> {})
                        .inspect(path)
                        .hashes()
                        .get(ModelHashes.TENSORS));
            }
            return weights.orElse(null);
        }
    }
}
