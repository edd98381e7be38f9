package dev.assay.suites.power;

import dev.assay.harness.suite.Criterion;
import java.util.Map;
import java.util.Objects;

/**
 * How a metric's values scatter on real models: assumptions, stated in the suite's page, since nobody has measured all of them. A picture's
 * value is that of its prompt, a deviation that the model has on the prompt, and chance.
 *
 * @param kind what is drawn
 * @param middle of a base: the mean rate of defects, or the mean value
 * @param chance standard deviation of a picture (of a prompt of four seeds, for a metric of sets) among redrawn ones
 * @param ruined what a ruined picture has: 1 of a rate, else the value that it is worse by
 */
record Habits(Kind kind, double middle, double chance, double ruined) {
    enum Kind {
        /** 0 or 1 for a picture. */
        RATE,
        /** A number for a picture. */
        PICTURE,
        /** A number for the pictures of a prompt. */
        PROMPT,
        /** A share of a few pictures, for a prompt: each is right or wrong. */
        SHARE,
        /** A distance to the base's picture. */
        DISTANCE
    }

    /** Of prompts: on the logit of a rate. */
    static final double SPREAD = 1;

    /** That a model has on a prompt, of the chance of a picture, or on the logit of a rate. */
    static final double OWN = 0.35;

    /** Of a prompt, for which the chance of a metric of sets is stated. */
    static final double SEEDS = 4;

    /** By metric; a criterion's own, by its id, comes before its metric's. */
    private static final Map<String, Habits> ALL = Map.ofEntries(
            Map.entry("blank-frame", new Habits(Kind.RATE, 0, 0, 0)),
            Map.entry("grid", new Habits(Kind.PROMPT, 0, 0.07, 2)),
            Map.entry("people", new Habits(Kind.RATE, 0.06, 0, 1)),
            Map.entry("hands", new Habits(Kind.RATE, 0.25, 0, 1)),
            Map.entry("faces", new Habits(Kind.RATE, 0.05, 0, 1)),
            Map.entry("pose-confidence", new Habits(Kind.PICTURE, 0.7, 0.1, 0.3)),
            Map.entry("objects", new Habits(Kind.PICTURE, 0.75, 0.25, 0.6)),
            Map.entry("text", new Habits(Kind.PICTURE, 0.6, 0.35, 0.5)),
            Map.entry("stray-text", new Habits(Kind.RATE, 0.05, 0, 1)),
            Map.entry("clip-score", new Habits(Kind.PICTURE, 0.26, 0.02, 0.08)),
            Map.entry("clip-score.lettering", new Habits(Kind.PICTURE, 0.26, 0.02, 0.04)), // a scene without its word
            Map.entry("r-precision", new Habits(Kind.SHARE, 0.9, 0, 0.8)),
            Map.entry("layout-diversity", new Habits(Kind.PROMPT, 0.8, 0.15, 0.8)),
            Map.entry("dino-diversity", new Habits(Kind.PROMPT, 0.4, 0.08, 0.4)),
            Map.entry("vendi", new Habits(Kind.PROMPT, 0.4, 0.1, 0.4)),
            Map.entry("prompt-vendi", new Habits(Kind.PROMPT, 1.2, 0.2, 0.29)),
            Map.entry("aesthetic", new Habits(Kind.PICTURE, 5.5, 0.4, 1.5)),
            Map.entry("clip-iqa", new Habits(Kind.PICTURE, 0.8, 0.1, 0.4)),
            Map.entry("effect", new Habits(Kind.DISTANCE, 30, 10, 0)),
            Map.entry("seconds", new Habits(Kind.DISTANCE, 0, 0.05, 0)));

    static Habits of(Criterion criterion) {
        Habits habits = ALL.getOrDefault(criterion.id(), ALL.get(criterion.metric()));
        if (habits == null) {
            throw new IllegalStateException("how does " + criterion.metric() + " scatter? Habits does not say");
        }
        return habits;
    }

    static double rateOfMiscounts() {
        return Objects.requireNonNull(ALL.get("people")).middle();
    }
}
