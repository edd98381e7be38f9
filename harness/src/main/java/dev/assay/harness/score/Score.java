package dev.assay.harness.score;

import java.util.List;

/** A number with its evidence, or the reason why there is none. */
public sealed interface Score {
    /**
     * @param value finite
     * @param evidence one sentence for people, e.g. {@code 3 feet found; the case expects 2}
     * @param marks places in the picture that show it; may be empty
     */
    record Measured(double value, String evidence, List<Mark> marks) implements Score {
        public Measured {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("expected a finite value, found " + value + " (" + evidence + ")");
            }
            marks = List.copyOf(marks);
        }

        public Measured(double value, String evidence) {
            this(value, evidence, List.of());
        }
    }

    /** No number, and why. */
    record Unscored(String reason) implements Score {}

    /** A box in pixels of the picture, origin top left. */
    record Mark(String label, double x0, double y0, double x1, double y1, double confidence) {}
}
