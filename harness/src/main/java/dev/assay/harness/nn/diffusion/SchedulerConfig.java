package dev.assay.harness.nn.diffusion;

import com.fasterxml.jackson.databind.JsonNode;

/** Noise schedule of a model; names of diffusers' {@code scheduler_config.json}, defaults of Stable Diffusion 1. */
public record SchedulerConfig(
        int trainTimesteps,
        double betaStart,
        double betaEnd,
        String betaSchedule,
        String predictionType,
        String timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne) {

    /** Stable Diffusion 1: what a single file, which says nothing, is taken for. */
    public static final SchedulerConfig STABLE_DIFFUSION_1 =
            new SchedulerConfig(1000, 0.00085, 0.012, "scaled_linear", "epsilon", "leading", 1, false);

    /** Reads {@code scheduler_config.json}. */
    public static SchedulerConfig of(JsonNode json) {
        return new SchedulerConfig(
                json.path("num_train_timesteps").asInt(1000),
                json.path("beta_start").asDouble(0.0001),
                json.path("beta_end").asDouble(0.02),
                json.path("beta_schedule").asText("linear"),
                json.path("prediction_type").asText("epsilon"),
                json.path("timestep_spacing").asText("leading"),
                json.path("steps_offset").asInt(0),
                json.path("set_alpha_to_one").asBoolean(true));
    }
}
