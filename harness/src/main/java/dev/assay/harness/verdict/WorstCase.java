package dev.assay.harness.verdict;

import dev.assay.harness.score.Score.Mark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pair that shows the defect most.
 *
 * @param seed of the pictures to show
 * @param base value on the base; null where only the difference exists
 * @param baseEvidence null likewise
 * @param baseMarks what the metric saw in the base picture
 * @param candidateMarks what it saw in the candidate picture
 * @param varies what the prompt leaves open, where the pair is one of all seeds; null where it says nothing, and in records of old
 */
public record WorstCase(
        String caseId,
        String prompt,
        long seed,
        @Nullable Double base,
        @Nullable Double candidate,
        double difference,
        @Nullable String baseEvidence,
        @Nullable String candidateEvidence,
        List<Mark> baseMarks,
        List<Mark> candidateMarks,
        @Nullable String varies) {
    public WorstCase {
        baseMarks = baseMarks == null ? List.of() : List.copyOf(baseMarks);
        candidateMarks = candidateMarks == null ? List.of() : List.copyOf(candidateMarks);
    }

    public WorstCase(
            String caseId,
            String prompt,
            long seed,
            @Nullable Double base,
            @Nullable Double candidate,
            double difference,
            @Nullable String baseEvidence,
            @Nullable String candidateEvidence,
            List<Mark> baseMarks,
            List<Mark> candidateMarks) {
        this(
                caseId,
                prompt,
                seed,
                base,
                candidate,
                difference,
                baseEvidence,
                candidateEvidence,
                baseMarks,
                candidateMarks,
                null);
    }
}
