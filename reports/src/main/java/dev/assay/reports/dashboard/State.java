package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;

/** What is known of a model, mildest first. Like an outcome, and: not judged, which is never shown as passed. */
enum State {
    PASSED(0, "\u2713"),
    /** Of a criterion that decides nothing: anything but passed. */
    SOFT(6, "~"),
    UNJUDGED(1, "\u2013"),
    UNAVAILABLE(2, "\u2205"),
    INCONCLUSIVE(3, "?"),
    REGRESSED(4, "\u2717"),
    BROKEN(5, "!");

    /** In the data of the pages, where {@code assay.js} has the same list. */
    private final int code;

    /** Beside the colour, for those who do not see it. */
    private final String sign;

    State(int code, String sign) {
        this.code = code;
        this.sign = sign;
    }

    static State of(Outcome outcome) {
        return valueOf(outcome.name());
    }

    /** A criterion of which nothing was compared was not judged. */
    static State of(VerdictEntry criterion) {
        if (criterion.soft() && !criterion.is(Outcome.PASSED)) {
            return SOFT;
        }
        return criterion.is(Outcome.INCONCLUSIVE) && !criterion.wasJudged() ? UNJUDGED : of(criterion.outcome());
    }

    int code() {
        return code;
    }

    public String sign() {
        return sign;
    }

    /** {@code not judged}, {@code passed}: the word for people and, without its blank, the class in the style sheet. */
    public String word() {
        return this == UNJUDGED ? "not judged" : name().toLowerCase(java.util.Locale.ROOT);
    }

    public String style() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
