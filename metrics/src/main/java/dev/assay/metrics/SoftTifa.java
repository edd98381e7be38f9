package dev.assay.metrics;

import java.util.Arrays;

/** How probabilities of right answers become the score of a picture. After Kamath et al. 2025 (GenEval 2), Soft-TIFA. */
final class SoftTifa {
    private SoftTifa() {}

    /** Atom level: the arithmetic mean. */
    static double atoms(double[] right) {
        return Arrays.stream(right).average().orElseThrow();
    }

    /** Prompt level: the geometric mean; one answer that is surely wrong makes it 0. */
    static double prompt(double[] right) {
        double logarithms = 0;
        for (double p : right) {
            logarithms += Math.log(p); // of 0 it is minus infinity, whose exponential is 0
        }
        return Math.exp(logarithms / right.length);
    }
}
