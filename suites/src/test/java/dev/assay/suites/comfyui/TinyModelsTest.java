package dev.assay.suites.comfyui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small files of the live tests' models; the large ones are made the same way. */
class TinyModelsTest {
    @TempDir
    Path loras;

    @BeforeEach
    void make() throws IOException {
        TinyModels.makeLoras(loras);
    }

    @Test
    void the_bytes_are_the_same_on_every_machine() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        for (String name : new String[] {TinyModels.LORA, TinyModels.LORA_HALF, TinyModels.LORA_SDXL}) {
            hashes.put(name, Hashes.sha256(Files.readAllBytes(loras.resolve(name))));
        }

        assertThat(hashes)
                .containsEntry(TinyModels.LORA, "a3ca9382c3a00ece9df369d5db0548f9b13894600b492af522156f111691d707")
                .containsEntry(TinyModels.LORA_HALF, "de94290bfd43be13d85c94d87532c6e312a3af0384a51c9cc6b2586621b8613c")
                .containsEntry(
                        TinyModels.LORA_SDXL, "ad625a2a5b5cb0ea8e90a17a4b121e236bf8f6fa92885bc157e718e936b57028");
    }

    @Test
    void the_untrained_lora_has_the_names_of_the_trained_one_and_every_up_is_zero() {
        try (SafetensorsFile trained = SafetensorsFile.open(loras.resolve(TinyModels.LORA));
                SafetensorsFile untrained = SafetensorsFile.open(loras.resolve(TinyModels.LORA_ZERO))) {
            assertThat(untrained.tensors().keySet()).isEqualTo(trained.tensors().keySet());
            assertThat(trained.tensors().keySet())
                    .filteredOn(name -> name.endsWith(".lora_up.weight"))
                    .hasSize(13)
                    .allSatisfy(up -> {
                        assertThat(isZero(untrained.bytes(up))).isTrue();
                        assertThat(isZero(trained.bytes(up))).isFalse();
                    });
        }
    }

    private static boolean isZero(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (bytes.get() != 0) {
                return false;
            }
        }
        return true;
    }
}
