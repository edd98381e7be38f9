package dev.assay.reports.allure;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Words;
import io.qameta.allure.model.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What kind of trouble a result is: the code that its message starts with, and the category that Allure finds by that code. Runs of the
 * history, which are counted here, and the results of this run, which Allure counts, must come to the same names.
 */
final class Categories {
    static final String WHOLE_RUN = "The run as a whole";
    static final String NOT_APPLIED = "Not applied";
    static final String INCONCLUSIVE = "Inconclusive";
    static final String UNAVAILABLE = "Unavailable";
    static final String HARNESS = "Harness trouble";
    private static final String REGRESSION = "Regression: ";
    /** A file that cannot work and a candidate that did not arrive are the same news: nothing of it is in the pictures. */
    private static final Set<String> ABOUT_APPLYING = Set.of("preflight", "applied");

    private Categories() {}

    static final String SOFT = "Soft: decides nothing";

    /** Allure's word for a verdict: what decides nothing fails nothing. */
    static Status status(VerdictEntry v) {
        return status(v.outcome(), v.soft());
    }

    static Status status(Outcome outcome, boolean soft) {
        return soft && outcome != Outcome.PASSED ? Status.SKIPPED : status(outcome);
    }

    /** Allure's word for an outcome. */
    static Status status(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> Status.PASSED;
            case REGRESSED -> Status.FAILED;
            case INCONCLUSIVE, UNAVAILABLE -> Status.SKIPPED;
            case BROKEN -> Status.BROKEN;
        };
    }

    /** The category of a criterion; empty when it passed. */
    static String of(Outcome outcome, boolean soft, Family family, String metric) {
        return soft && outcome != Outcome.PASSED ? SOFT : of(outcome, family, metric);
    }

    private static String of(Outcome outcome, Family family, String metric) {
        return switch (outcome) {
            case PASSED -> "";
            case REGRESSED -> ABOUT_APPLYING.contains(metric) ? NOT_APPLIED : regression(family);
            case INCONCLUSIVE -> INCONCLUSIVE;
            case UNAVAILABLE -> UNAVAILABLE;
            case BROKEN -> HARNESS;
        };
    }

    /** What a criterion's message says: a code, then the reason. */
    static String message(Outcome outcome, boolean soft, Family family, String metric, String reason) {
        String category = of(outcome, soft, family, metric);
        String code = category.startsWith(REGRESSION) ? REGRESSION + text(metric, 60) : category;
        String said = text(reason, 2000);
        return code.isEmpty() || said.toLowerCase(Locale.ROOT).startsWith(code.toLowerCase(Locale.ROOT) + ": ")
                ? said.isEmpty() ? said : said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1)
                : code + ": " + said;
    }

    /** The content of {@code categories.json}, in the order in which Allure tries and shows them. */
    static List<Map<String, Object>> json(List<VerdictEntry> verdicts) {
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        verdicts.stream()
                .filter(v -> !ABOUT_APPLYING.contains(v.metric()))
                .forEach(v -> metrics.computeIfAbsent(regression(v.family()), f -> new LinkedHashSet<>())
                        .add(Pattern.quote(text(v.metric(), 60))));
        List<Map<String, Object>> categories = new ArrayList<>();
        categories.add(category(WHOLE_RUN, List.of("failed", "skipped", "broken"), WHOLE_RUN));
        categories.add(category(NOT_APPLIED, "failed", NOT_APPLIED));
        metrics.forEach(
                (name, of) -> categories.add(category(name, "failed", REGRESSION + "(" + String.join("|", of) + ")")));
        categories.add(category(SOFT, "skipped", SOFT));
        categories.add(category(INCONCLUSIVE, "skipped", INCONCLUSIVE));
        categories.add(category(UNAVAILABLE, "skipped", UNAVAILABLE));
        categories.add(category(HARNESS, "broken", HARNESS));
        return categories;
    }

    private static Map<String, Object> category(String name, String status, String regex) {
        return category(name, List.of(status), regex);
    }

    private static Map<String, Object> category(String name, List<String> statuses, String regex) {
        return Map.of("name", name, "matchedStatuses", statuses, "messageRegex", "(?s)" + regex + ": .*");
    }

    private static String regression(Family family) {
        return REGRESSION + (family == Family.ARTIFACT ? "artifacts" : family.word());
    }

    /** Allure 2.34 puts status messages into its page as HTML, where an image's onerror runs: no text of ours may hold a tag. */
    static String sanitize(String text) {
        return text.replace('<', '\u2039').replace('>', '\u203a');
    }

    /** One calm line. */
    static String text(String text, int most) {
        return sanitize(Words.line(text, most));
    }
}
