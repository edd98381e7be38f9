package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.Session;
import dev.assay.reports.facts.FileFacts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gate cannot take is said before anything is loaded or rendered. */
class GatedSessionTest {
    @TempDir
    Path root;

    private String problem(String... settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("assay.root", root.toString());
        properties.put("assay.build.gate", "true");
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return Session.read("microcosm", Map.of(), properties).problem();
    }

    @Test
    void a_gate_takes_one_file() throws Exception {
        Files.createDirectories(root.resolve("loras"));
        assertThat(problem("assay.lora", "a.safetensors")).contains("-Dassay.collection=DIR");
        assertThat(problem("assay.collection", "c")).contains("-Dassay.lora=FILE");
        assertThat(problem("assay.collection", "c", "assay.lora", "a.safetensors,b.safetensors@0.5"))
                .contains("one file at a time", "a.safetensors,b.safetensors@0.5", "by itself");
        assertThat(problem("assay.collection", "c", "assay.lora", "a.safetensors", "assay.checkpoint", "b.safetensors"))
                .contains("one file at a time");
        assertThat(problem("assay.collection", "c", "assay.lora", "loras")).contains("the folder loras");
        assertThat(problem("assay.collection", "c", "assay.checkpoint", "loras"))
                .contains("the folder loras");
    }

    @Test
    void what_the_collection_has_already_is_said_before_the_first_picture() throws Exception {
        Path shelf = Files.createDirectories(root.resolve("shelf"));
        Path suites = root.resolve("microcosm");
        Files.createDirectories(suites);
        Files.writeString(suites.resolve("base.safetensors"), "base");
        byte[] mine = safetensors("{}", 7);
        Files.write(root.resolve("mine.safetensors"), mine);
        Files.write(root.resolve("described.safetensors"), safetensors("{\"title\":\"another\"}", 7));
        Files.write(root.resolve("other.safetensors"), safetensors("{}", 8));
        String weights = FileFacts.read(root.resolve("mine.safetensors")).weightsSha256();
        assertThat(weights).isNotNull();
        Files.writeString(
                shelf.resolve("collection.json"),
                "{\"schema\": \"assay-collection/1\", \"files\": [{\"name\": \"There.safetensors\", \"sha256\": \""
                        + Hashes.sha256(mine) + "\", \"weightsSha256\": \"" + weights + "\", \"bytes\": " + mine.length
                        + "}]}");

        assertThat(gate("mine.safetensors"))
                .isEqualTo("a duplicate: the same bytes are in the collection as There.safetensors");
        assertThat(gate("described.safetensors"))
                .isEqualTo("a duplicate: the same weights, with another description, are in the collection as"
                        + " There.safetensors");
        assertThat(gate("other.safetensors")).doesNotContain("duplicate");
        Files.write(root.resolve("there.safetensors"), safetensors("{}", 8));
        assertThat(gate("there.safetensors")).contains("another file of this name (There.safetensors)");
        Files.write(root.resolve("there.safetensors"), mine);
        assertThat(gate("there.safetensors")).as("the same again").doesNotContain("collection");
        assertThat(gate("mine.safetensors", "assay.override", "Ada: it is a copy"))
                .doesNotContain("duplicate");
        Files.writeString(shelf.resolve("collection.yaml"), "duplicates: allow");
        assertThat(gate("mine.safetensors")).doesNotContain("duplicate");
        Files.writeString(shelf.resolve("collection.json"), "{ damaged");
        assertThat(gate("mine.safetensors")).as("left to the gate").doesNotContain("collection");
    }

    /** What else is wrong with these files is of no interest; empty for nothing. */
    private String gate(String lora, String... more) {
        List<String> settings = new ArrayList<>(List.of("assay.collection", "shelf", "assay.lora", lora));
        settings.addAll(List.of(more));
        String problem = problem(settings.toArray(String[]::new));
        return problem == null ? "" : problem;
    }

    private static byte[] safetensors(String metadata, int value) {
        byte[] header = ("{\"__metadata__\":" + metadata + ",\"a.lora_down.weight\":{\"dtype\":\"F32\",\"shape\":[1],"
                        + "\"data_offsets\":[0,4]}}")
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .putInt(value)
                .array();
    }
}
