package dev.assay.reports;

import dev.assay.harness.run.EarlyFiles;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.allure.AllureHtml;
import dev.assay.reports.allure.AllureResults;
import dev.assay.reports.allure.ReportContext;
import dev.assay.reports.card.Cards;
import dev.assay.reports.card.VerdictCard;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.page.RunPage;
import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What follows on an evaluation: the verdict on the terminal first, then collection, history, page, card, CI view. Trouble with a report is
 * said, and never changes the verdict.
 *
 * @param settings of the user; null where they cannot be read
 */
record LastStep(ReportPlace place, Settings settings, PrintStream out) {
    /** Of a run that was just made. */
    Ending of(JudgedRun judged) {
        return tell(judged, Age.FRESH);
    }

    /** Of a run that answered the same question before: all follows as on a new one, but it is in the history already. */
    Ending still(JudgedRun judged) {
        out.println();
        out.println("Judged on " + day(judged.run().started())
                + " UTC under the same question; this is its verdict (-Dassay.build.again=true judges anew)");
        try {
            RunRecords.again(place.workspace().out(), judged.run().id());
        } catch (AssayException unwritten) {
            out.println(Words.line(unwritten.getMessage(), 600));
        }
        return tell(judged, Age.STILL);
    }

    /** {@code 2026-11-29 17:20}, of ISO 8601. */
    private static String day(String time) {
        String plain = Words.line(time, 40).replace('T', ' ');
        return plain.length() > 16 ? plain.substring(0, 16) : plain;
    }

    /** Makes the report of an old record again: it is in the history already, and adds nothing to a collection. */
    Ending again(JudgedRun judged) {
        return tell(judged, Age.OLD);
    }

    /** What may follow on a run. */
    private enum Age {
        FRESH,
        /** Its verdict holds. */
        STILL,
        /** Nobody knows whether it would. */
        OLD
    }

    private Ending tell(JudgedRun judged, Age age) {
        Gate gate = judged.trouble() != null ? Gate.broken(judged.trouble()) : Gate.judge(judged.run());
        out.println();
        Summary.lines(judged.run(), gate, place.colors()).forEach(out::println);
        Summary.after(judged.run(), judged.folder(), gate, place.caller()).forEach(out::println);
        out.flush();
        try (TargetLock ours = TargetLock.take(place.target(), out)) {
            Objects.requireNonNull(ours);
            return report(judged, gate, age);
        }
    }

    private Ending report(JudgedRun judged, Gate gate, Age age) {
        GateResult admitted = !place.workspace().gate()
                ? null
                : age != Age.OLD
                        ? GateResult.of(judged, gate, settings, place.root())
                        : GateResult.refused("an old record (assay.record) adds nothing; judge the file again");
        if (admitted != null) {
            admitted.lines().forEach(l -> out.println(Words.block(l)));
        }
        RunHistory history = new RunHistory(place.root(), out);
        List<RunSummary> earlier = history.before(judged.run());
        if (judged.trouble() == null && age == Age.FRESH) {
            history.append(judged.run(), gate, judged.folder().resolve("run.json"));
        }
        Made page = makePage(judged, gate, earlier, admitted);
        Made ci = makeReport(judged, gate, earlier, admitted);
        if (ci.problem() != null) {
            out.println("The CI view could not be made: " + ci.problem());
        } else if (ci.path() != null) {
            out.println("CI view: " + Words.block(ci.path().toString()));
        }
        out.flush();
        return Ending.of(gate, settings, admitted, page.problem() == null && ci.problem() == null);
    }

    /** Where a report is, null for none, and why it could not be made. */
    private record Made(Path path, String problem) {}

    /** The page that people read, and its short forms; the page's path is said before all others. */
    private Made makePage(JudgedRun judged, Gate gate, List<RunSummary> earlier, GateResult admitted) {
        Path folder = place.target().resolve("report");
        Path file = folder.resolve(Cards.fileName(judged.run().id()) + ".html");
        try {
            VerdictCard card = CardWriter.card(judged.run(), gate, settings, place.root(), admitted, earlier);
            RunPage page = RunPage.of(
                    card, judged.run(), judged.folder(), folder, place.docs(), links(judged, folder), place.caller());
            page.write(file);
            out.println("Report: " + Words.block(file.toString()));
            out.flush();
            CardWriter.Made made = CardWriter.make(card, page.shortened().html(), judged, settings, place);
            made.lines().forEach(l -> out.println(Words.block(l)));
            return new Made(file, made.problem());
        } catch (IOException | RuntimeException | Error e) { // whatever happens to the page, the verdict is said
            String problem = Words.line(Trouble.words(e), 600);
            out.println("The report could not be made: " + problem);
            return new Made(file, problem);
        }
    }

    private List<ReportLink> links(JudgedRun judged, Path page) {
        return RunLinks.of(
                judged.run(), judged.folder(), place.root(), place.root().resolve(EarlyFiles.BUNDLED_SUITES), page);
    }

    private Made makeReport(JudgedRun judged, Gate gate, List<RunSummary> earlier, GateResult admitted) {
        if (place.allure() == null) {
            return new Made(null, null);
        }
        Path results = place.target().resolve("allure-results");
        Path report = place.target().resolve("allure-report");
        try {
            Files.deleteIfExists(report.resolve("index.html")); // an old report must not pass for this one
            AllureResults.write(
                    judged.run(),
                    judged.folder(),
                    results,
                    report,
                    new ReportContext(
                            admitted == null ? Map.of() : admitted.facts(),
                            gate.wholeRun(),
                            links(judged, report),
                            earlier,
                            place.executor()));
            String title = "Assay: " + Words.line(judged.run().candidate().name(), 60);
            return new Made(AllureHtml.generate(place.allure(), results, report, title), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Made(results, "interrupted");
        } catch (IOException | RuntimeException | Error e) { // whatever happens to the report, the verdict is said
            return new Made(results, Words.line(Trouble.words(e), 600));
        }
    }
}
