package dev.assay.metrics;

import dev.assay.harness.nn.judge.VisionJudge;

/** What a reader of a score must know of the judge who gave it. */
final class JudgeNote {
    private JudgeNote() {}

    static String of(VisionJudge judge) {
        return "judge " + judge.name() + ", uncalibrated";
    }
}
