package dev.assay.reports.view;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.Gate;
import dev.assay.reports.card.Cards;
import dev.assay.reports.pages.Templates;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.words.Headline;
import dev.assay.reports.words.Words;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All runs of a folder, newest first, each with its verdict, what it means, its worst pair and a link to its page. Pictures are those of the
 * store: the page is for this machine.
 */
public record RunsPage(List<Line> runs, int unreadable) {
    private static final int MOST = 500; // runs on a page

    public RunsPage {
        runs = List.copyOf(runs);
    }

    /**
     * A run.
     *
     * @param page address of its own page, relative; empty where there is none
     * @param families each once, with its worst outcome
     * @param base address of the base's picture of the worst pair; empty without one
     * @param candidate likewise
     */
    public record Line(
            String id,
            String day,
            String name,
            String against,
            Outcome outcome,
            String sentence,
            String page,
            List<Part> families,
            String base,
            String candidate,
            String prompt) {}

    /** A family of criteria and its worst outcome. */
    public record Part(String family, Outcome outcome) {}

    /**
     * @param folder where the page will lie, and the runs' pages in {@code report}
     * @param runs folders of records, newest first
     */
    public static RunsPage of(Path folder, List<Path> runs) {
        List<Line> lines = new ArrayList<>();
        int unreadable = 0;
        for (Path run : runs.subList(0, Math.min(MOST, runs.size()))) {
            try {
                lines.add(line(folder, run, RunRecords.read(run.resolve("run.json"))));
            } catch (AssayException damaged) {
                unreadable++;
            }
        }
        return new RunsPage(lines, unreadable);
    }

    private static Line line(Path folder, Path runFolder, RunRecord run) {
        Gate gate = Gate.judge(run);
        Path page = folder.resolve("report").resolve(Cards.fileName(run.id()) + ".html");
        Renderings all = new Renderings(run.renderings(), runFolder);
        Optional<Seen> worst = Headline.gravestFirst(run.verdicts()).stream()
                .flatMap(v -> v.worst().stream().limit(1).map(w -> new Seen(w, all.seenBy(v))))
                .filter(s -> s.in().find(s.worst(), "candidate").isPresent())
                .findFirst();
        return new Line(
                run.id(),
                Words.line(run.started(), 40).replace('T', ' ').replaceFirst("^(.{16}).*", "$1"),
                Words.line(run.candidate().name(), 120),
                Words.line(run.base().name(), 120) + ", "
                        + Words.line(run.suite().name(), 60),
                gate.outcome(),
                run.problem() == null
                        ? Headline.of(
                                gate.outcome(), run.verdicts(), run.suite().seedsPerPrompt())
                        : Words.ends(run.problem(), 300),
                Files.isRegularFile(page) ? address(folder, page) : "",
                parts(run.verdicts()),
                worst.flatMap(s -> picture(folder, s.in(), s.worst(), "base")).orElse(""),
                worst.flatMap(s -> picture(folder, s.in(), s.worst(), "candidate"))
                        .orElse(""),
                worst.map(s -> Words.line(s.worst().prompt(), 200)).orElse(""));
    }

    /** A worst pair, and the pictures that its criterion looked at. */
    private record Seen(WorstCase worst, Renderings in) {}

    private static List<Part> parts(List<VerdictEntry> verdicts) {
        List<Part> parts = new ArrayList<>();
        for (Family family : Family.KNOWN) {
            List<Outcome> outcomes = RunRecord.deciding(verdicts).stream()
                    .filter(v -> v.family() == family && v.wasJudged())
                    .map(VerdictEntry::outcome)
                    .toList();
            if (!outcomes.isEmpty()) {
                parts.add(new Part(family.word(), Outcome.worst(outcomes.stream())));
            }
        }
        return parts;
    }

    private static Optional<String> picture(Path folder, Renderings renderings, WorstCase worst, String role) {
        return renderings.find(worst, role).flatMap(renderings::file).map(file -> address(folder, file));
    }

    /** Relative to the page, with everything in it that an address cannot hold written as one does. */
    private static String address(Path folder, Path file) {
        Path relative = folder.toAbsolutePath()
                .normalize()
                .relativize(file.toAbsolutePath().normalize());
        List<String> parts = new ArrayList<>();
        relative.forEach(
                part -> parts.add(java.net.URLEncoder.encode(part.toString(), java.nio.charset.StandardCharsets.UTF_8)
                        .replace("+", "%20")));
        return String.join("/", parts);
    }

    /** One file without a script. */
    public String html() {
        return Templates.render("view/runs.jte", Map.of("page", this));
    }

    /** Class of an outcome's colour. */
    public static String tone(Outcome outcome) {
        return outcome.name().toLowerCase(java.util.Locale.ROOT);
    }
}
