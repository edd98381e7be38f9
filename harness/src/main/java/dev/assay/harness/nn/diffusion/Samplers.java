package dev.assay.harness.nn.diffusion;

/** The samplers by name. */
public final class Samplers {
    private Samplers() {}

    /** @throws IllegalArgumentException for a name that is not known */
    public static Sampler create(String name, String schedule, int steps, SchedulerConfig config) {
        if (name.equals("ddim") && schedule.equals("normal")) {
            return new DdimSampler(config, steps);
        }
        throw new IllegalArgumentException("sampler " + name + " " + schedule + ": expected ddim normal");
    }
}
