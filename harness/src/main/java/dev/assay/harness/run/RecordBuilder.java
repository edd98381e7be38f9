package dev.assay.harness.run;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.run.RunRecord.FindingEntry;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Collects a run's facts into its record. */
final class RecordBuilder {
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
    private RenderStats tally;
    private final List<Verdict> verdicts = new ArrayList<>();
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
        found(plan.notes().stream().map(Finding::warning).toList());
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

    void rendered(RenderStats sum) {
        tally = sum;
    }

    void pictures(List<CasePictures> cases) {
        for (CasePictures c : cases) {
            c.base().forEach(p -> renderings.add(entry(c.prompt(), RenderTask.BASE, p)));
            c.candidate().forEach(p -> renderings.add(entry(c.prompt(), RenderTask.CANDIDATE, p)));
        }
    }

    void found(List<Finding> more) {
        more.forEach(f -> findings.add(new FindingEntry(f.level(), f.text())));
    }

    void verdict(Verdict verdict) {
        verdicts.add(verdict);
    }

    /** The run cannot be judged: every criterion is broken for this reason. */
    void problem(Throwable trouble, Function<Criterion, Optional<Verdict>> broken, List<Criterion> criteria) {
        problem = Trouble.words(trouble);
        verdicts.clear();
        criteria.stream().map(broken).flatMap(Optional::stream).forEach(verdicts::add);
    }

    RunRecord build() {
        return new RunRecord(
                RunRecord.SCHEMA,
                id,
                problem != null
                        ? Outcome.BROKEN
                        : Outcome.worst(verdicts.stream().map(Verdict::outcome)),
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
                        + BuiltInCriteria.of(plan, renderers.get(0).makesPictures(), catalog)
                                .size(),
                verdicts.stream().map(VerdictEntry::of).toList(),
                List.copyOf(renderings),
                List.copyOf(findings),
                Map.of(),
                List.of(),
                null);
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

    /** The record of a run that could not even be planned. */
    static RunRecord unplanned(String problem) {
        Instant now = Instant.now();
        String id =
                ID_TIME.format(now) + "-unplanned-" + ProcessHandle.current().pid();
        return RunRecord.broken(id, now, "unknown", "unknown", problem);
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
