package dev.assay.harness.run;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Phrasebook;
import dev.assay.harness.verdict.Scored;
import dev.assay.harness.verdict.Unscored;
import dev.assay.harness.verdict.Verdict;
import dev.assay.harness.verdict.WorstCase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The truth about one run, as written to {@code run.json}; every report is a view of it. Readers refuse
 * a schema that they do not know.
 *
 * @param schema {@code assay-run/1}
 * @param id sortable by time: {@code 20261122-235959-123-sound}
 * @param outcome of the whole run: {@code PASSED}, {@code REGRESSED}, {@code INCONCLUSIVE}, {@code BROKEN}
 * @param problem what stopped the run, when {@code outcome} is BROKEN for the whole run; else null
 * @param started ISO 8601, UTC
 * @param seconds wall time of the run, from reading the suite to the verdicts
 * @param renderSeconds of all pictures made, added up: more than wall time where several renderers worked at once
 * @param criteriaDeclared criteria of the suite and the built-in ones of the run; {@code verdicts} may be fewer when some are selected
 * @param findings what was noticed about the models' files and how they were applied
 * @param weights of the networks that metrics looked with; null in records of old
 * @param asked settings that were given for this run, by key: {@code assay.lora}; with them it can be run again
 * @param build the build that this run is of; null in records of old
 */
public record RunRecord(
        String schema,
        String id,
        String outcome,
        String problem,
        String started,
        double seconds,
        double renderSeconds,
        Model base,
        Model candidate,
        SuiteInfo suite,
        Settings settings,
        RendererInfo renderer,
        int rendersMade,
        int rendersReused,
        int criteriaDeclared,
        List<VerdictEntry> verdicts,
        List<RenderingEntry> renderings,
        List<FindingEntry> findings,
        Map<String, String> asked,
        List<WeightsEntry> weights,
        Build build) {
    public static final String SCHEMA = "assay-run/1";

    private static final int MOST_PROCESSES = 16; // from an evaluation up to the build that started it

    /** As records were before they named their build. */
    public RunRecord(
            String schema,
            String id,
            String outcome,
            String problem,
            String started,
            double seconds,
            double renderSeconds,
            Model base,
            Model candidate,
            SuiteInfo suite,
            Settings settings,
            RendererInfo renderer,
            int rendersMade,
            int rendersReused,
            int criteriaDeclared,
            List<VerdictEntry> verdicts,
            List<RenderingEntry> renderings,
            List<FindingEntry> findings,
            Map<String, String> asked,
            List<WeightsEntry> weights) {
        this(
                schema,
                id,
                outcome,
                problem,
                started,
                seconds,
                renderSeconds,
                base,
                candidate,
                suite,
                settings,
                renderer,
                rendersMade,
                rendersReused,
                criteriaDeclared,
                verdicts,
                renderings,
                findings,
                asked,
                weights,
                null);
    }

    /**
     * The build that a run is of.
     *
     * @param token that the build gives its evaluation and its last step; empty where it gives none
     * @param processes that made the run: its own, then those that started it, the nearest first
     */
    public record Build(String token, List<Long> processes) {
        public Build {
            processes = processes == null ? List.of() : List.copyOf(processes);
        }

        /** Of this process. */
        static Build here(String token) {
            List<Long> processes = Stream.iterate(
                            Optional.of(ProcessHandle.current()),
                            Optional::isPresent,
                            p -> p.flatMap(ProcessHandle::parent))
                    .limit(MOST_PROCESSES)
                    .map(p -> p.orElseThrow().pid())
                    .toList();
            return new Build(token == null ? "" : token.strip(), processes);
        }
    }

    /** The same record, with every text that a server or a library may have written put through {@code words}. */
    RunRecord saying(UnaryOperator<String> words) {
        Map<String, String> facts = new LinkedHashMap<>();
        renderer.facts().forEach((name, fact) -> facts.put(name, words.apply(fact)));
        Map<String, String> given = new LinkedHashMap<>();
        asked.forEach((name, value) -> given.put(name, words.apply(value)));
        return new RunRecord(
                schema,
                id,
                outcome,
                words.apply(problem),
                started,
                seconds,
                renderSeconds,
                base,
                candidate,
                suite,
                settings,
                new RendererInfo(
                        renderer.name(), words.apply(renderer.version()), words.apply(renderer.device()), facts),
                rendersMade,
                rendersReused,
                criteriaDeclared,
                verdicts.stream()
                        .map(v -> v.with(v.outcome(), words.apply(v.reason())))
                        .toList(),
                renderings,
                findings.stream()
                        .map(f -> new FindingEntry(f.level(), words.apply(f.text())))
                        .toList(),
                given,
                weights,
                build);
    }

    /** The same record, and what metrics looked with. */
    RunRecord looking(List<WeightsEntry> networks) {
        return with(asked, networks, build);
    }

    /** The same record, and what was asked for. */
    RunRecord asking(Map<String, String> settings) {
        return with(settings, weights, build);
    }

    /** The same record, and of which build it is. */
    public RunRecord of(Build whose) {
        return with(asked, weights, whose);
    }

    private RunRecord with(Map<String, String> settings, List<WeightsEntry> networks, Build whose) {
        return new RunRecord(
                schema,
                id,
                outcome,
                problem,
                started,
                seconds,
                renderSeconds,
                base,
                candidate,
                suite,
                this.settings,
                renderer,
                rendersMade,
                rendersReused,
                criteriaDeclared,
                verdicts,
                renderings,
                findings,
                settings,
                networks,
                whose);
    }

    /**
     * Weights of a network.
     *
     * @param role by which the suite names it
     * @param reference as the suite or {@code assay.weights} says it
     * @param licence SPDX identifier, {@code NONE} where its authors state none, {@code not stated} where nothing is known
     * @param files at least one; names relative to the folder that was given, or without folders
     */
    public record WeightsEntry(String role, String reference, String licence, List<ModelPart> files) {}

    /** A model under test; {@code name} is short, for people: {@code sound}, {@code base}. */
    public record Model(String name, List<ModelPart> files, List<LoraPart> loras) {}

    /** A file of a checkpoint; the path is as the user gave it or relative to the checkpoint folder. */
    public record ModelPart(String file, String sha256, long bytes) {}

    public record LoraPart(String file, String sha256, double strength, long bytes) {}

    public record SuiteInfo(String name, String version, String sha256, int prompts, int seedsPerPrompt) {}

    /**
     * How pictures were made; {@code distilledGuidance} and {@code shift} are null for the model's own.
     *
     * @param usualSteps of the model, where neither suite nor user says otherwise; null in records of old and where nobody knows
     */
    public record Settings(
            int width,
            int height,
            int steps,
            double guidanceScale,
            String sampler,
            String scheduler,
            int clipSkip,
            Double distilledGuidance,
            Double shift,
            Integer usualSteps) {
        /** As records were before they told how many steps are usual. */
        public Settings(
                int width,
                int height,
                int steps,
                double guidanceScale,
                String sampler,
                String scheduler,
                int clipSkip,
                Double distilledGuidance,
                Double shift) {
            this(width, height, steps, guidanceScale, sampler, scheduler, clipSkip, distilledGuidance, shift, null);
        }

        public static final Settings UNKNOWN = new Settings(0, 0, 0, 0, "", "", 0, null, null);
    }

    public record RendererInfo(String name, String version, String device, Map<String, String> facts) {}

    /**
     * @param metric name
     * @param metricVersion e.g. {@code 1}
     * @param family lower case: {@code file}, {@code artifact}, {@code anatomy}, {@code adherence}, {@code diversity}, {@code aesthetic},
     *     {@code effect}, {@code cost}
     * @param scope {@code suite}, or the tags of the cases covered
     * @param estimate mean of candidate minus base; null when nothing was compared; corrected for the metric's error rates where the
     *     rule is {@code NO_MORE_DEFECTS} and they are known
     * @param interval {@code [lower, upper]}; null when nothing was compared
     * @param confidence of the two-sided interval
     * @param better {@code HIGHER}, {@code LOWER}, {@code EITHER}
     * @param baseMean mean value on the base; null where the metric has no value per model
     * @param candidateMean mean value on the candidate; null likewise
     * @param finding of a metric over the whole suite ({@code period 8 px ...}); null for others
     * @param unscoredReasons what a metric said of the first pair of a kind to the number of them
     * @param reasonKind a short name that stays: {@code TooFewPairs}; null in records of old
     */
    public record VerdictEntry(
            String id,
            String metric,
            String metricVersion,
            String family,
            String scope,
            String outcome,
            Double estimate,
            List<Double> interval,
            double confidence,
            double margin,
            String rule,
            String severity,
            String better,
            String unit,
            Double baseMean,
            Double candidateMean,
            int clusters,
            int pairs,
            int unscored,
            Map<String, Integer> unscoredReasons,
            String finding,
            String reason,
            List<Measurement> measurements,
            List<WorstCase> worst,
            String reasonKind) {
        static VerdictEntry of(Verdict v) {
            Criterion criterion = v.criterion();
            MetricInfo metric = v.metric();
            Comparison c = v.comparison();
            Scored scored = v.scored();
            return new VerdictEntry(
                    criterion.id(),
                    metric.name(),
                    metric.version(),
                    metric.family().word(),
                    criterion.scope(),
                    v.outcome().name(),
                    c.hasEstimate() ? c.estimate() : null,
                    c.hasInterval() ? List.of(c.lower(), c.upper()) : null,
                    c.confidence(),
                    criterion.margin(),
                    criterion.rule().name(),
                    criterion.severity().name(),
                    metric.better().name(),
                    metric.unit(),
                    v.baseMean(),
                    v.candidateMean(),
                    c.clusters(),
                    c.pairs(),
                    c.unscored(),
                    scored.unscored().stream()
                            .collect(Collectors.toMap(Unscored::says, Unscored::pairs, Integer::sum, TreeMap::new)),
                    scored.finding(),
                    Phrasebook.say(v),
                    scored.pairs(),
                    scored.worst(),
                    v.reason().kind());
        }

        /** The same numbers, judged otherwise. */
        VerdictEntry with(String newOutcome, String newReason) {
            return new VerdictEntry(
                    id,
                    metric,
                    metricVersion,
                    family,
                    scope,
                    newOutcome,
                    estimate,
                    interval,
                    confidence,
                    margin,
                    rule,
                    severity,
                    better,
                    unit,
                    baseMean,
                    candidateMean,
                    clusters,
                    pairs,
                    unscored,
                    unscoredReasons,
                    finding,
                    newReason,
                    measurements,
                    worst,
                    reasonKind);
        }
    }

    /** {@code level} is {@code ERROR}, {@code WARNING} or {@code NOTE}. */
    public record FindingEntry(String level, String text) {}

    /**
     * @param role {@code base} or {@code candidate}
     * @param file PNG of the render store, relative to the run's folder
     * @param secondsPerStep 0 when unknown
     * @param peakVramBytes 0 when unknown
     * @param warm false where the seconds include loading the model
     * @param pixels {@code Image.sha256()} of the picture that was judged; null in records of old
     */
    public record RenderingEntry(
            String caseId,
            String prompt,
            List<String> tags,
            long seed,
            String role,
            String file,
            double seconds,
            double secondsPerStep,
            long peakVramBytes,
            boolean warm,
            boolean reused,
            String pixels) {
        /** As records were before they proved their pictures. */
        public RenderingEntry(
                String caseId,
                String prompt,
                List<String> tags,
                long seed,
                String role,
                String file,
                double seconds,
                double secondsPerStep,
                long peakVramBytes,
                boolean warm,
                boolean reused) {
            this(caseId, prompt, tags, seed, role, file, seconds, secondsPerStep, peakVramBytes, warm, reused, null);
        }
    }
}
