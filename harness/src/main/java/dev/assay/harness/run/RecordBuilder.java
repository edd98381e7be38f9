package dev.assay.harness.run;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Picture;
import dev.assay.harness.run.RunRecord.FindingEntry;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.suite.Criterion;
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
import java.util.function.Function;

/** Collects a run's facts into its record. */
final class RecordBuilder {
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Plan plan;
    private final PictureSource source;
    private final int declared;
    private final Instant started;
    private final long clock = System.nanoTime();
    private final Path folder;
    private final String id;
    private Model base;
    private Model candidate;
    private String problem;
    private RunRecord.Settings settings = RunRecord.Settings.UNKNOWN;
    private RunRecord.UsageEntry usage; // null before settings are known
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<RenderingEntry> renderings = new ArrayList<>();
    private final List<FindingEntry> findings = new ArrayList<>();

    /** @param declared criteria that the run has, whether they are selected or not */
    RecordBuilder(Plan plan, PictureSource source, int declared, Instant started) {
        this.plan = plan;
        this.source = source;
        this.declared = declared;
        this.started = started;
        this.id = unique(
                plan.out(), ID_TIME.format(started) + "-" + plan.candidateName().replaceAll("[^A-Za-z0-9._+-]", "_"));
        this.folder = RunRecords.folder(plan.out(), id);
        this.base = unread(plan.baseName(), plan.base());
        this.candidate = unread(plan.candidateName(), plan.candidate());
        found(plan.notes().stream().map(Finding::warning).toList());
        found(plan.use().hints().stream().map(Finding::note).toList());
    }

    /** Another run may have begun in the same millisecond, with a candidate of the same name. */
    private static String unique(Path out, String id) {
        String free = id;
        for (int i = 2; Files.exists(RunRecords.folder(out, free)); i++) {
            free = id + "-" + i;
        }
        return free;
    }

    void models(PictureSource.Models files) {
        base = model(plan.baseName(), files.base());
        candidate = model(plan.candidateName(), files.candidate());
    }

    /** @param own of the candidate's pictures */
    void settings(RunRecord.Settings ofPictures, RunRecord.Settings own) {
        settings = ofPictures;
        usage = RunRecord.UsageEntry.of(plan.use(), own);
    }

    /** How the candidate is used, a sentence each. */
    List<String> usageWords() {
        return UsageWords.of(usage, candidate, settings);
    }

    void pictures(List<CasePictures> cases) {
        for (CasePictures c : cases) {
            c.base().forEach(p -> renderings.add(entry(c.prompt(), RenderTask.BASE, p)));
            c.candidate().forEach(p -> renderings.add(entry(c.prompt(), RenderTask.CANDIDATE, p)));
        }
    }

    /** The candidate's pictures without its trigger words, where they are others. */
    void untriggered(List<CasePictures> cases) {
        cases.forEach(c -> c.candidate().forEach(p -> renderings.add(entry(c.prompt(), RenderTask.UNTRIGGERED, p))));
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
                        : Outcome.worst(verdicts.stream()
                                .filter(v -> !v.criterion().soft())
                                .map(Verdict::outcome)),
                problem,
                started.toString(),
                (System.nanoTime() - clock) / 1e9,
                source.stats().seconds(),
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
                settings,
                source.info(),
                source.stats().made(),
                source.stats().reused(),
                declared,
                verdicts.stream().map(VerdictEntry::of).toList(),
                List.copyOf(renderings),
                List.copyOf(findings),
                Map.of(),
                List.of(),
                usage);
    }

    /** The record of a run that could not even be planned. */
    static RunRecord unplanned(String problem) {
        Instant now = Instant.now();
        String id =
                ID_TIME.format(now) + "-unplanned-" + ProcessHandle.current().pid();
        return RunRecord.broken(id, now, "unknown", "unknown", problem);
    }

    private RenderingEntry entry(PromptCase c, String role, Picture p) {
        String sent = role.equals(RenderTask.CANDIDATE) ? plan.use().asked().prompt(c.prompt()) : c.prompt();
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
                p.sha256(),
                sent.equals(c.prompt()) ? null : sent);
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
                        .map(l -> new LoraPart(l.file(), l.sha256(), l.strength(), l.bytes(), l.clipStrength()))
                        .toList());
    }

    private static Model unread(String name, ModelUnderTest model) {
        return new Model(
                name,
                List.of(new ModelPart(model.checkpoint().path().toString(), null, 0)),
                model.loras().stream()
                        .map(l -> new LoraPart(l.path().toString(), null, l.strength(), 0, l.clipStrength()))
                        .toList());
    }
}
