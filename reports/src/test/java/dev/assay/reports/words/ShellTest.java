package dev.assay.reports.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {
    @Test
    void everyday_words_stand_as_they_are() {
        assertThat(Shell.posix("-Dassay.lora=loras/my-style_v2.safetensors@0.8"))
                .isEqualTo("-Dassay.lora=loras/my-style_v2.safetensors@0.8");
    }

    @Test
    void what_cannot_be_seen_is_written_as_its_code() {
        assertThat(Shell.posix("a\u202eb\u0007'")).isEqualTo("$'a\\u202eb\\u0007\\''");
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
        assertThat(bash(Shell.posix(word))).isEqualTo(word);
    }

    private static String bash(String quoted) throws IOException, InterruptedException {
        Path bash = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(bash), "no bash to ask");
        ProcessBuilder builder = new ProcessBuilder(bash.toString(), "-c", "printf '%s' " + quoted);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String read = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return read;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.safetensors",
                "--base",
                "my file@0.8.safetensors",
                "-Dassay.lora=x",
                "C:\\models\\a b",
                "it's",
                "(a)&b;c"
            })
    void what_all_shells_agree_on_is_one_line(String word) throws IOException, InterruptedException {
        String quoted = Shell.everywhere(word).orElseThrow();
        assertThat(quoted).isIn(word, '"' + word + '"');
        assertThat(bash(quoted)).isEqualTo(word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$HOME", "100%", "a\"b", "wow!", "`id`", "ends\\", "\\\\server\\x", "a\u201cb", "a\nb"})
    void what_they_do_not_agree_on_has_a_line_for_each(String word) {
        assertThat(Shell.everywhere(word)).isEmpty();
    }

    @Test
    void power_shell_reads_quotes_of_every_shape() {
        assertThat(Shell.powerShell("it's $x")).isEqualTo("'it''s $x'");
        assertThat(Shell.powerShell("a\u2019b")).isEqualTo("'a\u2019\u2019b'");
    }

    @Test
    void the_settings_of_the_run_make_the_command() {
        Map<String, String> asked = new TreeMap<>(Map.of(
                "assay.lora", "microcosm:narrow@0.6", "assay.comfyui.url", "http://h:1", "assay.progress", "off"));
        Map<String, String> settings = Again.settings(asked, List.of("narrow.safetensors"), "microcosm");
        assertThat(Again.command(settings).everywhere())
                .contains("assay judge \"microcosm:narrow@0.6\" --comfyui-url http://h:1");
        assertThat(Again.maven(settings).everywhere())
                .contains("mvn verify \"-Dassay.comfyui.url=http://h:1\" \"-Dassay.lora=microcosm:narrow@0.6\"");
        Map<String, String> none = Again.settings(Map.of(), List.of("a.safetensors", "b.safetensors@0.5"), "own");
        assertThat(Again.command(none).posix())
                .isEqualTo("assay judge --lora a.safetensors,b.safetensors@0.5 --suite own");
        Again dollars = Again.command(Map.of("assay.lora", "$a.safetensors"));
        assertThat(dollars.everywhere()).isEmpty();
        assertThat(dollars.posix()).isEqualTo("assay judge '$a.safetensors'");
        assertThat(dollars.powerShell()).isEqualTo("assay judge '$a.safetensors'");
    }
}
