package dev.assay.harness.score;

/** Which way a metric improves. */
public enum Direction {
    HIGHER,
    LOWER,
    /** A drift either way is a change for the worse. */
    TWO_SIDED;

    /** How much worse a candidate is whose value differs from the base's by this much; below 0 where it is better. */
    public double worsening(double difference) {
        return switch (this) {
            case HIGHER -> -difference;
            case LOWER -> difference;
            case TWO_SIDED -> Math.abs(difference);
        };
    }
}
