package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
    @Test
    void everyday_words_stand_as_they_are() {
        assertThat(Command.quoted("-Dassay.lora=loras/my-style_v2.safetensors@0.8"))
                .isEqualTo("-Dassay.lora=loras/my-style_v2.safetensors@0.8");
    }

    @Test
    void what_cannot_be_seen_is_written_as_its_code() {
        assertThat(Command.quoted("a\u202eb\u0007'")).isEqualTo("$'a\\u202eb\\u0007\\''");
    }

    /** The judge is a shell: it must give back the very word. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "my file.safetensors",
                "it's",
                "$(touch /tmp/x)",
                "`id`",
                "a;b|c&d>e",
                "\"q\"",
                "back\\slash",
                "!history",
                "~",
                "*",
                "\u00fcml\u00e4ut",
                "\ud83d\ude00",
                "a\nb",
                "\u001b[31m",
                "tab\there",
                "\u202e"
            })
    void a_shell_reads_the_word_back(String word) throws IOException, InterruptedException {
        Path bash = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(bash), "no bash to ask");
        ProcessBuilder builder = new ProcessBuilder(bash.toString(), "-c", "printf %s " + Command.quoted(word));
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(word);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void the_settings_of_the_run_make_the_command() {
        assertThat(Command.of(FakeHistory.digest(0, 0, "2026-11-01")))
                .startsWith("mvn verify ")
                .contains("-Dassay.lora=loras/ink-portrait-v1.safetensors@0.8", "-Dassay.suite=starter");
    }
}
