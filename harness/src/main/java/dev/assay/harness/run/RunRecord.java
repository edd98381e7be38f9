package dev.assay.harness.run;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.assay.harness.model.Finding;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Asked.Arm;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Phrasebook;
import dev.assay.harness.verdict.Scored;
import dev.assay.harness.verdict.Unscored;
import dev.assay.harness.verdict.Verdict;
import dev.assay.harness.verdict.WorstCase;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param outcome of the whole run, which is never UNAVAILABLE
 * @param problem what stopped the run, when {@code outcome} is BROKEN for the whole run; else null
 * @param started ISO 8601, UTC
 * @param seconds wall time of the run, from reading the suite to the verdicts
 * @param renderSeconds of all pictures made, added up: more than wall time where several renderers worked at once
 * @param criteriaDeclared criteria of the suite and the built-in ones of the run; {@code verdicts} may be fewer when some are selected
 * @param findings what was noticed about the models' files and how they were applied
 * @param weights of the networks that metrics looked with; null in records of old
 * @param usage how the candidate was used; null in records of old and where it never came to that
 * @param asked settings that were given for this run, by key: {@code assay.lora}; with them it can be run again
 */
public record RunRecord(
        String schema,
        String id,
        Outcome outcome,
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
        UsageEntry usage) {
    public static final String SCHEMA = "assay-run/1";

    /** Without holes: a view may read any part, whatever the file left out. */
    public RunRecord {
        id = Objects.requireNonNullElse(id, "unknown");
        outcome = Objects.requireNonNullElse(outcome, Outcome.BROKEN);
        started = Objects.requireNonNullElse(started, "");
        base = Objects.requireNonNullElse(base, Model.UNKNOWN);
        candidate = Objects.requireNonNullElse(candidate, Model.UNKNOWN);
        suite = suite == null ? new SuiteInfo(null, "", "", 0, 0) : suite;
        settings = Objects.requireNonNullElse(settings, Settings.UNKNOWN);
        renderer = Objects.requireNonNullElse(renderer, RendererInfo.UNKNOWN);
        verdicts = known(verdicts);
        renderings = known(renderings);
        findings = known(findings).stream()
                .filter(f -> f.level() != null && f.text() != null)
                .toList();
        asked = Objects.requireNonNullElse(asked, Map.of());
        weights = known(weights);
    }

    /** What verdicts make of a whole: the worst of those that decide; of none it is BROKEN. */
    public static Outcome worst(List<VerdictEntry> verdicts) {
        return Outcome.worst(deciding(verdicts).stream().map(VerdictEntry::outcome));
    }

    /** Those that are not soft, in their order. */
    public static List<VerdictEntry> deciding(List<VerdictEntry> verdicts) {
        return verdicts.stream().filter(v -> !v.soft()).toList();
    }

    private static <T> List<T> known(List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }

    /** Of a run that judged nothing. */
    public static RunRecord broken(String id, Instant when, String candidate, String suite, String problem) {
        return new RunRecord(
                SCHEMA,
                id,
                Outcome.BROKEN,
                problem,
                when.toString(),
                0,
                0,
                Model.UNKNOWN,
                new Model(candidate, List.of(), List.of()),
                new SuiteInfo(suite, "", "", 0, 0),
                Settings.UNKNOWN,
                RendererInfo.UNKNOWN,
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                null);
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
                verdicts.stream().map(v -> v.saying(words)).toList(),
                renderings,
                findings.stream()
                        .map(f -> new FindingEntry(f.level(), words.apply(f.text())))
                        .toList(),
                given,
                weights,
                usage);
    }

    /** The same record, and what metrics looked with. */
    RunRecord looking(List<WeightsEntry> networks) {
        return with(asked, networks);
    }

    /** The same record, and what was asked for. */
    RunRecord asking(Map<String, String> settings) {
        return with(settings, weights);
    }

    private RunRecord with(Map<String, String> settings, List<WeightsEntry> networks) {
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
                usage);
    }

    /**
     * Weights of a network.
     *
     * @param role by which the suite names it
     * @param reference as the suite or {@code assay.weights} says it
     * @param licence SPDX identifier, {@code NONE} where its authors state none, {@code not stated} where nothing is known
     * @param files at least one; names relative to the folder that was given, or without folders
     */
    public record WeightsEntry(String role, String reference, String licence, List<ModelPart> files) {
        public WeightsEntry {
            role = Objects.requireNonNullElse(role, "unknown");
            reference = Objects.requireNonNullElse(reference, "");
            licence = Objects.requireNonNullElse(licence, "not stated");
            files = known(files);
        }
    }

    /** A model under test; {@code name} is short, for people: {@code sound}, {@code base}. */
    public record Model(String name, List<ModelPart> files, List<LoraPart> loras) {
        static final Model UNKNOWN = new Model("unknown", List.of(), List.of());

        public Model {
            name = Objects.requireNonNullElse(name, "unknown");
            files = known(files);
            loras = known(loras);
        }
    }

    /** A file of a checkpoint; the path is as the user gave it or relative to the checkpoint folder. */
    public record ModelPart(String file, String sha256, long bytes) {}

    /** @param clipStrength on text encoders; null for {@code strength} and in records of old */
    public record LoraPart(String file, String sha256, double strength, long bytes, Double clipStrength) {}

    public record SuiteInfo(String name, String version, String sha256, int prompts, int seedsPerPrompt) {
        public SuiteInfo {
            name = Objects.requireNonNullElse(name, "unknown");
        }
    }

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
        public static final Settings UNKNOWN = new Settings(0, 0, 0, 0, "", "", 0, null, null, null);

        static Settings of(GenerationSettings s, int usualSteps) {
            return new Settings(
                    s.width(),
                    s.height(),
                    s.steps(),
                    s.guidanceScale(),
                    s.sampler(),
                    s.scheduler(),
                    s.clipSkip(),
                    s.distilledGuidance(),
                    s.shift(),
                    usualSteps);
        }
    }

    /**
     * How the candidate was used, and who says so.
     *
     * @param trigger {@code on}, {@code off} or {@code both}: whether it was asked with its trigger words
     * @param triggers that are known of it, in the order of the prompt; also where they were not used
     * @param template where they go in a prompt, as {@link dev.assay.harness.usage.Usage} has it
     * @param purpose {@code style} and so on, {@code unknown} where nobody says
     * @param settings of its own pictures
     * @param negativePrompt of its own, beside the suite's; null where nobody says one
     * @param sources who says a fact, by the names of {@link dev.assay.harness.usage.Fact#key}
     * @param lookedIn where something could have been said
     */
    public record UsageEntry(
            String trigger,
            List<String> triggers,
            String template,
            String purpose,
            Settings settings,
            String negativePrompt,
            Map<String, String> sources,
            List<String> lookedIn) {
        public UsageEntry {
            trigger = Objects.requireNonNullElse(trigger, "on");
            triggers = known(triggers);
            template = Objects.requireNonNullElse(template, Usage.START);
            purpose = Objects.requireNonNullElse(purpose, Purpose.UNKNOWN.word());
            settings = Objects.requireNonNullElse(settings, Settings.UNKNOWN);
            sources = Objects.requireNonNullElse(sources, Map.of());
            lookedIn = known(lookedIn);
        }

        static UsageEntry of(Use use, Settings settings) {
            Usage usage = use.candidate();
            Map<String, String> sources = new LinkedHashMap<>();
            usage.sources().forEach((fact, source) -> sources.put(fact.key(), source));
            return new UsageEntry(
                    use.trigger(),
                    usage.triggers(),
                    usage.template(),
                    usage.purpose().word(),
                    settings,
                    usage.negativePrompt(),
                    sources,
                    use.lookedIn());
        }

        /** Who says it; empty where nobody does. */
        public String source(Fact fact) {
            return sources.getOrDefault(fact.key(), "");
        }
    }

    /** How the candidate's pictures were made. */
    public Settings candidateSettings() {
        return usage == null || usage.settings().equals(Settings.UNKNOWN) ? settings : usage.settings();
    }

    public record RendererInfo(String name, String version, String device, Map<String, String> facts) {
        static final RendererInfo UNKNOWN = new RendererInfo("unknown", "", "", Map.of());
    }

    /**
     * @param metric name
     * @param metricVersion e.g. {@code 1}
     * @param family {@link Family#UNKNOWN} where the file names none that is known
     * @param scope {@code suite}, or the tags of the cases covered
     * @param estimate mean of candidate minus base; null when nothing was compared; corrected for the metric's error rates where the
     *     rule is {@code DEFECT_RATE_NON_INFERIOR} and they are known
     * @param interval {@code [lower, upper]}; null when nothing was compared
     * @param confidence of the two-sided interval
     * @param baseMean mean value on the base; null where the metric has no value per model
     * @param candidateMean mean value on the candidate; null likewise
     * @param finding of a metric over the whole suite ({@code period 8 px ...}); null for others
     * @param unscoredReasons what a metric said of the first pair of a kind to the number of them
     * @param reasonKind a short name that stays: {@code TooFewPairs}; null in records of old
     * @param question that the verdict answers; empty in older records
     * @param pattern on the pixel grid, which the candidate's pictures share; null where none was found and in older records
     * @param soft judged and shown, and decides nothing; false in older records
     * @param untriggered asked of the candidate's pictures of the plain prompt, without its trigger words; false in older records
     */
    public record VerdictEntry(
            String id,
            String metric,
            String metricVersion,

            @JsonSerialize(converter = FamilyWord.Written.class) @JsonDeserialize(converter = FamilyWord.Read.class)
            Family family,

            String scope,
            Outcome outcome,
            Double estimate,
            List<Double> interval,
            double confidence,
            double margin,
            Criterion.Rule rule,
            Criterion.Severity severity,
            @JsonDeserialize(converter = NowOrBefore.class) Direction better,
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
            String reasonKind,
            String question,
            GridPattern pattern,
            boolean soft,
            boolean untriggered) {
        public VerdictEntry {
            id = Objects.requireNonNullElse(id, "unknown");
            metric = Objects.requireNonNullElse(metric, "unknown");
            metricVersion = Objects.requireNonNullElse(metricVersion, "");
            family = Objects.requireNonNullElse(family, Family.UNKNOWN);
            scope = Objects.requireNonNullElse(scope, "");
            outcome = Objects.requireNonNullElse(outcome, Outcome.BROKEN);
            estimate = finite(estimate);
            interval = isInterval(interval) ? List.copyOf(interval) : null;
            rule = Objects.requireNonNullElse(rule, Criterion.Rule.NON_INFERIOR);
            severity = Objects.requireNonNullElse(severity, Criterion.Severity.NORMAL);
            better = Objects.requireNonNullElse(better, Direction.TWO_SIDED);
            unit = Objects.requireNonNullElse(unit, "");
            baseMean = finite(baseMean);
            candidateMean = finite(candidateMean);
            unscoredReasons = Objects.requireNonNullElse(unscoredReasons, Map.of());
            reason = Objects.requireNonNullElse(reason, "");
            question = Objects.requireNonNullElse(question, "");
            measurements = known(measurements);
            worst = known(worst);
            pattern = pattern == null || pattern.shape() == null ? null : pattern;
        }

        /** Of before is {@code EITHER}; null where there is no such word. */
        private static final class NowOrBefore extends StdConverter<String, Direction> {
            @Override
            public Direction convert(String word) {
                return word.equals("EITHER")
                        ? Direction.TWO_SIDED
                        : Stream.of(Direction.values())
                                .filter(d -> d.name().equals(word))
                                .findFirst()
                                .orElse(null);
            }
        }

        private static Double finite(Double number) {
            return number == null || !Double.isFinite(number) ? null : number;
        }

        private static boolean isInterval(List<Double> ends) {
            return ends != null && ends.size() == 2 && ends.stream().allMatch(e -> finite(e) != null);
        }

        static VerdictEntry of(Verdict v) {
            Criterion criterion = v.criterion();
            MetricInfo metric = v.metric();
            Comparison c = v.comparison();
            Scored scored = v.scored();
            return new VerdictEntry(
                    criterion.id(),
                    metric.name(),
                    metric.version(),
                    metric.family(),
                    criterion.scope(),
                    v.outcome(),
                    c.hasEstimate() ? c.estimate() : null,
                    c.hasInterval() ? List.of(c.lower(), c.upper()) : null,
                    c.confidence(),
                    criterion.margin(),
                    criterion.rule(),
                    criterion.severity(),
                    metric.better(),
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
                    v.reason().kind(),
                    metric.question(),
                    scored.pattern(),
                    criterion.soft(),
                    criterion.arm() == Arm.UNTRIGGERED);
        }

        /** Lower end of the interval; null without one. */
        public Double low() {
            return interval == null ? null : interval.get(0);
        }

        /** Upper end of the interval; null without one. */
        public Double high() {
            return interval == null ? null : interval.get(1);
        }

        public boolean is(Outcome wanted) {
            return outcome == wanted;
        }

        /** The outcome as people read it: {@code REGRESSED (soft)}. */
        public String outcomeWords() {
            return outcome + (soft ? " (soft)" : "");
        }

        /** Whether there is a verdict on the candidate, or at least a number; else nothing was compared. */
        public boolean wasJudged() {
            return estimate != null || pairs > 0 || outcome == Outcome.PASSED || outcome == Outcome.REGRESSED;
        }

        /** The same as a view carries it: without what was measured and said of single pairs. */
        public VerdictEntry brief(UnaryOperator<String> names, UnaryOperator<String> sentences) {
            return with(
                    names, sentences.apply(reason), sentences.apply(question), null, Map.of(), List.of(), List.of());
        }

        /** The same, with the reason put through {@code words}. */
        VerdictEntry saying(UnaryOperator<String> words) {
            return with(
                    UnaryOperator.identity(),
                    words.apply(reason),
                    question,
                    finding,
                    unscoredReasons,
                    measurements,
                    worst);
        }

        private VerdictEntry with(
                UnaryOperator<String> names,
                String newReason,
                String newQuestion,
                String newFinding,
                Map<String, Integer> newUnscored,
                List<Measurement> newMeasurements,
                List<WorstCase> newWorst) {
            return new VerdictEntry(
                    names.apply(id),
                    names.apply(metric),
                    names.apply(metricVersion),
                    family,
                    names.apply(scope),
                    outcome,
                    estimate,
                    interval,
                    confidence,
                    margin,
                    rule,
                    severity,
                    better,
                    names.apply(unit),
                    baseMean,
                    candidateMean,
                    clusters,
                    pairs,
                    unscored,
                    newUnscored,
                    newFinding,
                    newReason,
                    newMeasurements,
                    newWorst,
                    reasonKind,
                    newQuestion,
                    pattern,
                    soft,
                    untriggered);
        }
    }

    public record FindingEntry(Finding.Level level, String text) {}

    /**
     * @param role {@code base}, {@code candidate}, or {@code untriggered}: the candidate asked without its trigger words
     * @param file PNG of the render store, relative to the run's folder
     * @param secondsPerStep 0 when unknown
     * @param peakVramBytes 0 when unknown
     * @param warm false where the seconds include loading the model
     * @param pixels {@code Image.sha256()} of the picture that was judged; null in records of old
     * @param sent what its model was asked, with trigger words; null where that is {@code prompt}
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
            String pixels,
            String sent) {
        /** The same picture under another role. */
        public RenderingEntry as(String other) {
            return new RenderingEntry(
                    caseId,
                    prompt,
                    tags,
                    seed,
                    other,
                    file,
                    seconds,
                    secondsPerStep,
                    peakVramBytes,
                    warm,
                    reused,
                    pixels,
                    sent);
        }
    }
}
