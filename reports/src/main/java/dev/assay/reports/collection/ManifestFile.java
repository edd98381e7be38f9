package dev.assay.reports.collection;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Manifests and entries as JSON that people can read and {@code git diff} shows line by line. */
final class ManifestFile {
    private static final int MAX_BYTES = 256 << 20; // some 100,000 files

    private static final JsonMapper JSON = Json.STRICT
            .rebuild()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(new DefaultIndenter("  ", "\n")))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
            .build();

    private ManifestFile() {}

    /** The manifest; an empty one where there is no file yet. */
    static Manifest read(Path file) {
        if (Files.notExists(file)) {
            return Manifest.EMPTY;
        }
        return read(file, Manifest.class);
    }

    static <T> T read(Path file, Class<T> kind) {
        try {
            T value = JSON.readValue(SmallFile.bytes(file, MAX_BYTES), kind);
            if (value == null) {
                throw new CollectionException(file + ": expected an object, found nothing");
            }
            return value;
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
            Throwable cause = e.getCause() instanceof AssayException wrong ? wrong : e;
            String said = cause == e ? Trouble.ofParser(e.getOriginalMessage()) : cause.getMessage();
            throw new CollectionException(
                    file + where + ": " + Words.line(said, 300) + "; put it right, or take it from git", e);
        } catch (IOException e) {
            throw new CollectionException(file + ": cannot be read: " + e, e);
        }
    }

    static byte[] bytes(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
