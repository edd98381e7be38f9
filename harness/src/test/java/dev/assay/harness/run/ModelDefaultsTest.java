package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.suite.SuiteSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDefaultsTest {
    @Test
    void size_and_clip_skip_are_taken_from_the_file() {
        SuiteSettings own =
                ModelDefaults.of(Map.of("modelspec.resolution", "1024x768", "modelspec.encoder_layer", "2"));

        assertThat(own.width()).isEqualTo(1024);
        assertThat(own.height()).isEqualTo(768);
        assertThat(own.clipSkip()).isEqualTo(1);
        assertThat(own.steps()).isNull();
        assertThat(ModelDefaults.of(Map.of("ss_clip_skip", "1")).clipSkip()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "None", "1024", "99999x8", "1023x1024", "0x0", "8192x8192", "1024x1024\n"})
    void what_is_no_size_is_not_said(String text) {
        assertThat(ModelDefaults.of(Map.of("modelspec.resolution", text))).isEqualTo(SuiteSettings.OPEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "None", "0", "13", "-1", "1e3", "999999999999"})
    void what_is_no_layer_is_not_said(String text) {
        assertThat(ModelDefaults.of(Map.of("ss_clip_skip", text))).isEqualTo(SuiteSettings.OPEN);
    }

    @Test
    void a_model_that_is_not_here_says_nothing() {
        assertThat(ModelDefaults.of(Path.of("nowhere.safetensors"))).isEqualTo(SuiteSettings.OPEN);
    }
}
