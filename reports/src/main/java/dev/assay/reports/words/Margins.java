package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import java.util.List;

/** Where a margin lies on the axis of candidate minus base. */
public final class Margins {
    private Margins() {}

    /** None, one, or both ends. */
    public static List<Double> limits(VerdictEntry v) {
        double margin = v.margin();
        return switch (v.rule()) {
            case NON_INFERIOR, DEFECT_RATE_NON_INFERIOR ->
                switch (v.better()) {
                    case HIGHER -> List.of(-margin);
                    case LOWER -> List.of(margin);
                    case TWO_SIDED -> margin == 0 ? List.of(0.0) : List.of(-margin, margin);
                };
            case SUPERIOR -> List.of(v.better() == Direction.HIGHER ? margin : -margin);
            case HAS_EFFECT -> List.of(margin);
            case NO_NEW_DEFECTS -> List.of();
        };
    }
}
