package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.CARD;
import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.INCONCLUSIVE;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.SIDECARS;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.Settings;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.card.Cards;
import dev.assay.reports.card.Sidecars;
import dev.assay.reports.card.VerdictCard;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the verdict cards of a build; trouble with them never changes the verdict. */
final class CardWriter {
    private CardWriter() {}

    /**
     * @param lines for the terminal
     * @param problem null when the cards were made
     */
    record Made(List<String> lines, String problem) {}

    /**
     * What the run says of the file, for page and card.
     *
     * @param settings of the user; null where they cannot be read
     * @param admitted what the collection said; null without a gate
     * @param earlier runs, oldest first
     */
    static VerdictCard card(
            RunRecord run, Gate gate, Settings settings, Path root, GateResult admitted, List<RunSummary> earlier) {
        FileFacts facts = judged(run, settings, root).map(FileFacts::glance).orElse(FileFacts.NONE);
        VerdictCard card = VerdictCard.of(run, gate.outcome(), gate.reasons(), facts, override(admitted));
        if (card.name().equals("unknown")) {
            card = card.named(asked(run, settings));
        }
        StrengthRange range =
                gate.outcome() == Outcome.PASSED ? StrengthRange.around(RunSummary.of(run), earlier) : null;
        return range == null ? card : card.recommending(range.min(), range.max());
    }

    /**
     * Writes the card in all its forms.
     *
     * @param html for people
     */
    static Made make(VerdictCard card, String html, JudgedRun of, Settings settings, ReportPlace place) {
        RunRecord run = of.run();
        String where = settings == null ? "target" : settings.get(CARD);
        if (where.equals("off")) {
            return new Made(List.of(), null);
        }
        List<String> lines = new ArrayList<>();
        try {
            Optional<Path> judged = judged(run, settings, place.root());
            Path page = Cards.write(
                    card,
                    html,
                    place.target().resolve("card"),
                    settings != null && settings.get(INCONCLUSIVE).equals("allow"));
            lines.add("Card: " + page);
            if (place.gitHubStepSummary() != null) {
                Cards.summarize(card, place.gitHubStepSummary());
            }
            if (where.equals("beside")) {
                beside(card, page, judged, lines);
            }
            sidecars(of, card, judged, settings, lines);
            return new Made(lines, null);
        } catch (IOException | RuntimeException | Error e) { // whatever happens to a card, the verdict is said
            String problem = Words.line(Trouble.words(e), 400);
            lines.add("The verdict card could not be made: " + problem);
            return new Made(lines, problem);
        }
    }

    /** Cards of runs that never began must not all have one name. */
    private static String asked(RunRecord run, Settings settings) {
        String wanted =
                settings == null ? null : settings.get(LORA) != null ? settings.get(LORA) : settings.get(CHECKPOINT);
        String name = wanted == null ? "" : Words.line(Words.fileName(wanted), 120);
        return name.isEmpty() ? Words.line(run.id(), 120) : name;
    }

    private static void beside(VerdictCard card, Path page, Optional<Path> judged, List<String> lines)
            throws IOException {
        if (judged.isEmpty()) {
            lines.add("No card beside the file: several files, a folder or none were judged");
            return;
        }
        for (Path written : Cards.beside(card, page, judged.get())) {
            lines.add("Card: " + written);
        }
    }

    private static void sidecars(
            JudgedRun of, VerdictCard card, Optional<Path> judged, Settings settings, List<String> lines)
            throws IOException {
        RunRecord run = of.run();
        String wanted = settings == null ? null : settings.get(SIDECARS);
        List<Sidecars.Kind> kinds = wanted == null ? List.of() : Sidecars.parse(wanted);
        if (kinds.isEmpty()) {
            return;
        }
        if (judged.isEmpty() || run.candidate().loras().isEmpty()) {
            lines.add("No sidecars: they are for one LoRA");
            return;
        }
        Renderings renderings = new Renderings(run.renderings(), of.folder());
        Optional<Path> picture = run.renderings().stream()
                .filter(r -> "candidate".equals(r.role()))
                .flatMap(r -> renderings.file(r).stream())
                .findFirst();
        Sidecars.write(card, judged.get(), kinds, picture).forEach(l -> lines.add("Sidecar " + l));
    }

    /** The one file that was judged, as its owner has it. */
    private static Optional<Path> judged(RunRecord run, Settings settings, Path root) {
        List<RunRecord.LoraPart> loras = run.candidate().loras();
        boolean ownCheckpoint = settings != null && settings.get(CHECKPOINT) != null;
        if (loras.size() == 1 && !ownCheckpoint) {
            return Optional.of(root.resolve(loras.get(0).file())).filter(Files::isRegularFile);
        }
        return loras.isEmpty() && ownCheckpoint
                ? Optional.of(root.resolve(settings.get(CHECKPOINT))).filter(Files::isRegularFile)
                : Optional.empty();
    }

    private static VerdictCard.Waived override(GateResult admitted) {
        return admitted == null || admitted.waiver() == null
                ? null
                : new VerdictCard.Waived(
                        admitted.waiver().who(), admitted.waiver().why());
    }
}
