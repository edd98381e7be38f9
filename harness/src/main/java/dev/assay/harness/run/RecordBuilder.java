package dev.assay.harness.run;

import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Finding;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.run.RunRecord.FindingEntry;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.PairEntry;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Better;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Compare;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.Judgement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.PairedDifference;
import dev.assay.harness.verdict.PairedOutcome;
import dev.assay.harness.verdict.RateComparison;
import dev.assay.harness.verdict.Rates;
import dev.assay.harness.verdict.RoganGladen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** Collects a run's facts into its record. */
final class RecordBuilder {
    /** Two-sided; each end holds at 0.95. */
    static final double CONFIDENCE = 0.90;

    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Plan plan;
    private final List<Renderer> renderers;
    private final MetricCatalog catalog;
    private final Instant started;
    private final long clock = System.nanoTime();
    private final Path folder;
    private final String id;
    private Model base;
    private Model candidate;
    private String problem;
    private GenerationSettings settings;
    private Integer usualSteps;
    private Tally tally;
    private final List<VerdictEntry> verdicts = new ArrayList<>();
    private final List<RenderingEntry> renderings = new ArrayList<>();
    private final List<FindingEntry> findings = new ArrayList<>();

    RecordBuilder(Plan plan, List<Renderer> renderers, MetricCatalog catalog, Instant started) {
        this.plan = plan;
        this.catalog = catalog;
        this.renderers = renderers;
        this.started = started;
        this.id = unique(
                plan.out(), ID_TIME.format(started) + "-" + plan.candidateName().replaceAll("[^A-Za-z0-9._+-]", "_"));
        this.folder = RunRecords.folder(plan.out(), id);
        this.base = unread(plan.baseName(), plan.base());
        this.candidate = unread(plan.candidateName(), plan.candidate());
    }

    /** Another run may have begun in the same millisecond, with a candidate of the same name. */
    private static String unique(Path out, String id) {
        String free = id;
        for (int i = 2; Files.exists(RunRecords.folder(out, free)); i++) {
            free = id + "-" + i;
        }
        return free;
    }

    void models(Fingerprint baseFiles, Fingerprint candidateFiles) {
        base = model(plan.baseName(), baseFiles);
        candidate = model(plan.candidateName(), candidateFiles);
    }

    /** @param usual of the model, where nobody says otherwise */
    void settings(GenerationSettings complete, GenerationSettings usual) {
        settings = complete;
        usualSteps = usual.steps();
    }

    void rendered(Tally sum) {
        tally = sum;
    }

    void pictures(List<CasePictures> cases) {
        for (CasePictures c : cases) {
            c.base().forEach(p -> renderings.add(entry(c.prompt(), Shot.BASE, p)));
            c.candidate().forEach(p -> renderings.add(entry(c.prompt(), Shot.CANDIDATE, p)));
        }
    }

    void found(List<Finding> more) {
        more.forEach(f -> findings.add(new FindingEntry(f.level().name(), f.text())));
    }

    void verdict(VerdictEntry verdict) {
        verdicts.add(verdict);
    }

    /** The run cannot be judged: every criterion is broken for this reason. */
    void problem(Throwable trouble, Function<Criterion, VerdictEntry> broken, List<Criterion> criteria) {
        problem = Trouble.words(trouble);
        verdicts.clear();
        criteria.stream().map(broken).filter(Objects::nonNull).forEach(verdicts::add);
    }

    RunRecord build() {
        return new RunRecord(
                RunRecord.SCHEMA,
                id,
                outcome().name(),
                problem,
                started.toString(),
                (System.nanoTime() - clock) / 1e9,
                tally == null ? 0 : tally.seconds(),
                base,
                candidate,
                new RunRecord.SuiteInfo(
                        plan.suite().name(),
                        plan.suite().version(),
                        plan.suiteHash(),
                        plan.suite().cases().size(),
                        plan.suite().cases().stream()
                                .mapToInt(c -> c.seeds().size())
                                .max()
                                .orElse(0)),
                recorded(settings, usualSteps),
                info(renderers),
                tally == null ? 0 : tally.made(),
                tally == null ? 0 : tally.reused(),
                plan.suite().criteria().size()
                        + BuiltIn.of(plan, renderers.get(0).makesPictures(), catalog)
                                .size(),
                List.copyOf(verdicts),
                List.copyOf(renderings),
                List.copyOf(findings),
                Map.of(),
                List.of());
    }

    private static RunRecord.Settings recorded(GenerationSettings s, Integer usualSteps) {
        return s == null
                ? RunRecord.Settings.UNKNOWN
                : new RunRecord.Settings(
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

    /** The first renderer's facts as they are, those of others with their number in front. */
    private static RunRecord.RendererInfo info(List<Renderer> renderers) {
        Map<String, String> facts = new TreeMap<>(renderers.get(0).facts());
        for (int i = 1; i < renderers.size(); i++) {
            String number = "renderer " + (i + 1) + " ";
            facts.put(number + "version", renderers.get(i).version());
            facts.put(number + "device", renderers.get(i).device());
            renderers.get(i).facts().forEach((name, fact) -> facts.put(number + name, fact));
        }
        Renderer first = renderers.get(0);
        return new RunRecord.RendererInfo(first.name(), first.version(), first.device(), facts);
    }

    private Outcome outcome() {
        if (problem != null || verdicts.isEmpty() || any(Outcome.BROKEN)) {
            return Outcome.BROKEN;
        }
        return any(Outcome.REGRESSED)
                ? Outcome.REGRESSED
                : any(Outcome.INCONCLUSIVE) || any(Outcome.UNAVAILABLE) ? Outcome.INCONCLUSIVE : Outcome.PASSED;
    }

    private boolean any(Outcome outcome) {
        return verdicts.stream().anyMatch(v -> v.outcome().equals(outcome.name()));
    }

    /** The record of a run that could not even be planned. */
    static RunRecord unplanned(String problem) {
        Instant now = Instant.now();
        Model unknown = new Model("unknown", List.of(), List.of());
        return new RunRecord(
                RunRecord.SCHEMA,
                ID_TIME.format(now) + "-unplanned-" + ProcessHandle.current().pid(),
                Outcome.BROKEN.name(),
                problem,
                now.toString(),
                0,
                0,
                unknown,
                unknown,
                new RunRecord.SuiteInfo("unknown", "", "", 0, 0),
                recorded(null, null),
                new RunRecord.RendererInfo("unknown", "", "", Map.of()),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of());
    }

    /** @param copies what counts once in the statistics */
    static VerdictEntry judged(
            Criterion criterion, Metric metric, Scoring.Result scored, double noiseFloor, Copies copies) {
        MetricInfo info = metric.info();
        List<PairedDifference> differences = copies.once(scored.pairs()).stream()
                .map(p -> new PairedDifference(copies.clusterOf(p), p.difference()))
                .toList();
        Comparison c = Compare.paired(differences, scored.unscoredPairs(), CONFIDENCE);
        if (criterion.rule() == Criterion.Rule.NON_INFERIOR && metric.errorRates() != null) {
            return corrected(criterion, metric, scored, c, differences);
        }
        Judgement j = Judgement.of(criterion, info, c, differences, scored.unscored(), noiseFloor)
                .ofEnoughPrompts(criterion, c)
                .ifAnyCouldFail(criterion, info, ofBase(scored));
        return entry(criterion, info, scored, c, j);
    }

    /** A difference of mean shares of judgements, without what their errors hide of it. */
    private static VerdictEntry corrected(
            Criterion criterion,
            Metric metric,
            Scoring.Result scored,
            Comparison seen,
            List<PairedDifference> differences) {
        Calibration errors = metric.errorRates();
        Judgement asSeen = Judgement.of(criterion, metric.info(), seen, differences, scored.unscored(), 0);
        if (seen.clusters() < 2) {
            return entry(criterion, metric.info(), scored, seen, asSeen);
        }
        String rates = String.format(
                Locale.ROOT,
                "yes %.0f %% of the time where it is right and %.0f %% where it is wrong, on %d and %d questions",
                100 * errors.sensitivity(),
                100 * (1 - errors.specificity()),
                errors.defects(),
                errors.sound());
        if (!RoganGladen.tells(errors, CONFIDENCE)) {
            String guess = "the judge says " + rates + ": so it may as well guess, and its answers tell nothing";
            return entry(criterion, metric.info(), scored, seen, new Judgement(Outcome.INCONCLUSIVE, guess));
        }
        RoganGladen.Corrected right = RoganGladen.difference(
                seen.estimate(), new Rates.Interval(seen.lower(), seen.upper()), errors, CONFIDENCE);
        Comparison c = new Comparison(
                right.estimate(),
                right.lower(),
                right.upper(),
                CONFIDENCE,
                seen.clusters(),
                seen.pairs(),
                seen.unscored());
        Judgement j = Judgement.of(criterion, metric.info(), c, differences, scored.unscored(), 0)
                .ofEnoughPrompts(criterion, c)
                .ifAnyCouldFail(criterion, metric.info(), ofBase(scored));
        String note = String.format(
                Locale.ROOT,
                "; corrected for the judge's errors (it says %s); as seen the difference is %.3g",
                rates,
                seen.estimate());
        return entry(criterion, metric.info(), scored, c, new Judgement(j.outcome(), j.reason() + note));
    }

    /** A criterion on the share of pictures with a defect. */
    static VerdictEntry judgedRates(Criterion criterion, Metric metric, Scoring.Result scored, Copies copies) {
        MetricInfo info = metric.info();
        List<PairedOutcome> outcomes = copies.once(scored.pairs()).stream()
                .map(p -> new PairedOutcome(copies.clusterOf(p), defect(info, p.base()), defect(info, p.candidate())))
                .toList();
        Calibration calibration = criterion.calibration() != null ? criterion.calibration() : metric.calibration();
        RateComparison rates = RateComparison.of(outcomes, scored.unscoredPairs(), CONFIDENCE, calibration);
        Comparison c = rates.corrected();
        Judgement j = Judgement.ofRates(criterion, rates, scored.unscored())
                .ofEnoughPrompts(criterion, c)
                .ifAnyCouldFail(criterion, info, ofBase(scored));
        return entry(criterion, info, scored, info.better() == Better.LOWER ? c : c.negated(), j);
    }

    /** The base's values; empty where only differences exist. */
    private static List<Double> ofBase(Scoring.Result scored) {
        return scored.pairs().stream()
                .map(PairEntry::base)
                .filter(Objects::nonNull)
                .toList();
    }

    private static boolean defect(MetricInfo info, Double value) {
        if (value == null || (value != 0 && value != 1)) {
            throw new IllegalArgumentException(info.name() + ": expected 0 or 1, found " + value);
        }
        return (info.better() == Better.LOWER) == (value == 1);
    }

    private static VerdictEntry entry(
            Criterion criterion, MetricInfo info, Scoring.Result scored, Comparison c, Judgement j) {
        boolean none = c.pairs() == 0;
        boolean noInterval = none || !Double.isFinite(c.lower()) || !Double.isFinite(c.upper());
        return new VerdictEntry(
                criterion.id(),
                info.name(),
                info.version(),
                info.family().word(),
                criterion.scope(),
                j.outcome().name(),
                none ? null : c.estimate(),
                noInterval ? null : List.of(c.lower(), c.upper()),
                c.confidence(),
                criterion.margin(),
                criterion.rule().name(),
                criterion.severity().name(),
                info.better().name(),
                info.unit(),
                Scoring.Result.mean(scored.pairs(), PairEntry::base),
                Scoring.Result.mean(scored.pairs(), PairEntry::candidate),
                c.clusters(),
                c.pairs(),
                c.unscored(),
                scored.unscored(),
                scored.finding(),
                scored.finding() == null ? j.reason() : j.reason() + "; " + scored.finding(),
                scored.pairs(),
                scored.worst());
    }

    /** A criterion that was not judged, with the reason. */
    static VerdictEntry unjudged(
            Criterion criterion,
            String family,
            String metricVersion,
            String unit,
            String better,
            Outcome outcome,
            String reason) {
        return new VerdictEntry(
                criterion.id(),
                criterion.metric(),
                metricVersion,
                family,
                criterion.scope(),
                outcome.name(),
                null,
                null,
                CONFIDENCE,
                criterion.margin(),
                criterion.rule().name(),
                criterion.severity().name(),
                better,
                unit,
                null,
                null,
                0,
                0,
                0,
                Map.of(),
                null,
                reason,
                List.of(),
                List.of());
    }

    private RenderingEntry entry(PromptCase c, String role, Picture p) {
        return new RenderingEntry(
                c.id(),
                c.prompt(),
                c.tags(),
                p.seed(),
                role,
                relative(p.file()),
                p.cost().seconds(),
                p.cost().secondsPerStep(),
                p.cost().peakVramBytes(),
                p.cost().warm(),
                p.reused(),
                p.sha256());
    }

    private String relative(Path file) {
        return folder.toAbsolutePath()
                .normalize()
                .relativize(file.toAbsolutePath().normalize())
                .toString()
                .replace('\\', '/');
    }

    private static Model model(String name, Fingerprint files) {
        return new Model(
                name,
                files.files().stream()
                        .map(f -> new ModelPart(f.file(), f.sha256(), f.bytes()))
                        .toList(),
                files.loras().stream()
                        .map(l -> new LoraPart(l.file(), l.sha256(), l.strength(), l.bytes()))
                        .toList());
    }

    private static Model unread(String name, ModelUnderTest model) {
        return new Model(
                name,
                List.of(new ModelPart(model.checkpoint().path().toString(), null, 0)),
                model.loras().stream()
                        .map(l -> new LoraPart(l.path().toString(), null, l.strength(), 0))
                        .toList());
    }
}
