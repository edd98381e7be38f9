package dev.assay.harness.suite;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.assay.harness.suite.Asked.Arm;
import dev.assay.harness.suite.Asked.Weight;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a candidate must show on one metric.
 *
 * @param tags the cases it covers: those with any of these tags; empty covers all
 * @param margin in the metric's unit; what it means depends on the rule
 * @param minPairs scored pairs below which the verdict is inconclusive
 * @param parameters of the metric, by name; missing ones take the metric's defaults
 * @param calibration how often the metric is right on pictures like these, for DEFECT_RATE_NON_INFERIOR; null: as the metric says, if it does
 * @param confirmedBy ids of criteria of other metrics: a regression holds only when at least one of those regressed too; empty: it holds
 * @param soft judged and shown, and decides nothing
 * @param arm of the candidate's pictures
 * @param purposes how it is asked of files of a purpose, where that is otherwise; empty once that is resolved
 */
public record Criterion(
        String metric,
        List<String> tags,
        Rule rule,
        double margin,
        int minPairs,
        Severity severity,
        Map<String, Double> parameters,
        Calibration calibration,
        List<String> confirmedBy,
        boolean soft,
        Arm arm,
        Map<Purpose, Asked> purposes) {
    public Criterion {
        tags = tags == null ? List.of() : List.copyOf(tags);
        rule = rule == null ? Rule.NON_INFERIOR : rule;
        severity = severity == null ? Severity.CRITICAL : severity;
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        Checks.requireWord("metric", metric);
        tags.forEach(t -> Checks.requireWord("tags", t));
        Checks.requireDistinct("tags", tags);
        Checks.require(Double.isFinite(margin) && margin >= 0, "margin", "a finite number, 0 or more", margin);
        Checks.require(minPairs >= 1, "minPairs", "1 or more", minPairs);
        parameters.forEach((name, value) ->
                Checks.require(Double.isFinite(value), "parameters." + name, "a finite number", value));
        boolean rates = rule == Rule.DEFECT_RATE_NON_INFERIOR;
        Checks.require(
                !rates || (margin > 0 && margin <= 1),
                "margin",
                "a difference of rates above 0 (none at all can never be shown) and at most 1",
                margin);
        Checks.require(
                rates || calibration == null, "calibration", "the rule DEFECT_RATE_NON_INFERIOR beside it", rule);
        confirmedBy = confirmedBy == null ? List.of() : List.copyOf(confirmedBy);
        Checks.requireDistinct("confirmedBy", confirmedBy);
        for (String id : confirmedBy) {
            Checks.require(
                    !id.equals(metric) && !id.startsWith(metric + "."),
                    "confirmedBy",
                    "criteria of other metrics: the same method is no second one",
                    id);
        }
        arm = arm == null ? Arm.TRIGGERED : arm;
        purposes = purposes == null ? Map.of() : Map.copyOf(purposes);
        Checks.require(
                !purposes.containsKey(Purpose.UNKNOWN),
                "purposes",
                "purposes that a file can have; where none is known the criterion is asked as it stands",
                Purpose.UNKNOWN);
        Rule checked = rule;
        double usual = margin;
        int usualPairs = minPairs;
        for (Map.Entry<Purpose, Asked> each : purposes.entrySet()) {
            Asked asked = each.getValue();
            YamlFile.at(
                    "purposes." + each.getKey(),
                    () -> new Criterion(
                            metric,
                            List.of(),
                            asked.rule() == null ? checked : asked.rule(),
                            asked.margin() == null ? usual : asked.margin(),
                            asked.minPairs() == null ? usualPairs : asked.minPairs(),
                            null,
                            Map.of()));
        }
    }

    public Criterion(
            String metric,
            List<String> tags,
            Rule rule,
            double margin,
            int minPairs,
            Severity severity,
            Map<String, Double> parameters,
            Calibration calibration) {
        this(metric, tags, rule, margin, minPairs, severity, parameters, calibration, List.of());
    }

    /** A hard one of the pictures that the run is about, whatever the purpose. */
    public Criterion(
            String metric,
            List<String> tags,
            Rule rule,
            double margin,
            int minPairs,
            Severity severity,
            Map<String, Double> parameters,
            Calibration calibration,
            List<String> confirmedBy) {
        this(
                metric,
                tags,
                rule,
                margin,
                minPairs,
                severity,
                parameters,
                calibration,
                confirmedBy,
                false,
                Arm.TRIGGERED,
                Map.of());
    }

    public Criterion(
            String metric,
            List<String> tags,
            Rule rule,
            double margin,
            int minPairs,
            Severity severity,
            Map<String, Double> parameters) {
        this(metric, tags, rule, margin, minPairs, severity, parameters, null, List.of());
    }

    /** As it is asked of files of a purpose; empty where it is not. Where the criterion says nothing of the purpose it stands as it is. */
    Optional<Criterion> forPurpose(Purpose purpose) {
        Asked asked = purposes.getOrDefault(purpose, Asked.as(soft ? Weight.SOFT : Weight.HARD));
        return asked.as() == Weight.SKIP
                ? Optional.empty()
                : Optional.of(new Criterion(
                        metric,
                        tags,
                        asked.rule() == null ? rule : asked.rule(),
                        asked.margin() == null ? margin : asked.margin(),
                        asked.minPairs() == null ? minPairs : asked.minPairs(),
                        severity,
                        parameters,
                        calibration,
                        confirmedBy,
                        asked.as() == Weight.SOFT,
                        asked.arm() == null ? arm : asked.arm(),
                        Map.of()));
    }

    /** {@code suite}, or the tags joined: {@code figure+pose}. */
    public String scope() {
        return tags.isEmpty() ? "suite" : String.join("+", tags);
    }

    /** Unique in a suite: {@code vendi} or {@code clip-score.relation}. */
    public String id() {
        return tags.isEmpty() ? metric : metric + "." + scope();
    }

    /** How the comparison becomes a verdict. */
    public enum Rule {
        /** The candidate is not worse than the base by more than the margin. */
        NON_INFERIOR,
        /** No picture shows the defect where the base did not; the margin is not used. */
        @JsonAlias("NONE_NEW") // in records of old
        NO_NEW_DEFECTS,
        /** The share of pictures with the defect is not higher than in the base by more than the margin; for metrics of 0 and 1. */
        @JsonAlias("NO_MORE_DEFECTS")
        DEFECT_RATE_NON_INFERIOR,
        /** The candidate differs from the base by more than the noise floor plus the margin. */
        @JsonAlias("EFFECTIVE")
        HAS_EFFECT,
        /** The candidate is better than the base by more than the margin; for what is made to be faster, say. */
        SUPERIOR
    }

    /** How grave a regression is; the words are Allure's. */
    public enum Severity {
        BLOCKER,
        CRITICAL,
        NORMAL,
        MINOR,
        TRIVIAL
    }
}
