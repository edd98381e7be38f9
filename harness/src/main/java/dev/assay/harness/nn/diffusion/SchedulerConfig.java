package dev.assay.harness.nn.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The noise process that a model was trained with: what stays the same whichever sampler draws from it.
 *
 * <p>Read from the {@code scheduler_config.json} of diffusers. The scheduler's class chooses only the defaults of missing
 * fields, since the suite names the sampler; fields that only steer one solver ({@code algorithm_type},
 * {@code use_karras_sigmas}, {@code skip_prk_steps}) are therefore left aside. A field that would change the noise process
 * in a way we do not compute is an error.
 *
 * @param trainTimesteps length of the noise process, usually 1000
 * @param betaStart of the schedule of variances
 * @param betaEnd of the schedule of variances
 * @param betaSchedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param prediction what the UNet's output means
 * @param spacing how timesteps are chosen
 * @param stepsOffset added to the timesteps of leading spacing
 * @param alphaToOne whether DDIM's last step ends at alpha-bar 1 instead of the first training alpha-bar
 * @param clipSampleRange DDIM clips predicted clean latents to plus or minus this; infinite for no clipping
 * @param zeroTerminalSnr whether betas are rescaled so that the last timestep is pure noise
 */
public record SchedulerConfig(
        int trainTimesteps,
        double betaStart,
        double betaEnd,
        String betaSchedule,
        Prediction prediction,
        TimestepSpacing spacing,
        int stepsOffset,
        boolean alphaToOne,
        double clipSampleRange,
        boolean zeroTerminalSnr) {

    private static final int MAX_TIMESTEPS = 100_000; // usually 1000
    private static final Set<String> BETA_SCHEDULES = Set.of("linear", "scaled_linear", "squaredcos_cap_v2");

    /** Stable Diffusion 1.x, for single files, which carry no scheduler. */
    public static final SchedulerConfig SD15 = new SchedulerConfig(
            1000,
            0.00085,
            0.012,
            "scaled_linear",
            Prediction.EPSILON,
            TimestepSpacing.LEADING,
            1,
            false,
            Double.POSITIVE_INFINITY,
            false);

    private static final Set<String> LEADING_BY_DEFAULT =
            Set.of("DDIMScheduler", "DDPMScheduler", "PNDMScheduler", "LCMScheduler");
    private static final Set<String> CLIPPED_BY_DEFAULT = Set.of("DDIMScheduler", "DDPMScheduler");

    /** Fields whose other values would change the noise process, with the only value that we compute. */
    private static final Map<String, String> ONLY = Map.of(
            "thresholding", "false",
            "use_flow_sigmas", "false",
            "interpolation_type", "linear",
            "timestep_type", "discrete",
            "final_sigmas_type", "zero");

    public SchedulerConfig {
        if (trainTimesteps < 1
                || trainTimesteps > MAX_TIMESTEPS
                || !(0 < betaStart && betaStart <= betaEnd && betaEnd < 1)
                || stepsOffset < 0
                || stepsOffset > trainTimesteps) {
            throw new IllegalArgumentException("expected num_train_timesteps from 1 to " + MAX_TIMESTEPS
                    + ", 0 < beta_start <= beta_end < 1 and steps_offset from 0 to num_train_timesteps, found "
                    + trainTimesteps + ", " + betaStart + ", " + betaEnd + ", "
                    + stepsOffset);
        }
        if (!BETA_SCHEDULES.contains(betaSchedule)) {
            throw new IllegalArgumentException(
                    "expected beta_schedule linear, scaled_linear or squaredcos_cap_v2, found " + betaSchedule);
        }
        if (!(clipSampleRange > 0)) {
            throw new IllegalArgumentException("expected clip_sample_range > 0, found " + clipSampleRange);
        }
    }

    /**
     * Reads a {@code scheduler_config.json} of diffusers.
     *
     * @throws ModelFileException naming the file and the field that is unreadable or not supported
     */
    public static SchedulerConfig read(Path file) {
        try {
            return of(JsonFile.config(file, "a scheduler"));
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * From the JSON of a {@code scheduler_config.json}.
     *
     * @throws IllegalArgumentException naming the field that is unreadable or not supported
     */
    public static SchedulerConfig of(JsonNode json) {
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("expected a JSON object");
        }
        String kind = json.path("_class_name").asText("");
        if (kind.startsWith("FlowMatch") || kind.startsWith("EDM")) {
            throw new IllegalArgumentException(
                    kind + " is not supported; supported are models with betas (DDIM, PNDM, Euler, DPMSolver, ...)");
        }
        ONLY.forEach((field, supported) -> {
            JsonNode value = json.path(field);
            if (!value.isMissingNode() && !value.isNull() && !value.asText().equals(supported)) {
                throw unsupported(field, value, supported);
            }
        });
        JsonNode betas = json.path("trained_betas");
        if (!betas.isMissingNode() && !betas.isNull()) {
            throw unsupported("trained_betas", betas, "null");
        }
        boolean clip = flag(json, "clip_sample", CLIPPED_BY_DEFAULT.contains(kind));
        return new SchedulerConfig(
                (int) number(json, "num_train_timesteps", 1000),
                number(json, "beta_start", 0.0001),
                number(json, "beta_end", 0.02),
                json.path("beta_schedule").asText("linear"),
                one(json, "prediction_type", Prediction.values(), Prediction::configName, Prediction.EPSILON),
                one(
                        json,
                        "timestep_spacing",
                        TimestepSpacing.values(),
                        TimestepSpacing::configName,
                        LEADING_BY_DEFAULT.contains(kind) ? TimestepSpacing.LEADING : TimestepSpacing.LINSPACE),
                (int) number(json, "steps_offset", 0),
                flag(json, "set_alpha_to_one", !kind.equals("PNDMScheduler")),
                clip ? number(json, "clip_sample_range", 1) : Double.POSITIVE_INFINITY,
                flag(json, "rescale_betas_zero_snr", false));
    }

    private static double number(JsonNode json, String field, double missing) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw unsupported(field, value, "a number");
        }
        return value.asDouble();
    }

    private static boolean flag(JsonNode json, String field, boolean missing) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw unsupported(field, value, "true or false");
        }
        return value.asBoolean();
    }

    private static <T> T one(JsonNode json, String field, T[] values, Function<T, String> name, T missing) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        return Arrays.stream(values)
                .filter(v -> name.apply(v).equals(value.asText()))
                .findFirst()
                .orElseThrow(() -> unsupported(
                        field, value, Arrays.stream(values).map(name).collect(Collectors.joining(", "))));
    }

    private static IllegalArgumentException unsupported(String field, JsonNode found, String supported) {
        return new IllegalArgumentException(field + ": " + found + " is not supported; supported: " + supported);
    }
}
