package dev.assay.reports.allure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecord.WorstCase;
import dev.assay.reports.picture.CasePicture;
import dev.assay.reports.picture.ContactSheet;
import dev.assay.reports.picture.Pixels;
import dev.assay.reports.words.Words;
import io.qameta.allure.model.Attachment;
import io.qameta.allure.model.Label;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run as Allure results: one per criterion, and one for the run itself. A result is the same test as that of an earlier run
 * if suite, candidate, family and criterion have the same names; hashes and run ids have no part in it.
 */
public final class AllureResults {
    private static final int MOST_WORST = 4;
    private static final String DIFF_TYPE = "application/vnd.allure.image.diff";
    private static final JsonMapper JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .build();

    private final RunRecord run;
    private final Path runFolder;
    private final Path results;
    private final long start;
    private int attachments;

    private AllureResults(RunRecord run, Path runFolder, Path results) {
        this.run = run;
        this.runFolder = runFolder;
        this.results = results;
        this.start = start(run);
    }

    /**
     * Writes the results of a run.
     *
     * @param runFolder where the paths of the record's pictures start
     * @param results a folder for these results only: what is in it is deleted first
     */
    public static void write(RunRecord run, Path runFolder, Path results) {
        write(run, runFolder, results, Map.of());
    }

    /** @param more facts about the build for the report's environment, by name */
    public static void write(RunRecord run, Path runFolder, Path results, Map<String, String> more) {
        try {
            clean(results);
            new AllureResults(run, runFolder, results).write(more);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the Allure results to " + results, e);
        }
    }

    private void write(Map<String, String> more) throws IOException {
        result(overview());
        for (int i = 0; i < run.verdicts().size(); i++) {
            result(criterion(run.verdicts().get(i), i));
        }
        environment(more);
        json("executor.json", Map.of("name", "Assay", "type", "assay", "buildName", text(run.id(), 120)));
        json("categories.json", categories());
    }

    private TestResult overview() throws IOException {
        boolean broken = run.problem() != null || run.verdicts().isEmpty();
        List<Attachment> attached = new ArrayList<>();
        byte[] first = null;
        String firstName = "";
        for (ContactSheet.Sheet sheet : ContactSheet.of(run.renderings(), this::picture)) {
            byte[] png = Pixels.png(sheet.image());
            attached.add(attach("contact sheet: " + sheet.name(), "image/png", ".png", png));
            if (first == null) {
                first = png;
                firstName = "contact sheet: " + sheet.name();
            }
        }
        // As the run, so that no report is all green whose run did not pass.
        TestResult result = base("run", "run", broken ? "run: nothing was judged" : "run: contact sheet", start)
                .setStatus(broken ? Status.BROKEN : status(run.outcome()))
                .setDescriptionHtml(Description.of(run, first, firstName))
                .setAttachments(attached);
        result.setStop(start + Math.max(0, Math.round(1000 * run.seconds())));
        if (broken) {
            String problem = run.problem() == null ? "the run has no verdict" : calm(Words.block(run.problem()));
            result.setStatusDetails(new StatusDetails().setMessage("Harness trouble: " + problem));
        } else {
            result.setStatusDetails(
                    new StatusDetails().setMessage("Run " + text(run.outcome(), 20) + ": " + Description.counts(run)));
        }
        List<Parameter> parameters = result.getParameters();
        parameters.add(excluded("run", text(run.id(), 120)));
        parameters.add(excluded("seconds", String.format(Locale.ROOT, "%.1f", run.seconds())));
        run.candidate().files().stream()
                .filter(f -> Words.isWeights(f.file()))
                .forEach(f -> parameters.add(excluded(text(f.file(), 120), sha(f.sha256()))));
        run.candidate()
                .loras()
                .forEach(l -> parameters.add(excluded(text(Words.fileName(l.file()), 120), sha(l.sha256()))));
        result.getLabels().add(label("severity", broken ? "blocker" : "trivial"));
        return result;
    }

    private TestResult criterion(VerdictEntry v, int index) throws IOException {
        // After the run, in the order of the suite: Allure sorts by time.
        long time = start + Math.round(1000 * run.seconds()) + index;
        List<Attachment> attached = new ArrayList<>();
        byte[] first = null;
        String firstName = "";
        List<WorstCase> worst = v.worst() == null ? List.of() : v.worst();
        for (WorstCase w : worst.subList(0, Math.min(MOST_WORST, worst.size()))) {
            Optional<BufferedImage> base = picture(w, "base");
            Optional<BufferedImage> candidate = picture(w, "candidate");
            String name = text(w.caseId(), 80) + ", seed " + w.seed();
            byte[] png = Pixels.png(CasePicture.compose(w, v.unit(), base, candidate));
            attached.add(attach(name + ": base | candidate | difference", "image/png", ".png", png));
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
        TestResult result = base(v.family(), v.id(), calm(Words.title(v)), time)
                .setStatus(status(v.outcome()))
                .setStatusDetails(details(v))
                .setDescriptionHtml(Description.of(v, first, firstName))
                .setAttachments(attached);
        result.getLabels().add(label("severity", severity(v)));
        Stream.of(v.family(), v.metric(), v.scope())
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
        String identity = suite + "/" + candidate + "/" + familyName + "/" + text(criterion, 120);
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
                .setUuid(UUID.nameUUIDFromBytes((run.id() + "/" + identity).getBytes(StandardCharsets.UTF_8))
                        .toString())
                .setHistoryId(identity)
                .setTestCaseId(identity)
                .setFullName(identity)
                .setTitlePath(List.of(suite, candidate, familyName))
                .setName(name)
                .setStage(Stage.FINISHED)
                .setStart(time)
                .setStop(time)
                .setLabels(labels)
                .setParameters(new ArrayList<>());
    }

    static Status status(String outcome) {
        return switch (outcome == null ? "" : outcome) {
            case "PASSED" -> Status.PASSED;
            case "REGRESSED" -> Status.FAILED;
            case "INCONCLUSIVE", "UNAVAILABLE" -> Status.SKIPPED;
            default -> Status.BROKEN;
        };
    }

    private StatusDetails details(VerdictEntry v) {
        String reason = text(v.reason(), 2000);
        String message = switch (status(v.outcome())) {
            case PASSED -> reason;
            case FAILED -> "Regression: " + text(v.metric(), 60) + ": " + reason;
            case SKIPPED -> ("UNAVAILABLE".equals(v.outcome()) ? "Unavailable: " : "Inconclusive: ") + reason;
            case BROKEN ->
                "Harness trouble: "
                        + (run.problem() == null
                                ? reason
                                : "not judged; the result \"run\" of this candidate says why");
        };
        return new StatusDetails().setMessage(message);
    }

    private static String severity(VerdictEntry v) {
        String word = text(v.severity(), 20).toLowerCase(Locale.ROOT);
        return Set.of("blocker", "critical", "normal", "minor", "trivial").contains(word) ? word : "normal";
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

    private Optional<BufferedImage> picture(WorstCase w, String role) {
        return run.renderings().stream()
                .filter(r -> r.caseId().equals(w.caseId()) && r.seed() == w.seed() && role.equals(r.role()))
                .findFirst()
                .flatMap(this::picture);
    }

    private Optional<BufferedImage> picture(RenderingEntry r) {
        try {
            return r.file() == null ? Optional.empty() : Pixels.read(runFolder.resolve(r.file()));
        } catch (java.nio.file.InvalidPathException e) {
            return Optional.empty();
        }
    }

    private List<Map<String, Object>> categories() {
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        run.verdicts().stream()
                .filter(v -> !"preflight".equals(v.metric()) && !"applied".equals(v.metric())) // their own category
                .forEach(v -> metrics.computeIfAbsent(text(v.family(), 40), f -> new LinkedHashSet<>())
                        .add(Pattern.quote(text(v.metric(), 60))));
        List<Map<String, Object>> categories = new ArrayList<>();
        metrics.forEach((family, names) -> categories.add(category(
                "Regression: " + (family.equals("artifact") ? "artifacts" : family),
                "failed",
                "(?s)Regression: (" + String.join("|", names) + "): .*")));
        categories.add(category("Not applied", "failed", "(?s)Regression: (applied|preflight): .*"));
        categories.add(Map.of(
                "name",
                "The run as a whole",
                "matchedStatuses",
                List.of("failed", "skipped"),
                "messageRegex",
                "(?s)Run [A-Z]+: .*"));
        categories.add(category("Inconclusive", "skipped", "(?s)Inconclusive: .*"));
        categories.add(category("Unavailable", "skipped", "(?s)Unavailable: .*"));
        categories.add(category("Harness trouble", "broken", "(?s).*"));
        return categories;
    }

    private static Map<String, Object> category(String name, String status, String regex) {
        return Map.of("name", name, "matchedStatuses", List.of(status), "messageRegex", regex);
    }

    private void environment(Map<String, String> more) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("outcome", run.outcome());
        facts.putAll(more);
        facts.put("candidate", run.candidate().name());
        facts.put("base", run.base().name());
        run.candidate()
                .loras()
                .forEach(l -> facts.put("strength of " + Words.fileName(l.file()), Words.number(l.strength())));
        facts.put("suite", run.suite().name() + " " + run.suite().version());
        facts.put("renderer", run.renderer().name() + " " + run.renderer().version());
        facts.put("device", run.renderer().device());
        facts.put("renders made", Integer.toString(run.rendersMade()));
        facts.put("renders reused", Integer.toString(run.rendersReused()));
        facts.put("time", Words.time(run.seconds()));
        facts.put("run", run.id());
        StringBuilder text = new StringBuilder();
        facts.forEach((k, v) -> text.append(escape(text(k, 120), true))
                .append(" = ")
                .append(escape(text(v, 200), false))
                .append('\n'));
        Files.writeString(results.resolve("environment.properties"), text, StandardCharsets.US_ASCII);
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
        json(result.getUuid() + "-result.json", result);
    }

    private void json(String name, Object value) throws IOException {
        Files.write(results.resolve(name), JSON.writeValueAsBytes(value));
    }

    private static String text(String text, int most) {
        return calm(Words.line(text, most));
    }

    /** Allure 2.34 puts status messages into its page as HTML, where an image's onerror runs: no text of ours may hold a tag. */
    private static String calm(String text) {
        return text.replace('<', '\u2039').replace('>', '\u203a');
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
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file); // flat: a folder in here is not ours, and stops us
                }
            }
        }
        Files.createDirectories(folder);
    }
}
