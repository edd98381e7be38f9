package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashesTest {
    @TempDir
    Path folder;

    /** Values of FIPS 180-2, appendix B. */
    @Test
    void published_examples_are_met() {
        assertThat(Hashes.sha256("abc".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Hashes.sha256("a".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    @Test
    void a_file_longer_than_a_chunk_has_the_hash_of_its_bytes() throws Exception {
        byte[] bytes = new byte[(1 << 20) * 2 + 17];
        bytes[bytes.length - 1] = 9;
        assertThat(Hashes.sha256(Files.write(folder.resolve("x"), bytes))).isEqualTo(Hashes.sha256(bytes));
    }

    @Test
    void a_missing_file_is_an_error() {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> Hashes.sha256(none))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(none + ": cannot be read");
    }
}
