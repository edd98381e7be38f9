package dev.assay.harness.verdict;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What became of a criterion, or of a run. */
public enum Outcome {
    /** Shown: not worse than the margin allows (or, for an effect, beyond the noise floor). */
    PASSED(0),
    /** Shown: worse than the margin allows. */
    REGRESSED(2),
    /** Neither shown; the reason says what is missing. */
    INCONCLUSIVE(1),
    /** Of a criterion only: weights that its metric needs are missing; the reason says which and where they belong. */
    UNAVAILABLE(1),
    /** No judgement: the harness, the machine or a file failed. */
    BROKEN(3);

    private final int gravity;

    Outcome(int gravity) {
        this.gravity = gravity;
    }

    /**
     * What a whole is, of which these are the parts: BROKEN before REGRESSED before INCONCLUSIVE before PASSED. A whole is never UNAVAILABLE
     * but INCONCLUSIVE, and of nothing it is BROKEN: nothing passes on nothing.
     */
    public static Outcome worst(Stream<Outcome> parts) {
        Outcome worst = parts.max(Comparator.comparingInt(o -> o.gravity)).orElse(BROKEN);
        return worst == UNAVAILABLE ? INCONCLUSIVE : worst;
    }

    /** The outcome that a file names; a word that is no outcome, or none at all, is no judgement: BROKEN. */
    public static Outcome parse(@Nullable String word) {
        return Arrays.stream(values())
                .filter(o -> o.name().equalsIgnoreCase(word))
                .findFirst()
                .orElse(BROKEN);
    }
}
