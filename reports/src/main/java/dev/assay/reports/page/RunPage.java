package dev.assay.reports.page;

import dev.assay.harness.files.WholeFile;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.card.VerdictCard;
import dev.assay.reports.card.VerdictCard.Part;
import dev.assay.reports.pages.Facts;
import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.pages.Row;
import dev.assay.reports.pages.Templates;
import dev.assay.reports.words.Again;
import dev.assay.reports.words.Headline;
import dev.assay.reports.words.NextSteps;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the page of a run and its verdict card show, which is the page without all pictures and all numbers: one HTML file without a script,
 * a font or a file from elsewhere.
 *
 * @param brief it is the card
 * @param answers of every criterion that has a judgement of its own: what did not pass first, the gravest before the others, what decides
 *     nothing after it
 * @param caller who gives the commands that it names
 */
public record RunPage(
        VerdictCard card,
        RunRecord run,
        boolean brief,
        List<Answer> answers,
        List<Unjudged.Fold> folded,
        Gallery gallery,
        List<ReportLink> links,
        Caller caller) {
    private static final long MAX_BYTES =
            9_000_000; // of all pictures as text; with the rest the page stays below 10 MB
    private static final long FOR_EVIDENCE = 4_000_000;
    private static final int MOST_WORST = 3; // of a criterion
    private static final int MOST_SHOWN = 6; // criteria with pictures
    private static final int BRIEF_SHOWN = 2;

    public RunPage {
        answers = List.copyOf(answers);
        folded = List.copyOf(folded);
        links = List.copyOf(links);
    }

    /**
     * The page of a run.
     *
     * @param runFolder where the paths of the record's pictures start
     * @param folder where the page will lie
     * @param docs folder of the metrics' pages; there need not be one
     * @param caller who gives the commands that the page names
     */
    public static RunPage of(
            VerdictCard card,
            RunRecord run,
            Path runFolder,
            Path folder,
            Path docs,
            List<ReportLink> links,
            Caller caller) {
        Exhibits exhibits = new Exhibits(run, runFolder, folder);
        Unjudged criteria = Unjudged.of(run.verdicts());
        List<VerdictEntry> ordered = new ArrayList<>(Headline.gravestFirst(criteria.judged()));
        criteria.judged().stream()
                .filter(v -> v.soft() && !v.is(Outcome.PASSED))
                .forEach(ordered::add);
        criteria.judged().stream().filter(v -> v.is(Outcome.PASSED)).forEach(ordered::add);
        List<Answer> answers = new ArrayList<>();
        long used = 0;
        for (VerdictEntry v : ordered) {
            boolean shows = !v.is(Outcome.PASSED) && answers.size() < MOST_SHOWN && used < FOR_EVIDENCE;
            List<Exhibit> shown = shows ? exhibits.of(v, answers.isEmpty() ? MOST_WORST : MOST_WORST - 1) : List.of();
            used += shown.stream().mapToLong(Exhibit::bytes).sum();
            answers.add(new Answer(v, run.suite().seedsPerPrompt(), page(v, docs, folder), shown));
        }
        return new RunPage(
                card, run, false, answers, criteria.folded(), Gallery.of(exhibits, MAX_BYTES - used), links, caller);
    }

    /** The card: the same, with the first pictures of the gravest criteria alone. */
    public RunPage shortened() {
        List<Answer> fewer = new ArrayList<>();
        for (Answer a : answers) {
            fewer.add(new Answer(
                    a.verdict(),
                    a.seeds(),
                    "",
                    fewer.size() < BRIEF_SHOWN
                            ? a.exhibits().stream()
                                    .limit(1)
                                    .map(RunPage::unlinked)
                                    .toList()
                            : List.of()));
        }
        return new RunPage(card, run, true, fewer, folded, new Gallery(List.of(), ""), List.of(), caller);
    }

    /** A card travels: what lies on this machine is nothing to it. */
    private static Exhibit unlinked(Exhibit e) {
        return new Exhibit(
                e.heading(),
                e.strips().stream()
                        .map(s -> new Exhibit.Strip(
                                s.role(),
                                s.label(),
                                s.pictures().stream().map(Shown::unlinked).toList()))
                        .toList());
    }

    public String html() {
        return Templates.render("page/page.jte", Map.of("page", this));
    }

    /** Writes the page, whole or not at all. */
    public Path write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        WholeFile.write(file, html().getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private static String page(VerdictEntry v, Path docs, Path folder) {
        Path file = docs.resolve(v.metric().replaceAll("[^a-z0-9-]", "_") + ".md");
        return Files.isRegularFile(file) ? ReportLink.relative(file, folder) : "";
    }

    // ---- what the template asks for ----

    public String headline() {
        return Headline.of(card.outcome(), run.verdicts(), run.suite().seedsPerPrompt());
    }

    /** Where the run stopped, or what is wrong with it as a whole; else none. */
    public List<String> troubles() {
        boolean whole = card.outcome() == Outcome.BROKEN
                && run.verdicts().stream().noneMatch(v -> v.is(Outcome.BROKEN) && !v.soft());
        return run.problem() != null ? List.of(Words.block(run.problem())) : whole ? card.reasons() : List.of();
    }

    /** Of those that decide. */
    public List<Answer> failed(Outcome... outcomes) {
        List<Outcome> wanted = List.of(outcomes);
        return run.problem() != null
                ? List.of()
                : answers.stream()
                        .filter(a -> wanted.contains(a.verdict().outcome())
                                && !a.verdict().soft())
                        .toList();
    }

    /** Above what got worse. */
    public String wrong() {
        return failed(Outcome.REGRESSED).stream().allMatch(a -> a.verdict().family() == Family.FILE)
                ? "Why it cannot work"
                : "What got worse";
    }

    /** What did not pass, and decides nothing. */
    public List<Answer> soft() {
        return answers.stream().filter(a -> a.verdict().soft() && !a.passed()).toList();
    }

    public List<Unjudged.Fold> folded(boolean soft) {
        return run.problem() != null
                ? List.of()
                : folded.stream().filter(f -> f.soft() == soft).toList();
    }

    public List<Answer> passed() {
        return answers.stream().filter(Answer::passed).toList();
    }

    /** On the card without commands: it travels. */
    public List<NextSteps.Step> next() {
        return NextSteps.of(
                card.outcome(),
                run.verdicts(),
                brief
                        ? NextSteps.Judged.elsewhere(run.suite().name(), card.strength())
                        : NextSteps.Judged.of(run, caller));
    }

    public String day() {
        return card.judged().length() >= 10 ? card.judged().substring(0, 10) : card.judged();
    }

    /** {@code 1 regressed, 12 passed; soft, deciding nothing: 1 regressed}. */
    public String counts() {
        return Unjudged.of(RunRecord.deciding(run.verdicts())).counts() + Unjudged.soft(run.verdicts());
    }

    public List<Row> facts() {
        return Facts.judged(run);
    }

    /** Commands that judge the same again, each with the shells that read it; none where it is not known what was asked. */
    public List<Row> again() {
        Map<String, String> settings = Again.settings(run);
        return settings.isEmpty()
                ? List.of()
                : Stream.concat(
                                lines("", Again.command(settings)),
                                lines("in a checkout, with Maven", Again.maven(settings)))
                        .toList();
    }

    private static Stream<Row> lines(String where, Again again) {
        return again.everywhere()
                .map(line -> Stream.of(new Row(where, "", line)))
                .orElseGet(() -> Stream.of(
                        new Row(where + " (sh)", "", again.posix()),
                        new Row(where + " (PowerShell; for cmd.exe put it into assay.yaml)", "", again.powerShell())));
    }

    /** Every file that decided something, with its hash; of a folder with weights those alone. */
    public List<Row> files() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(files("candidate", card.model().files()));
        rows.addAll(files("base", card.base().files()));
        rows.add(new Row("suite file", "", card.suite().sha256()));
        card.weights().forEach((role, w) -> {
            rows.add(new Row("looked with", role + " " + w.reference() + ", licence " + w.licence()));
            rows.addAll(files(role, w.files()));
        });
        return rows;
    }

    private static List<Row> files(String what, List<Part> files) {
        List<Part> weights =
                files.stream().filter(f -> Words.isWeights(f.file())).toList();
        return (weights.isEmpty() ? files : weights)
                .stream()
                        .map(f -> new Row(
                                what,
                                f.file()
                                        + (f.strength() == null ? "" : " at strength " + Words.number(f.strength()))
                                        + ", " + Numbers.bytes(f.bytes()),
                                f.sha256() == null ? "not read" : f.sha256()))
                        .toList();
    }
}
