package dev.assay.harness.nn.diffusion;

/** What the UNet's output means, with x = alpha * x0 + sigma * epsilon. */
public enum Prediction {
    /** The noise epsilon. */
    EPSILON("epsilon"),
    /** v = alpha * epsilon - sigma * x0 (Salimans and Ho 2022). */
    V("v_prediction"),
    /** The clean latents x0. */
    SAMPLE("sample");

    private final String configName;

    Prediction(String configName) {
        this.configName = configName;
    }

    /** The value of {@code prediction_type} in a scheduler_config.json. */
    public String configName() {
        return configName;
    }
}
