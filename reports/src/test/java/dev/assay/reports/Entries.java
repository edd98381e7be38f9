package dev.assay.reports;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.verdict.Outcome;
import java.util.List;
import java.util.Map;

/** Verdicts as views carry them. */
public final class Entries {
    private Entries() {}

    public static VerdictEntry of(
            String id,
            String metric,
            String version,
            String family,
            Outcome outcome,
            Double estimate,
            Double low,
            Double high,
            double margin,
            String rule,
            String better,
            String unit,
            Double baseMean,
            Double candidateMean,
            int pairs,
            int unscored,
            String reason) {
        return new VerdictEntry(
                id,
                metric,
                version,
                Family.of(family),
                "suite",
                outcome,
                estimate,
                low == null ? null : List.of(low, high),
                0.9,
                margin,
                Rule.valueOf(rule),
                Severity.CRITICAL,
                Direction.valueOf(better),
                unit,
                baseMean,
                candidateMean,
                pairs,
                pairs,
                unscored,
                Map.of(),
                null,
                reason,
                List.of(),
                List.of(),
                null,
                "Is " + metric + " still right?",
                null,
                false,
                false);
    }

    /** One above the base, between 0.5 and 1.5. */
    public static VerdictEntry grid(String version, Outcome outcome) {
        return of(
                "grid",
                "grid",
                version,
                "artifact",
                outcome,
                1.0,
                0.5,
                1.5,
                1,
                "NON_INFERIOR",
                "LOWER",
                "",
                null,
                null,
                4,
                0,
                "");
    }

    /** The same, deciding nothing. */
    public static VerdictEntry soft(VerdictEntry v) {
        return new VerdictEntry(
                v.id(),
                v.metric(),
                v.metricVersion(),
                v.family(),
                v.scope(),
                v.outcome(),
                v.estimate(),
                v.interval(),
                v.confidence(),
                v.margin(),
                v.rule(),
                v.severity(),
                v.better(),
                v.unit(),
                v.baseMean(),
                v.candidateMean(),
                v.clusters(),
                v.pairs(),
                v.unscored(),
                v.unscoredReasons(),
                v.finding(),
                v.reason(),
                v.measurements(),
                v.worst(),
                v.reasonKind(),
                v.question(),
                v.pattern(),
                true,
                v.untriggered());
    }

    /** The same for a reason of a kind. */
    public static VerdictEntry because(VerdictEntry v, String kind) {
        return new VerdictEntry(
                v.id(),
                v.metric(),
                v.metricVersion(),
                v.family(),
                v.scope(),
                v.outcome(),
                v.estimate(),
                v.interval(),
                v.confidence(),
                v.margin(),
                v.rule(),
                v.severity(),
                v.better(),
                v.unit(),
                v.baseMean(),
                v.candidateMean(),
                v.clusters(),
                v.pairs(),
                v.unscored(),
                v.unscoredReasons(),
                v.finding(),
                v.reason(),
                v.measurements(),
                v.worst(),
                kind,
                v.question(),
                v.pattern(),
                v.soft(),
                v.untriggered());
    }

    /** The same, deciding nothing, asked without the trigger words. */
    public static VerdictEntry untriggered(VerdictEntry v) {
        return new VerdictEntry(
                v.id(),
                v.metric(),
                v.metricVersion(),
                v.family(),
                v.scope(),
                v.outcome(),
                v.estimate(),
                v.interval(),
                v.confidence(),
                v.margin(),
                v.rule(),
                v.severity(),
                v.better(),
                v.unit(),
                v.baseMean(),
                v.candidateMean(),
                v.clusters(),
                v.pairs(),
                v.unscored(),
                v.unscoredReasons(),
                v.finding(),
                v.reason(),
                v.measurements(),
                v.worst(),
                v.reasonKind(),
                v.question(),
                v.pattern(),
                true,
                true);
    }
}
