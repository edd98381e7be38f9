package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.text.SettingsException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            which base? give -Dassay.base=FILE -Dassay.renderer=comfyui (without | which base? give --base FILE --comfyui http://HOST:PORT (without
            To judge without them: -Dassay.unavailable=allow | To judge without them: --without-weights
            needs -Dassay.lora=FILE or -Dassay.checkpoint=FILE | needs --lora FILE or --checkpoint FILE
            trusted by -Dassay.comfyui.trustStore=FILE | trusted by --comfyui-trust-store FILE
            assay.seeds (--seeds): expected a whole number | --seeds: expected a whole number
            assay.suite: expected the name | --suite: expected the name
            other weights than its own: -Dassay.weights. | other weights than its own: --weights.
            java -jar reports/target/assay.jar models --suite people | assay models --suite people
            judge them again: mvn verify -Pnightly -Dassay.collection=X | judge them again: assay nightly --collection X
            assay.yaml: lroa: no such setting | assay.yaml: lroa: no such setting
            if it waits for some, give assay.triggerWords | if it waits for some, give --trigger-words
            judge it with assay.triggerWords=WORDS | judge it with --trigger-words WORDS
            judge it with that: assay.triggerWords=WORDS, or a file | judge it with that: --trigger-words WORDS, or a file
            give assay.yaml a line of its own | give assay.yaml a line of its own
            my-Dassay.lora.safetensors | my-Dassay.lora.safetensors
            """)
    void the_command_hears_its_own_words(String build, String command) {
        assertThat(Caller.COMMAND.words(build)).isEqualTo(command);
        assertThat(Caller.BUILD.words(build)).isEqualTo(build);
    }

    @Test
    void no_two_settings_are_one_option() {
        assertThat(SettingKeys.ALL.stream().map(k -> Caller.option(k.name()))).doesNotHaveDuplicates();
        assertThat(Caller.option("assay.comfyui.textEncoders")).isEqualTo("--comfyui-text-encoders");
    }

    @Test
    void a_wrong_value_is_named_as_it_was_given() {
        Map<String, String> given = Map.of("assay.seeds", "none", Caller.PROPERTY, "command");
        assertThatThrownBy(() -> Settings.read(root, Map.of(), given))
                .isInstanceOf(SettingsException.class)
                .satisfies(e -> assertThat(Caller.COMMAND.words(e.getMessage()))
                        .isEqualTo("--seeds: expected a whole number from 1 to 1000, found none"));
    }

    @Test
    void what_is_written_is_reworded_line_by_line_and_otherwise_passed_on_byte_by_byte() {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        PrintStream out = Caller.COMMAND.on(new PrintStream(heard, true, StandardCharsets.UTF_8));
        out.print("größe: -Dassay");
        out.print(".store=DIR\r\nsecond -Dassay.base=");
        out.println("x");
        out.flush();
        assertThat(heard.toString(StandardCharsets.UTF_8))
                .isEqualTo("größe: --store DIR\r\nsecond --base x" + System.lineSeparator());
    }

    @Test
    void a_file_of_the_command_line_stands_in_for_the_one_that_is_written_down() throws Exception {
        java.nio.file.Files.writeString(root.resolve("assay.yaml"), "lora: mine.safetensors\nseeds: 2\n");
        Map<String, String> other = Map.of("assay.checkpoint", "x", "assay.build.candidate", "given");
        Settings settings = Settings.read(root, Map.of("ASSAY_CANDIDATE", "pictures"), other);
        assertThat(settings.values())
                .containsEntry("assay.checkpoint", "x")
                .containsEntry("assay.seeds", "2")
                .doesNotContainKeys("assay.lora", "assay.candidate");
    }
}
