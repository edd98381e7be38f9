package dev.assay.harness.run;

import dev.assay.harness.usage.Usage;
import java.util.List;

/**
 * How the files of a run are used.
 *
 * @param trigger {@code on}, {@code off} or {@code both}: whether the candidate is asked with its trigger words
 * @param candidate all that is said of it, by whomever; its trigger words also where they are not used
 * @param base own settings of the base, which is always asked with the plain prompt
 * @param hints what was seen and is not used, and why
 * @param lookedIn where something could have been said of the candidate's use
 */
record Use(String trigger, Usage candidate, Usage base, List<String> hints, List<String> lookedIn) {
    static final String OFF = "off";
    static final String BOTH = "both";

    /** Nobody says anything. */
    static final Use OPEN = of(Usage.OPEN);

    /** Of a candidate that is said to be used so. */
    static Use of(Usage candidate) {
        return new Use("on", candidate, Usage.OPEN, List.of(), List.of());
    }

    Use {
        hints = List.copyOf(hints);
        lookedIn = List.copyOf(lookedIn);
    }

    /** Of the candidate's pictures, which are judged. */
    Usage asked() {
        return trigger.equals(OFF) ? candidate.withoutTrigger() : candidate;
    }
}
