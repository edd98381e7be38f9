package dev.assay.harness.run;

import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.hub.WeightsState;
import dev.assay.harness.score.Family;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The weights that a run lacks, known before anything is rendered.
 *
 * @param suite as the user names it
 * @param criteria that cannot be judged without them
 * @param of how many criteria the run asks
 * @param families of the criteria that a metric judges, with the networks that each lacks; none where it lacks nothing
 * @param inPart families that lack some, and can be judged by some of their criteria
 */
record MissingWeights(
        String suite, List<String> criteria, int of, Map<Family, Set<WeightsState>> families, Set<Family> inPart) {
    MissingWeights {
        criteria = List.copyOf(criteria);
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
        Map<String, WeightsState> looked = new HashMap<>();
        Map<Family, Set<WeightsState>> families = new EnumMap<>(Family.class);
        Set<Family> judged = EnumSet.noneOf(Family.class);
        List<String> unjudged = new ArrayList<>();
        for (Criterion criterion : criteria) {
            if (BuiltIn.isBuiltIn(criterion) || catalog.find(criterion.metric()).isEmpty()) {
                continue;
            }
            Family family = catalog.named(criterion.metric()).family();
            List<WeightsState> lacking = new ArrayList<>();
            for (ModelRole<?> role : catalog.needs(criterion.metric())) {
                String reference = suite.models().get(role.name());
                if (role.equals(ModelRoles.JUDGE) || reference == null) {
                    continue; // a server; or the suite's own fault, which the run says
                }
                WeightsState state = looked.computeIfAbsent(role.name(), r -> weights.look(r, reference));
                if (!state.isReady() && !(download && state.fetchable() && !state.refused())) {
                    lacking.add(state);
                }
            }
            families.computeIfAbsent(family, f -> new LinkedHashSet<>()).addAll(lacking);
            if (lacking.isEmpty()) {
                judged.add(family);
            } else {
                unjudged.add(criterion.id());
            }
        }
        judged.removeIf(f -> families.get(f).isEmpty());
        return new MissingWeights(name, unjudged, criteria.size(), families, judged);
    }

    boolean isEmpty() {
        return criteria.isEmpty();
    }

    private List<WeightsState> states() {
        return families.values().stream().flatMap(Set::stream).distinct().toList();
    }

    /** What can be judged and what is missing, and what to do: fetch it (a run stops for that), or judge without. */
    String words() {
        List<WeightsState> states = states();
        List<WeightsState> fetchable =
                states.stream().filter(s -> s.fetchable() && !s.refused()).toList();
        List<String> whole = families.entrySet().stream()
                .filter(f -> f.getValue().isEmpty())
                .map(f -> f.getKey().word())
                .toList();
        String lacking = families.entrySet().stream()
                .filter(f -> !f.getValue().isEmpty())
                .map(f -> f.getKey().word() + (inPart.contains(f.getKey()) ? " (judged in part)" : "") + " needs "
                        + size(List.copyOf(f.getValue())) + " ("
                        + f.getValue().stream().map(WeightsState::role).collect(Collectors.joining(", ")) + ")")
                .collect(Collectors.joining(", "));
        String files = states.stream()
                .map(s -> s.role() + " (" + (s.missing().isEmpty() ? s.reference() : String.join(", ", s.missing()))
                        + ")")
                .collect(Collectors.joining(", "));
        String others = states.stream()
                .filter(s -> !fetchable.contains(s))
                .map(s -> " " + s.role() + ": " + s.problem() + ".")
                .collect(Collectors.joining());
        return "Weights are missing: " + whole.size() + " of " + families.size() + " families can be judged whole"
                + (whole.isEmpty() ? "" : " (" + String.join(", ", whole) + ")") + "; " + lacking + "."
                + (fetchable.isEmpty()
                        ? ""
                        : " Fetch all (" + size(fetchable) + "; licences "
                                + fetchable.stream()
                                        .map(WeightsState::licence)
                                        .distinct()
                                        .collect(Collectors.joining(", "))
                                + "):  java -jar reports/target/assay.jar models --suite " + suite + " --download"
                                + (fetchable.size() == states.size()
                                        ? ""
                                        : fetchable.stream()
                                                .map(s -> " " + s.role())
                                                .collect(Collectors.joining()))
                                + " .")
                + " To judge without them: -Dassay.unavailable=allow . " + criteria.size() + " of " + of
                + " criteria cannot be judged, their weights are missing: " + String.join(", ", criteria)
                + ". Missing: "
                + files + "." + others;
    }

    /** Of all together, files that two of them share once; of what the table does not know the hub must be asked. */
    private static String size(List<WeightsState> states) {
        Set<KnownWeights.File> files = states.stream()
                .flatMap(s -> s.known().stream().flatMap(k -> k.files().stream()))
                .collect(Collectors.toSet());
        long bytes = files.stream().mapToLong(KnownWeights.File::bytes).sum();
        boolean all = states.stream()
                .allMatch(s -> s.known()
                        .filter(k -> k.files().stream().allMatch(f -> f.bytes() > 0))
                        .isPresent());
        return bytes == 0
                ? "files of a size that only the hub knows"
                : (all ? "about " : "more than ") + Numbers.bytes(bytes);
    }
}
