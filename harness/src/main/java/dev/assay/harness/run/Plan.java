package dev.assay.harness.run;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.Suite;
import java.nio.file.Path;
import java.util.List;

/**
 * What one run does: base and candidate on a suite.
 *
 * @param suiteHash SHA-256 of the suite file
 * @param baseName short, for people
 * @param candidateName short, for people: the LoRA's or checkpoint's file name without its ending
 * @param seedOffset added to the candidate's seeds; other than 0 only to calibrate the gate on the base itself
 * @param notes for people, on how the suite is written
 * @param out run records are written below it
 */
public record Plan(
        Suite suite,
        String suiteHash,
        ModelUnderTest base,
        String baseName,
        ModelUnderTest candidate,
        String candidateName,
        long seedOffset,
        List<String> notes,
        Path out) {
    /** The same plan for other models. */
    Plan with(ModelUnderTest otherBase, ModelUnderTest otherCandidate) {
        return new Plan(suite, suiteHash, otherBase, baseName, otherCandidate, candidateName, seedOffset, notes, out);
    }
}
