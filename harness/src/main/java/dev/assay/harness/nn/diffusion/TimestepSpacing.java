package dev.assay.harness.nn.diffusion;

import java.util.Locale;

/** How N timesteps are chosen among the training timesteps (Lin et al. 2023, table 2). */
public enum TimestepSpacing {
    LEADING,
    TRAILING,
    LINSPACE;

    /** The value of {@code timestep_spacing} in a scheduler_config.json. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
