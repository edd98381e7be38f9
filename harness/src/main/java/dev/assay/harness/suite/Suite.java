package dev.assay.harness.suite;

import java.util.List;
import java.util.Map;

/**
 * A fixed set of prompts and seeds, and the criteria that a candidate must meet on them.
 *
 * @param models weights that the metrics use, by role ({@code clip}, {@code detector}): a path or {@code microcosm:NAME}
 */
public record Suite(
        String name,
        String version,
        String description,
        GenerationSettings settings,
        Map<String, String> models,
        List<PromptCase> cases,
        List<Criterion> criteria) {
    public Suite {
        models = models == null ? Map.of() : Map.copyOf(models);
        cases = List.copyOf(cases);
        criteria = List.copyOf(criteria);
    }

    public Suite with(GenerationSettings newSettings, List<PromptCase> newCases) {
        return new Suite(name, version, description, newSettings, models, newCases, criteria);
    }
}
