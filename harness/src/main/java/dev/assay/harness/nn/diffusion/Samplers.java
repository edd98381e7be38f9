package dev.assay.harness.nn.diffusion;

import java.util.List;
import java.util.stream.Collectors;

/** The list of samplers; a new one is one file and one line here. */
public final class Samplers {
    private static final List<Entry> ALL = List.of(
            new Entry("ddim", "normal", Ddim::new),
            new Entry("euler", "normal", (c, n) -> new Euler(c, Euler.normal(c, n))),
            new Entry("euler", "karras", (c, n) -> new Euler(c, Euler.karras(c, n))),
            new Entry("euler_ancestral", "normal", (c, n) -> new EulerAncestral(c, Euler.normal(c, n))),
            new Entry("euler_ancestral", "karras", (c, n) -> new EulerAncestral(c, Euler.karras(c, n))),
            new Entry("dpmpp_2m", "normal", (c, n) -> new DpmPlusPlus2M(c, DpmPlusPlus2M.normal(c, n))),
            new Entry("dpmpp_2m", "karras", (c, n) -> new DpmPlusPlus2M(c, DpmPlusPlus2M.karras(c, n))));

    private Samplers() {}

    /**
     * A sampler for one picture; not shared between pictures.
     *
     * @param sampler {@code ddim}, {@code euler}, {@code euler_ancestral}, {@code dpmpp_2m}
     * @param schedule {@code normal} or {@code karras}
     * @param steps 1 or more
     * @throws IllegalArgumentException naming what works, where the two do not go together or the steps do not fit
     */
    public static Sampler create(String sampler, String schedule, int steps, SchedulerConfig config) {
        if (steps < 1 || steps > config.trainTimesteps()) {
            throw new IllegalArgumentException("expected 1 to " + config.trainTimesteps() + " steps, found " + steps);
        }
        return ALL.stream()
                .filter(e -> e.sampler.equals(sampler) && e.schedule.equals(schedule))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("sampler " + sampler + " with schedule " + schedule
                        + " is not supported; supported: " + String.join(", ", names())))
                .maker
                .make(config, steps);
    }

    /** Every supported pair, as {@code sampler + schedule}. */
    public static List<String> names() {
        return ALL.stream().map(e -> e.sampler + " + " + e.schedule).collect(Collectors.toUnmodifiableList());
    }

    private interface Maker {
        Sampler make(SchedulerConfig config, int steps);
    }

    private record Entry(String sampler, String schedule, Maker maker) {}
}
