package dev.assay.harness.suite;

import dev.assay.harness.text.DidYouMean;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A fixed set of prompts and seeds, and the criteria that a candidate must meet on them.
 *
 * @param name lower-case letters, digits, hyphens
 * @param version raised whenever cases, seeds, settings or criteria change
 * @param models weights that the metrics use, by role ({@code scorer.ModelRoles} lists them): a path, {@code
 *     microcosm:NAME}, {@code hf:owner/name[@revision][/path]}, {@code comfyui:FOLDER/NAME}, or a bare file name
 */
public record Suite(
        String name,
        String version,
        String description,
        SuiteSettings settings,
        Map<String, String> models,
        List<PromptCase> cases,
        List<Criterion> criteria) {
    public Suite {
        models = models == null ? Map.of() : Map.copyOf(models);
        cases = List.copyOf(cases);
        criteria = List.copyOf(criteria);
        Checks.requireWord("name", name);
        Checks.requireText("version", version);
        settings = settings == null ? SuiteSettings.OPEN : settings;
        models.forEach((role, model) -> Checks.requireText("models." + role, model));
        Checks.require(!cases.isEmpty(), "cases", "at least one case", "none");
        Checks.require(!criteria.isEmpty(), "criteria", "at least one criterion", "none");
        Checks.requireDistinct("cases", cases.stream().map(PromptCase::id).toList());
        Checks.requireDistinct("criteria", criteria.stream().map(Criterion::id).toList());
        requireCasesFor(criteria, cases);
    }

    /**
     * A confirmer that does not exist could never agree. Not asked of every suite: one for pictures from elsewhere leaves out criteria that
     * no picture is for, and those confirm nothing then.
     */
    Suite requireConfirmers() {
        List<String> ids = criteria.stream().map(Criterion::id).toList();
        for (int i = 0; i < criteria.size(); i++) {
            for (String id : criteria.get(i).confirmedBy()) {
                Checks.require(
                        ids.contains(id),
                        "criteria[" + i + "].confirmedBy",
                        "ids of criteria (" + String.join(", ", ids) + ")",
                        id + ", which is none" + DidYouMean.hint(id, ids));
            }
        }
        return this;
    }

    /** Nothing passes on nothing: of files of no purpose are all criteria soft, or left out with every one that could confirm them. */
    Suite requireSomethingHard() {
        for (Purpose purpose : Purpose.values()) {
            List<Criterion> asked = asked(purpose);
            Checks.require(
                    asked.stream().anyMatch(c -> !c.soft()),
                    "criteria",
                    "at least one that is hard for the purpose " + purpose,
                    "none");
            List<String> ids = asked.stream().map(Criterion::id).toList();
            for (Criterion c : asked) {
                Checks.require(
                        c.confirmedBy().isEmpty() || c.confirmedBy().stream().anyMatch(ids::contains),
                        "criteria." + c.id() + ".confirmedBy",
                        "one that is asked for the purpose " + purpose,
                        "none, so that it could never regress");
            }
        }
        return this;
    }

    /** The suite as it is asked of files of a purpose: each criterion hard, soft or left out, with the margin that holds then. */
    public Suite forPurpose(Purpose purpose) {
        return new Suite(name, version, description, settings, models, cases, asked(purpose));
    }

    private List<Criterion> asked(Purpose purpose) {
        return criteria.stream().flatMap(c -> c.forPurpose(purpose).stream()).toList();
    }

    /** A criterion over no picture could never fail. */
    private static void requireCasesFor(List<Criterion> criteria, List<PromptCase> cases) {
        Set<String> tags = new TreeSet<>();
        cases.forEach(c -> tags.addAll(c.tags()));
        for (int i = 0; i < criteria.size(); i++) {
            for (String tag : criteria.get(i).tags()) {
                Checks.require(
                        tags.contains(tag),
                        "criteria[" + i + "].tags",
                        "tags of cases (" + String.join(", ", tags) + ")",
                        tag + ", which no case has" + DidYouMean.hint(tag, tags));
            }
        }
    }

    public Suite with(SuiteSettings newSettings, List<PromptCase> newCases) {
        return new Suite(name, version, description, newSettings, models, newCases, criteria);
    }

    /** With other weights for its metrics. */
    public Suite withModels(Map<String, String> newModels) {
        return new Suite(name, version, description, settings, newModels, cases, criteria);
    }
}
