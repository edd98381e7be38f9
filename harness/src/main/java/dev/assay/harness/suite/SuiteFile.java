package dev.assay.harness.suite;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.assay.harness.suite.Asked.Arm;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.text.DidYouMean;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A suite file: YAML whose fields are these, described for editors by {@code dev/assay/suite.schema.json}.
 *
 * @param extend the suite whose settings, models, seeds, cases and criteria this file takes over; null for none. What this file states comes
 *     before: cases and criteria of an id that is there take its place, others are added
 * @param keep of the extended suite's, these and no others; null for all
 * @param drop of the extended suite's, all but these; null for all
 * @param seeds of every case without its own
 */
public record SuiteFile(
        String name,
        String version,
        String description,
        String extend,
        Selection keep,
        Selection drop,
        SuiteSettings settings,
        Map<String, String> models,
        List<Long> seeds,
        List<Case> cases,
        List<Requirement> criteria) {

    /** Ids of cases and of criteria; null for all. */
    record Selection(List<String> cases, List<String> criteria) {}

    /** @see PromptCase */
    record Case(
            String id,
            String prompt,
            String negativePrompt,
            List<Long> seeds,
            List<String> tags,
            Visible visible,
            String varies,
            List<Question> questions) {
        PromptCase with(List<Long> seedsOfAll) {
            return new PromptCase(
                    id,
                    prompt,
                    negativePrompt,
                    seeds == null ? seedsOfAll : seeds,
                    tags,
                    visible,
                    true,
                    varies,
                    questions);
        }
    }

    /** @see Criterion */
    record Requirement(
            String metric,
            List<String> tags,
            Rule rule,
            Double margin,
            int minPairs,
            Severity severity,
            Map<String, Double> parameters,
            Calibration calibration,
            List<String> confirmedBy,
            @JsonDeserialize(using = YesNo.OrNo.class) boolean soft,
            Arm arm,
            Map<String, Asked> purposes) {
        Criterion criterion() {
            Checks.require(margin != null || rule == Rule.NO_NEW_DEFECTS, "margin", "a number", null);
            return new Criterion(
                    metric,
                    tags,
                    rule,
                    margin == null ? 0 : margin,
                    minPairs,
                    severity,
                    parameters,
                    calibration,
                    confirmedBy,
                    soft,
                    arm,
                    byPurpose());
        }

        private Map<Purpose, Asked> byPurpose() {
            Map<Purpose, Asked> all = new EnumMap<>(Purpose.class);
            (purposes == null ? Map.<String, Asked>of() : purposes)
                    .forEach((word, asked) -> all.put(
                            Purpose.of(word)
                                    .orElseThrow(() -> new IllegalArgumentException("purposes: expected purposes ("
                                            + String.join(", ", Purpose.words()) + "), found " + word
                                            + DidYouMean.hint(word, Purpose.words()))),
                            asked));
            return all;
        }
    }

    /** @throws SuiteException naming file and place of the first mistake */
    public static Suite read(Path file) {
        return LoadedSuite.read(file).suite();
    }

    /**
     * @param file name for messages
     * @throws SuiteException naming file and place of the first mistake
     */
    public static Suite parse(String file, byte[] yaml) {
        return LoadedSuite.parse(file, yaml).suite();
    }

    /** This file, whose mistakes are told with their places in it, whatever others it extends. */
    SuiteFile checked() {
        if (settings != null) { // what is said is checked, whatever the family
            YamlFile.at("settings", () -> settings.over(GenerationSettings.STABLE_DIFFUSION));
        }
        Checks.requireWord("name", name);
        Checks.requireText("version", version);
        boolean alone = extend == null;
        Checks.require(!alone || keep == null, "keep", "extend beside it, a suite to choose from", null);
        Checks.require(!alone || drop == null, "drop", "extend beside it, a suite to choose from", null);
        if (alone) {
            suite();
            return this;
        }
        Checks.requireText("extend", extend);
        List<Long> any = seeds == null ? List.of(0L) : seeds;
        Checks.requireDistinct(
                "cases",
                YamlFile.each("cases", cases, c -> c.with(any)).stream()
                        .map(PromptCase::id)
                        .toList());
        Checks.requireDistinct("criteria", ids(YamlFile.each("criteria", criteria, Requirement::criterion)));
        return this;
    }

    /** This file and what it takes over from another: a file that extends nothing. */
    SuiteFile over(SuiteFile extended) {
        return new SuiteFile(
                name,
                version,
                description,
                null,
                null,
                null,
                settings == null || extended.settings == null
                        ? Objects.requireNonNullElse(
                                settings, extended.settings == null ? SuiteSettings.OPEN : extended.settings)
                        : settings.over(extended.settings),
                both(models, extended.models),
                seeds == null ? extended.seeds : seeds,
                merged(
                        "cases",
                        Case::id,
                        extended.cases,
                        cases,
                        keep == null ? null : keep.cases,
                        drop == null ? null : drop.cases),
                merged(
                        "criteria",
                        r -> r.criterion().id(),
                        extended.criteria,
                        criteria,
                        keep == null ? null : keep.criteria,
                        drop == null ? null : drop.criteria));
    }

    private static <T> List<T> merged(
            String field, Function<T, String> id, List<T> extended, List<T> own, List<String> keep, List<String> drop) {
        Checks.require(keep == null || drop == null, "drop." + field, "nothing beside keep." + field, drop);
        Map<String, T> merged = new LinkedHashMap<>();
        extended.forEach(e -> merged.put(id.apply(e), e));
        known("keep." + field, keep, merged.keySet());
        known("drop." + field, drop, merged.keySet());
        if (keep != null) {
            merged.keySet().retainAll(keep);
        }
        if (drop != null) {
            merged.keySet().removeAll(drop);
        }
        if (own != null) {
            own.forEach(e -> merged.put(id.apply(e), e));
        }
        return List.copyOf(merged.values());
    }

    private static void known(String field, List<String> wanted, Set<String> ids) {
        for (String id : wanted == null ? List.<String>of() : wanted) {
            Checks.require(
                    ids.contains(id),
                    field,
                    "ids of the extended suite (" + String.join(", ", ids) + ")",
                    id + DidYouMean.hint(id, ids));
        }
    }

    private static Map<String, String> both(Map<String, String> own, Map<String, String> extended) {
        Map<String, String> both = new LinkedHashMap<>(extended == null ? Map.of() : extended);
        both.putAll(own == null ? Map.of() : own);
        return both;
    }

    private static List<String> ids(List<Criterion> criteria) {
        return criteria.stream().map(Criterion::id).toList();
    }

    /** Of a file that extends nothing. */
    Suite suite() {
        List<Long> common = seeds == null ? List.of() : seeds;
        return new Suite(
                        name,
                        version,
                        description == null ? "" : description,
                        settings,
                        models,
                        YamlFile.each("cases", cases, c -> c.with(common)),
                        YamlFile.each("criteria", criteria, Requirement::criterion))
                .requireConfirmers()
                .requireSomethingHard();
    }
}
