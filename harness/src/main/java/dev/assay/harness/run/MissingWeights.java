package dev.assay.harness.run;

import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.hub.WeightsState;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The weights that a run lacks, known before anything is rendered.
 *
 * @param suite as the user names it
 * @param criteria that cannot be judged without them
 * @param of how many criteria the run asks
 * @param states one for each network that lacks files
 */
record MissingWeights(String suite, List<String> criteria, int of, List<WeightsState> states) {
    MissingWeights {
        criteria = List.copyOf(criteria);
        states = List.copyOf(states);
    }

    /**
     * @param suite whose models the user's settings have changed already
     * @param name of the suite, as the user names it
     * @param criteria that were selected
     * @param download whether missing files of the hub will be fetched by the run itself
     */
    static MissingWeights of(
            Suite suite,
            String name,
            List<Criterion> criteria,
            MetricCatalog catalog,
            WeightsResolver weights,
            boolean download) {
        Map<String, WeightsState> lacking = new LinkedHashMap<>();
        List<String> unjudged = new ArrayList<>();
        for (Criterion criterion : criteria) {
            if (BuiltIn.isBuiltIn(criterion) || catalog.find(criterion.metric()).isEmpty()) {
                continue;
            }
            boolean lacks = false;
            for (ModelRole<?> role : catalog.needs(criterion.metric())) {
                String reference = suite.models().get(role.name());
                if (role.equals(ModelRoles.JUDGE) || reference == null) {
                    continue; // a server; or the suite's own fault, which the run says
                }
                WeightsState state = lacking.containsKey(role.name())
                        ? lacking.get(role.name())
                        : weights.look(role.name(), reference);
                if (!state.isReady() && !(download && state.fetchable() && !state.refused())) {
                    lacking.put(role.name(), state);
                    lacks = true;
                }
            }
            if (lacks) {
                unjudged.add(criterion.id());
            }
        }
        return new MissingWeights(name, unjudged, criteria.size(), List.copyOf(lacking.values()));
    }

    boolean isEmpty() {
        return states.isEmpty();
    }

    /** What is missing, and what to do. */
    String words() {
        List<WeightsState> fetchable =
                states.stream().filter(s -> s.fetchable() && !s.refused()).toList();
        String files = states.stream()
                .map(s -> s.role() + " (" + (s.missing().isEmpty() ? s.reference() : String.join(", ", s.missing()))
                        + ")")
                .collect(Collectors.joining(", "));
        String others = states.stream()
                .filter(s -> !fetchable.contains(s))
                .map(s -> " " + s.role() + ": " + s.problem() + ".")
                .collect(Collectors.joining());
        return criteria.size() + " of " + of + " criteria cannot be judged, their weights are missing: "
                + String.join(", ", criteria) + ". Missing: " + files + "."
                + (fetchable.isEmpty()
                        ? ""
                        : " Fetch them (" + size(fetchable) + "):  java -jar reports/target/assay.jar models --suite "
                                + suite + " --download "
                                + fetchable.stream().map(WeightsState::role).collect(Collectors.joining(" ")) + ".")
                + others + " To judge without them: -Dassay.unavailable=allow";
    }

    /** Of all together; of what the table does not know the hub must be asked. */
    private static String size(List<WeightsState> states) {
        List<KnownWeights.File> files = states.stream()
                .flatMap(s -> s.known().stream().flatMap(k -> k.files().stream()))
                .toList();
        long bytes = files.stream().mapToLong(KnownWeights.File::bytes).sum();
        boolean all = states.stream()
                .allMatch(s -> s.known()
                        .filter(k -> k.files().stream().allMatch(f -> f.bytes() > 0))
                        .isPresent());
        return bytes == 0
                ? "of a size that only the hub knows"
                : (all ? "about " : "more than ") + Numbers.bytes(bytes);
    }
}
