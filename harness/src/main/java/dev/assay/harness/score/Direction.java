package dev.assay.harness.score;

/** Which way a metric improves. */
public enum Direction {
    HIGHER,
    LOWER,
    /** A drift either way is a change for the worse. */
    TWO_SIDED
}
