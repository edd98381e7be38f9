package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
}
