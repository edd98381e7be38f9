package dev.assay.harness.run;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.Asked;
import dev.assay.harness.suite.Suite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one run does: base and candidate on a suite.
 *
 * @param suiteHash SHA-256 of the suite file
 * @param baseName short, for people
 * @param candidateName short, for people: the LoRA's or checkpoint's file name without its ending
 * @param seedOffset added to the candidate's seeds; other than 0 only to calibrate the gate on the base itself
 * @param notes for people, on how the suite is written
 * @param use how base and candidate are meant to be used
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
        Use use,
        Path out) {
    /** The same plan for other models. */
    Plan with(ModelUnderTest otherBase, ModelUnderTest otherCandidate) {
        return new Plan(
                suite, suiteHash, otherBase, baseName, otherCandidate, candidateName, seedOffset, notes, use, out);
    }

    /** The same plan with what is known of the use of its files; the suite is asked as files of their purpose are asked. */
    Plan using(Use known, ModelUnderTest usedCandidate) {
        return new Plan(
                suite.forPurpose(known.candidate().purpose()),
                suiteHash,
                base,
                baseName,
                usedCandidate,
                name(base, usedCandidate, seedOffset),
                seedOffset,
                notes,
                known,
                out);
    }

    /** Whether the candidate is asked a third time, with its trigger words left out of the prompt. */
    boolean rendersUntriggered() {
        boolean wanted = use.trigger().equals(Use.BOTH)
                || suite.criteria().stream().anyMatch(c -> c.arm() == Asked.Arm.UNTRIGGERED);
        return wanted && !use.asked().triggers().isEmpty();
    }

    /** A candidate's name for people: of its files, without their endings. */
    static String name(ModelUnderTest base, ModelUnderTest candidate, long seedOffset) {
        List<String> parts = new ArrayList<>();
        if (!candidate.checkpoint().equals(base.checkpoint())
                || candidate.loras().isEmpty()) {
            parts.add(stem(candidate.checkpoint().path()));
        }
        candidate.loras().forEach(l -> parts.add(stem(l.path()) + (l.strength() == 1 ? "" : "@" + l.strength())));
        return String.join("+", parts) + (seedOffset == 0 ? "" : " seeds+" + seedOffset);
    }

    static String stem(Path path) {
        return path.getFileName().toString().replaceFirst("\\.(safetensors|ckpt|pt|bin|gguf)$", "");
    }
}
