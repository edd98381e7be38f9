package dev.assay.reports.collection;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.suite.LoadedSuite;
import dev.assay.harness.suite.SuiteException;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.reports.collection.Judged.CriterionJudged;
import dev.assay.reports.words.Words;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a new version of a suite or a metric makes of verdicts that were right when they were given.
 *
 * @param metrics version by name
 * @param suites by name: those that can be read here
 */
public record Stale(Map<String, String> metrics, Map<String, CurrentSuite> suites) {
    /** A suite as it is now. */
    public record CurrentSuite(String version, String sha256) {}

    /** A file whose verdicts are out of date, and why. */
    public record Finding(Entry entry, List<String> reasons) {
        public Finding {
            reasons = List.copyOf(reasons);
        }
    }

    public Stale {
        metrics = Map.copyOf(metrics);
        suites = Map.copyOf(suites);
    }

    /**
     * The metrics on the class path, and the suites that the collection's verdicts and policy name: bundled ones, and files
     * relative to {@code root}.
     */
    public static Stale now(CuratedCollection collection, Path root) {
        Map<String, String> metrics;
        try {
            metrics = MetricCatalogs.onClassPath().infos().stream()
                    .collect(Collectors.toMap(MetricInfo::name, MetricInfo::version));
        } catch (AssayException e) {
            throw new CollectionException(e.getMessage() + ": what is stale cannot be told", e);
        }
        Map<String, CurrentSuite> suites = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        collection.policy().suites().forEach(s -> names.add(s.name()));
        collection.manifest().files().forEach(e -> e.judged().forEach(j -> names.add(j.suite())));
        for (String name : names) {
            try {
                suite(name, root)
                        .ifPresent(s -> suites.put(
                                s.suite().name(), new CurrentSuite(s.suite().version(), s.sha256())));
            } catch (SuiteException unreadable) {
                throw new CollectionException(unreadable.getMessage(), unreadable);
            }
        }
        return new Stale(metrics, suites);
    }

    private static Optional<LoadedSuite> suite(String name, Path root) {
        Optional<LoadedSuite> bundled = BundledSuites.find(name);
        if (bundled.isPresent()) {
            return bundled;
        }
        Path file = root.resolve(name.endsWith(".yaml") ? name : name + ".yaml").normalize();
        return Files.isRegularFile(file) ? Optional.of(LoadedSuite.read(name, file)) : Optional.empty();
    }

    /** The files with something out of date, in the manifest's order. */
    public List<Finding> of(Manifest manifest, Policy policy) {
        List<Finding> stale = new ArrayList<>();
        for (Entry entry : manifest.files()) {
            List<String> reasons = new ArrayList<>();
            entry.judged().forEach(j -> reasons.addAll(reasons(j)));
            for (RequiredSuite required : policy.suites()) {
                if (entry.judged().stream().noneMatch(j -> required.name().equals(j.suite()))) {
                    reasons.add("suite " + required.text() + " is required now and was never judged");
                }
            }
            if (entry.judged().isEmpty()) {
                reasons.add("was never judged");
            }
            if (!reasons.isEmpty()) {
                stale.add(new Finding(entry, reasons));
            }
        }
        return stale;
    }

    private List<String> reasons(Judged judged) {
        List<String> reasons = new ArrayList<>();
        String suite = "suite " + Words.line(judged.suite(), 60);
        CurrentSuite now = suites.get(judged.suite());
        if (now == null) {
            reasons.add(suite + " is not here: whether it changed cannot be told");
        } else if (!now.version().equals(judged.suiteVersion())) {
            reasons.add(suite + " has version " + now.version() + " now, was judged with "
                    + Words.line(judged.suiteVersion(), 20));
        } else if (!now.sha256().equals(judged.suiteSha256())) {
            reasons.add(suite + " changed within version " + now.version());
        }
        for (CriterionJudged c : judged.criteria()) {
            String version = metrics.get(c.metric());
            String metric = "metric " + Words.line(c.metric(), 60);
            if (BuiltIn.NAMES.contains(c.metric())) {
                continue;
            }
            if (version == null) {
                reasons.add(metric + " does not exist any more");
            } else if (!version.equals(c.metricVersion())) {
                reasons.add(metric + " has version " + version + " now, was judged with "
                        + Words.line(c.metricVersion(), 20));
            }
        }
        return reasons.stream().distinct().toList();
    }
}
