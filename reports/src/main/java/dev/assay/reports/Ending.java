package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.INCONCLUSIVE;

import dev.assay.harness.run.Settings;
import dev.assay.harness.verdict.Outcome;

/** How a judgement ends, as the exit code of its process. */
public enum Ending {
    /** Passed, or inconclusive where that is allowed, or in the collection by a person's word. */
    OPEN(0),
    REGRESSED(1),
    /** Neither shown to be worse nor shown not to be; or passed, and still not added to the collection. */
    UNDECIDED(2),
    /** The machine, a setting or Assay failed, or a report is missing. */
    BROKEN(3);

    private final int code;

    Ending(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /**
     * @param settings null where they cannot be read
     * @param admitted null without a gate
     * @param reported card and report are there
     */
    static Ending of(Gate gate, Settings settings, GateResult admitted, boolean reported) {
        boolean opens = admitted != null
                ? admitted.in()
                : gate.opens(settings != null && settings.get(INCONCLUSIVE).equals("allow"));
        if (opens) {
            return reported ? OPEN : BROKEN;
        }
        return failed(gate.outcome());
    }

    /** Of what did not open the gate, though it may have passed. */
    public static Ending failed(Outcome outcome) {
        return switch (outcome) {
            case PASSED, INCONCLUSIVE, UNAVAILABLE -> UNDECIDED;
            case REGRESSED -> REGRESSED;
            case BROKEN -> BROKEN;
        };
    }
}
