package dev.assay.reports.allure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.json.Json;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.picture.CasePicture;
import dev.assay.reports.picture.ContactSheet;
import dev.assay.reports.picture.Pixels;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.words.Words;
import io.qameta.allure.model.Attachment;
import io.qameta.allure.model.FixtureResult;
import io.qameta.allure.model.Label;
import io.qameta.allure.model.Link;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
import io.qameta.allure.model.TestResultContainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A run as Allure results: one per criterion, as many as the page and the terminal count; one for the run itself only where something is wrong with it as a whole. A result is the same test as that of an earlier run
 * if suite, candidate, family and criterion have the same names; hashes and run ids have no part in it.
 */
public final class AllureResults {
    private static final int MAX_WORST = 4;
    private static final String HISTORY = "history";
    private static final String DIFF_TYPE = "application/vnd.allure.image.diff";
    private static final JsonMapper JSON = Json.LENIENT
            .rebuild()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .build();

    private final RunRecord run;
    private final Renderings renderings;
    private final Path results;
    private final Path page;
    private final ReportContext context;
    private final AllureHistory history;
    private final long start;
    private final List<String> written = new ArrayList<>(); // ids of the results
    private int attachments;

    private AllureResults(RunRecord run, Path runFolder, Path results, Path page, ReportContext context) {
        this.run = run;
        this.context = context;
        this.history = new AllureHistory(context.earlier().stream()
                .filter(d -> AllureHistory.isOf(
                        d, run.suite().name(), run.candidate().name()))
                .toList());
        this.renderings = new Renderings(run.renderings(), runFolder);
        this.results = results;
        this.page = page;
        this.start = start(run);
    }

    /**
     * Writes the results of a run.
     *
     * @param runFolder where the paths of the record's pictures start
     * @param results a folder for these results only: what is in it is deleted first
     * @param page folder of the report that will be made of them: relative links start there
     */
    public static void write(RunRecord run, Path runFolder, Path results, Path page, ReportContext context) {
        try {
            clean(results);
            new AllureResults(run, runFolder, results, page, context).write();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the Allure results to " + results, e);
        }
    }

    private void write() throws IOException {
        List<Attachment> sheets = sheets();
        boolean nothing = run.problem() != null || run.verdicts().isEmpty();
        if (nothing || !context.trouble().isEmpty()) {
            result(trouble(nothing));
        }
        if (run.problem() == null) { // else no criterion has anything to say
            for (VerdictEntry v : run.verdicts()) {
                result(criterion(v));
            }
        }
        before(sheets);
        environment();
        executor();
        json("categories.json", Categories.json(run.verdicts()));
        json("assay-perf.json", Measures.of(run, start));
        Files.createDirectories(results.resolve(HISTORY));
        for (Map.Entry<String, Object> file : history.files().entrySet()) {
            json(HISTORY + "/" + file.getKey(), file.getValue());
        }
    }

    private void executor() throws IOException {
        Map<String, Object> executor = new LinkedHashMap<>();
        executor.put("name", context.executor().name());
        executor.put("type", context.executor().type());
        executor.put("buildName", "#" + history.buildOrder() + " " + text(run.id(), 120));
        executor.put("buildOrder", history.buildOrder());
        if (context.executor().url() != null) {
            executor.put("buildUrl", context.executor().url());
        }
        json("executor.json", executor);
    }

    private List<Attachment> sheets() throws IOException {
        List<Attachment> sheets = new ArrayList<>();
        for (ContactSheet.Sheet sheet : renderings.sheets(Integer.MAX_VALUE)) {
            sheets.add(attach("contact sheet: " + sheet.name(), "image/png", ".png", Pixels.png(sheet.image())));
        }
        return sheets;
    }

    /** All pictures of the run stand before every criterion: they are no test of their own, so that tests are criteria. */
    private void before(List<Attachment> sheets) throws IOException {
        if (sheets.isEmpty()) {
            return;
        }
        long stop = start + Math.max(0, Math.round(1000 * run.seconds()));
        FixtureResult pictures = new FixtureResult()
                .setName("the run's pictures")
                .setStatus(Status.PASSED)
                .setStage(Stage.FINISHED)
                .setStart(start)
                .setStop(stop)
                .setAttachments(sheets);
        TestResultContainer container = new TestResultContainer()
                .setUuid(uuid("before"))
                .setName("the run's pictures")
                .setChildren(List.copyOf(written))
                .setBefores(List.of(pictures))
                .setStart(start)
                .setStop(stop);
        json(container.getUuid() + "-container.json", container);
    }

    /** What is wrong with the run as a whole: a report must not be all green then. */
    private TestResult trouble(boolean nothing) {
        TestResult result = base("run", "run", nothing ? "run: nothing was judged" : "run: not to be trusted", start)
                .setStatus(Status.BROKEN)
                .setDescriptionHtml(Description.of(run, context));
        result.setStop(start + Math.max(0, Math.round(1000 * run.seconds())));
        String problem = run.problem() != null
                ? sanitize(Words.block(run.problem()))
                : context.trouble().isEmpty()
                        ? "the run has no verdict"
                        : text(String.join("; ", context.trouble()), 4000);
        result.setStatusDetails(new StatusDetails().setMessage(Categories.WHOLE_RUN + ": " + problem));
        result.getLabels().add(label("severity", "blocker"));
        provenance(result.getParameters());
        return result;
    }

    private void provenance(List<Parameter> parameters) {
        parameters.add(excluded("run", text(run.id(), 120)));
        parameters.add(excluded("seconds", String.format(Locale.ROOT, "%.1f", run.seconds())));
        run.candidate().files().stream()
                .filter(f -> Words.isWeights(f.file()))
                .forEach(f -> parameters.add(excluded(text(f.file(), 120), sha(f.sha256()))));
        run.candidate()
                .loras()
                .forEach(l -> parameters.add(excluded(text(Words.fileName(l.file()), 120), sha(l.sha256()))));
    }

    /** After the run, in the order of the suite: Allure sorts by time. */
    private long criterionTime() {
        return start + Math.round(1000 * run.seconds()) + written.size();
    }

    private TestResult criterion(VerdictEntry v) throws IOException {
        List<Attachment> attached = new ArrayList<>();
        byte[] first = null;
        String firstName = "";
        List<WorstCase> worst = v.worst();
        List<WorstCase> shown = worst.subList(0, Math.min(MAX_WORST, worst.size()));
        Renderings seen = renderings.seenBy(v);
        for (WorstCase w : shown) {
            boolean all = CasePicture.showsSeeds(v, w, renderings);
            String name = text(w.caseId(), 80) + (all ? ", all seeds" : ", seed " + w.seed());
            byte[] png = Pixels.png(CasePicture.of(v, w, renderings));
            attached.add(attach(
                    name + (all ? ": base above candidate" : ": base | candidate | difference"),
                    "image/png",
                    ".png",
                    png));
            Optional<BufferedImage> base = all ? Optional.empty() : seen.read(w, "base");
            Optional<BufferedImage> candidate = all ? Optional.empty() : seen.read(w, "candidate");
            if (base.isPresent() && candidate.isPresent()) {
                attached.add(attach(
                        name + ": base (expected) vs candidate (actual)",
                        DIFF_TYPE,
                        ".json",
                        JSON.writeValueAsBytes(diff(base.get(), candidate.get()))));
            }
            if (first == null) {
                first = png;
                firstName = name;
            }
        }
        TestResult result = base(v.family().word(), v.id(), sanitize(Words.title(v)), criterionTime())
                .setStatus(Categories.status(v))
                .setStatusDetails(details(v))
                .setDescriptionHtml(Description.of(
                        v,
                        first,
                        firstName,
                        shown,
                        w -> CasePicture.showsSeeds(v, w, renderings),
                        (w, role) -> original(seen, w, role),
                        Description.of(run, context)))
                .setAttachments(attached);
        result.getLabels().add(label("severity", severity(v)));
        Stream.of(v.family().word(), v.metric(), v.scope())
                .map(t -> text(t, 60))
                .filter(t -> !t.isEmpty())
                .distinct()
                .forEach(t -> result.getLabels().add(label("tag", t)));
        result.getParameters().add(excluded("difference", Words.signed(v.estimate()))); // Allure shows it in the tree
        return result;
    }

    private TestResult base(String family, String criterion, String name, long time) {
        String suite = text(run.suite().name(), 80);
        String candidate = text(run.candidate().name(), 80);
        String familyName = text(family, 40);
        String identity =
                AllureHistory.identity(run.suite().name(), run.candidate().name(), family, criterion);
        List<Label> labels = new ArrayList<>(List.of(
                label("parentSuite", suite),
                label("suite", candidate),
                label("subSuite", familyName),
                label("epic", candidate),
                label("feature", familyName),
                label("story", text(criterion, 120)),
                label("framework", "assay"),
                label("language", "java")));
        return new TestResult()
                .setUuid(uuid(identity))
                .setHistoryId(identity)
                .setTestCaseId(identity)
                .setFullName(identity)
                .setTitlePath(List.of(suite, candidate, familyName))
                .setName(name)
                .setStage(Stage.FINISHED)
                .setStart(time)
                .setStop(time)
                .setLabels(labels)
                .setLinks(new ArrayList<>(context.links().stream()
                        .map(l -> new Link()
                                .setName(text(l.name(), 120))
                                .setUrl(l.url())
                                .setType(l.kind()))
                        .toList()))
                .setParameters(new ArrayList<>());
    }

    private String uuid(String of) {
        return UUID.nameUUIDFromBytes((run.id() + "/" + of).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private StatusDetails details(VerdictEntry v) {
        return new StatusDetails()
                .setMessage(Categories.message(v.outcome(), v.soft(), v.family(), v.metric(), v.reason()));
    }

    private static String severity(VerdictEntry v) {
        return v.severity().name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, String> diff(BufferedImage base, BufferedImage candidate) {
        Map<String, String> diff = new LinkedHashMap<>();
        diff.put("expected", dataUri(base));
        diff.put("actual", dataUri(candidate));
        diff.put("diff", dataUri(Pixels.difference(base, candidate).image()));
        return diff;
    }

    private static String dataUri(BufferedImage image) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(Pixels.png(Pixels.forPeople(image)));
    }

    /** Address of a picture as the renderer made it, where it is still there. */
    private Optional<String> original(Renderings seen, WorstCase w, String role) {
        return seen.find(w, role).flatMap(seen::file).map(file -> ReportLink.relative(file, page));
    }

    private void environment() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("outcome", context.trouble().isEmpty() ? run.outcome().name() : Outcome.BROKEN.name());
        facts.putAll(context.facts());
        facts.put("candidate", run.candidate().name());
        facts.put("base", run.base().name());
        run.candidate()
                .loras()
                .forEach(l -> facts.put("strength of " + Words.fileName(l.file()), Words.number(l.strength())));
        facts.put("suite", run.suite().name() + " " + run.suite().version());
        facts.put("renderer", run.renderer().name() + " " + run.renderer().version());
        facts.put("device", run.renderer().device());
        settings(facts);
        run.weights()
                .forEach(w -> facts.put(
                        "weights of " + w.role(), Words.reference(w.reference()) + ", licence " + w.licence()));
        facts.put("renders made", Integer.toString(run.rendersMade()));
        facts.put("renders reused", Integer.toString(run.rendersReused()));
        facts.put("time", Numbers.time(run.seconds()));
        facts.put("run", run.id());
        StringBuilder text = new StringBuilder();
        facts.forEach((k, v) -> text.append(escape(text(k, 120), true))
                .append(" = ")
                .append(escape(text(v, 200), false))
                .append('\n'));
        Files.writeString(results.resolve("environment.properties"), text, StandardCharsets.US_ASCII);
    }

    /** How pictures were made, where the run made them. */
    private void settings(Map<String, String> facts) {
        RunRecord.Settings s = run.settings();
        if (s.steps() == 0) {
            return;
        }
        facts.put("size", s.width() + " x " + s.height());
        facts.put("steps", Integer.toString(s.steps()));
        facts.put("guidance scale", Words.number(s.guidanceScale()));
        facts.put("sampler", s.sampler() + ", " + s.scheduler());
        Optional.ofNullable(s.distilledGuidance()).ifPresent(g -> facts.put("distilled guidance", Words.number(g)));
        Optional.ofNullable(s.shift()).ifPresent(shift -> facts.put("shift", Words.number(shift)));
        String negative = run.renderer().facts().getOrDefault("negative prompt unless the suite has one", "");
        if (!negative.isEmpty()) {
            facts.put("negative prompt unless the suite has one", negative);
        }
    }

    /** As {@link Properties} reads it, without the date that {@link Properties#store} writes. */
    private static String escape(String text, boolean key) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || (key && (c == ' ' || c == ':' || c == '=' || c == '#' || c == '!'))) {
                escaped.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private Attachment attach(String name, String type, String ending, byte[] bytes) throws IOException {
        String source = String.format(Locale.ROOT, "%04d-attachment%s", ++attachments, ending);
        Files.write(results.resolve(source), bytes);
        return new Attachment().setName(name).setType(type).setSource(source).setSize((long) bytes.length);
    }

    private void result(TestResult result) throws IOException {
        written.add(result.getUuid());
        json(result.getUuid() + "-result.json", result);
    }

    private void json(String name, Object value) throws IOException {
        Files.write(results.resolve(name), JSON.writeValueAsBytes(value));
    }

    private static String text(String text, int most) {
        return Categories.text(text, most);
    }

    private static String sanitize(String text) {
        return Categories.sanitize(text);
    }

    private static Label label(String name, String value) {
        return new Label().setName(name).setValue(value);
    }

    private static Parameter excluded(String name, String value) {
        return new Parameter().setName(name).setValue(value).setExcluded(true);
    }

    private static String sha(String sha256) {
        return sha256 == null ? "not read" : "sha256 " + text(sha256, 16);
    }

    private static long start(RunRecord run) {
        try {
            return Instant.parse(run.started()).toEpochMilli();
        } catch (RuntimeException unknown) {
            return 0;
        }
    }

    private static void clean(Path folder) throws IOException {
        for (Path flat : List.of(folder.resolve(HISTORY), folder)) { // a folder in here is not ours, and stops us
            if (Files.isDirectory(flat)) {
                try (Stream<Path> files = Files.list(flat)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
        Files.createDirectories(folder);
    }
}
