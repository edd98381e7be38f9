package dev.assay.harness.nn.judge;

/** What a judge says to a question, or why it says nothing. */
public sealed interface Answer {
    /**
     * @param yes P(yes) / (P(yes) + P(no)), in [0, 1]; 0 or 1 from a judge that gives words alone
     * @param mass P(yes) + P(no), in (0, 1]
     */
    record Probability(double yes, double mass) implements Answer {
        public Probability {
            if (!(yes >= 0 && yes <= 1) || !(mass > 0 && mass <= 1)) {
                throw new IllegalArgumentException(
                        "expected yes in [0, 1] and mass in (0, 1], found " + yes + ", " + mass);
            }
        }
    }

    /** No answer, and why. */
    record None(String reason) implements Answer {}
}
