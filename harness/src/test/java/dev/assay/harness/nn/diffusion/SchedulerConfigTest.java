package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerConfigTest {
    @TempDir
    Path folder;

    @Test
    void the_bundled_model_predicts_v_with_trailing_spacing() throws IOException {
        SchedulerConfig config = read("""
                {"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
                 "beta_start": 0.00085, "clip_sample": false, "prediction_type": "v_prediction",
                 "set_alpha_to_one": false, "steps_offset": 1, "thresholding": false,
                 "timestep_spacing": "trailing", "trained_betas": null, "num_train_timesteps": 1000}
                """);
        assertThat(config.prediction()).isEqualTo(Prediction.V);
        assertThat(config.spacing()).isEqualTo(TimestepSpacing.TRAILING);
        assertThat(config.clipSampleRange()).isInfinite();
        assertThat(config.alphaToOne()).isFalse();
    }

    @Test
    void the_scheduler_of_stable_diffusion_1_5_is_the_default_of_single_files() throws IOException {
        assertThat(read("""
                                {"_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
                                 "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false,
                                 "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null, "clip_sample": false}
                                """)).isEqualTo(SchedulerConfig.SD15);
    }

    @Test
    void an_unknown_scheduler_keeps_its_betas() throws IOException {
        SchedulerConfig config = read(
                "{\"_class_name\": \"SomethingNew\", \"beta_start\": 0.001, \"beta_end\": 0.01, \"beta_schedule\": \"linear\"}");
        assertThat(config.betaStart()).isEqualTo(0.001);
        assertThat(config.betaEnd()).isEqualTo(0.01);
        assertThat(config.clipSampleRange()).isInfinite();
    }

    @Test
    void what_is_not_computed_is_an_error_that_names_file_and_field() {
        for (String field : new String[] {
            "\"thresholding\": true",
            "\"trained_betas\": [0.1]",
            "\"beta_schedule\": \"sigmoid\"",
            "\"prediction_type\": \"flow_prediction\"",
            "\"timestep_spacing\": \"random\"",
            "\"timestep_type\": \"continuous\"",
            "\"final_sigmas_type\": \"sigma_min\"",
            "\"steps_offset\": \"one\"",
            "\"rescale_betas_zero_snr\": 1",
        }) {
            assertThatThrownBy(() -> read("{\"_class_name\": \"DDIMScheduler\", " + field + "}"))
                    .as(field)
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("scheduler_config.json")
                    .hasMessageContaining(field.substring(1, field.indexOf('"', 1)));
        }
    }

    @Test
    void flow_matching_and_broken_json_are_errors() {
        assertThatThrownBy(() -> read("{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\"}"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("FlowMatchEulerDiscreteScheduler");
        assertThatThrownBy(() -> read("{")).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> read("[]")).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> read("")).isInstanceOf(ModelFileException.class);
    }

    private SchedulerConfig read(String json) throws IOException {
        return SchedulerConfig.read(Files.writeString(folder.resolve("scheduler_config.json"), json));
    }
}
