package dev.assay.reports.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ComfyUI node reads from a card; its Python file runs alone, too. Skipped where there is no python3. */
class ComfyUiNodeTest {
    private static final Path SCRIPT = Path.of("../integrations/comfyui/assay_card.py");

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void aFile() throws IOException {
        model = Files.writeString(folder.resolve("my style.safetensors"), "weights");
    }

    private String said() throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(
                            "python3", "-B", SCRIPT.toAbsolutePath().toString(), model.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException noPython) {
            assumeTrue(false, "no python3");
            throw noPython;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private void card(String text) throws IOException {
        Files.writeString(folder.resolve("my style.assay.json"), text);
    }

    private String judged(String outcome) throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model)));
        return """
                {"schema": "assay-card/1", "name": "my style", "outcome": "%s",
                 "reasons": ["Seeds look alike\\u001b[31m: 1.06 different pictures of 4"],
                 "judged": "2026-11-29T17:43:19Z", "run": "r", "base": {"name": "flux1-dev", "files": []},
                 "model": {"name": "my style", "files": [{"file": "my style.safetensors", "sha256": "%s", "bytes": 7}]},
                 "suite": {"name": "everyday", "version": "1"},
                 "recommended": {"strength": 0.8, "strengthMin": 0.6, "strengthMax": 1.0, "triggerWords": ["zorb"]},
                 "verdicts": [{"id": "vendi", "family": "diversity", "outcome": "REGRESSED"},
                              {"id": "grid", "family": "artifact", "outcome": "PASSED"},
                              {"id": "leak", "family": "effect", "outcome": "REGRESSED", "soft": true}]}
                """.formatted(outcome, sha256);
    }

    @Test
    void a_card_says_why_on_what_and_how_strong() throws Exception {
        card(judged("REGRESSED"));

        assertThat(said())
                .startsWith("my style.safetensors: REGRESSED")
                .contains("Seeds look alike [31m: 1.06 different pictures of 4")
                .doesNotContain("\u001b")
                .contains("on flux1-dev, suite everyday 1, 2026-11-29")
                .contains("not passed: diversity/vendi\n")
                .contains("strength that passed: 0.6 to 1")
                .contains("trigger words: zorb");
    }

    @Test
    void a_card_holds_for_the_bytes_that_were_judged() throws Exception {
        card(judged("PASSED"));
        Files.writeString(model, "other weights");

        assertThat(said()).contains("NOT JUDGED").contains("other bytes").doesNotContain("PASSED");
    }

    @Test
    void what_is_no_card_judges_nothing() throws Exception {
        assertThat(said()).contains("NOT JUDGED").contains("there is no card");
        card("[".repeat(200_000));
        assertThat(said()).contains("NOT JUDGED").contains("cannot be read");
        card("{\"schema\": \"assay-card/1\", \"outcome\": \"PERFECT\"}");
        assertThat(said()).contains("NOT JUDGED").contains("no card of Assay");
        card(
                "{\"schema\": \"assay-card/1\", \"outcome\": \"PASSED\", \"model\": {\"files\": [1, null]}, \"verdicts\": 3}");
        assertThat(said()).contains("NOT JUDGED").contains("other bytes");
    }
}
