package dev.assay.reports.words;

import java.util.List;

/** Where a margin lies on the axis of candidate minus base. */
public final class Margins {
    private Margins() {}

    /**
     * None, one, or both ends.
     *
     * @param rule {@code NON_INFERIOR}, {@code NO_MORE_DEFECTS}, {@code EFFECTIVE}; another, or null, has no limit there
     * @param better {@code HIGHER}, {@code LOWER}; another, or null, is a drift either way
     */
    public static List<Double> limits(String rule, String better, double margin) {
        return switch (rule == null ? "" : rule) {
            case "NON_INFERIOR", "NO_MORE_DEFECTS" ->
                switch (better == null ? "" : better) {
                    case "HIGHER" -> List.of(-margin);
                    case "LOWER" -> List.of(margin);
                    default -> margin == 0 ? List.of(0.0) : List.of(-margin, margin);
                };
            case "EFFECTIVE" -> List.of(margin);
            default -> List.of();
        };
    }
}
