package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.COLLECTION;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.OVERRIDE;

import dev.assay.harness.model.ModelReference;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.collection.Candidate;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Judged;
import dev.assay.reports.collection.Waiver;
import dev.assay.reports.record.Evidence;
import dev.assay.reports.words.Words;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gate of {@code -Pgate}: what became of the file that asked to be let into the collection.
 *
 * @param in whether it is in the collection now, by this run
 * @param reasons why it is not
 * @param lines for the terminal
 * @param waiver a person's word that let it in; null where none was needed or none was given
 */
record GateResult(boolean in, List<String> reasons, List<String> lines, Waiver waiver) {
    GateResult {
        reasons = List.copyOf(reasons);
        lines = List.copyOf(lines);
    }

    /**
     * Adds the file of this run, or writes down why not.
     *
     * @param settings null where they cannot be read
     */
    static GateResult of(JudgedRun judged, Gate gate, Settings settings, Path root) {
        RunRecord run = judged.run();
        try {
            if (settings == null) {
                return refused(Words.line(run.problem(), 400));
            }
            String folder = settings.get(COLLECTION);
            if (folder == null) {
                return refused("which collection? give -Dassay.collection=DIR");
            }
            if (settings.get(LORA) == null && settings.get(CHECKPOINT) == null) {
                return refused("nothing to add: give -Dassay.lora=FILE or -Dassay.checkpoint=FILE");
            }
            if (!run.renderings().isEmpty() && !Evidence.isWhole(run)) {
                return refused("the record does not prove its pictures; judge the file again");
            }
            List<String> unproven = Evidence.problems(run, judged.folder());
            if (!unproven.isEmpty()) {
                return refused(unproven.get(0));
            }
            CuratedCollection collection = CuratedCollection.in(root.resolve(folder));
            CuratedCollection.Result result = collection.admit(candidate(run, gate, settings, root));
            if (result instanceof CuratedCollection.Result.Rejected turned) {
                return turned(turned.reasons(), collection);
            }
            return added((CuratedCollection.Result.Added) result, collection);
        } catch (RuntimeException | Error trouble) {
            return refused(Words.line(Trouble.words(trouble), 400));
        }
    }

    private static Candidate candidate(RunRecord run, Gate gate, Settings settings, Path root) {
        Judged judged = Judged.of(run, gate.outcome());
        Waiver waiver = Waiver.parse(settings.get(OVERRIDE));
        List<RunRecord.LoraPart> loras = run.candidate().loras();
        if (settings.get(CHECKPOINT) == null) {
            if (loras.size() > 1
                    || ModelReference.items(root, settings.get(LORA)).size() > 1) {
                throw new AssayException("a gate takes one file at a time; judge each LoRA of the stack by itself");
            }
            return loras.isEmpty()
                    ? new Candidate(root.resolve(settings.get(LORA)), null, judged, waiver, run.problem())
                    : new Candidate(
                            root.resolve(loras.get(0).file()), loras.get(0).sha256(), judged, waiver, run.problem());
        }
        if (settings.get(LORA) != null) {
            throw new AssayException("a gate takes one file at a time: a LoRA or a checkpoint");
        }
        List<RunRecord.ModelPart> files = run.candidate().files();
        return new Candidate(
                root.resolve(settings.get(CHECKPOINT)),
                files.size() == 1 ? files.get(0).sha256() : null,
                judged,
                waiver,
                run.problem());
    }

    private static GateResult added(CuratedCollection.Result.Added added, CuratedCollection collection) {
        List<String> lines = new ArrayList<>();
        lines.add("Collection: " + Words.line(added.entry().name(), 120)
                + (added.wasThere() ? " was there; its verdict is new" : " is in") + " ("
                + files(collection) + ", " + collection.folder() + ")");
        Waiver waiver = added.entry().override();
        if (waiver != null) {
            lines.add("Override by " + waiver.who() + ": " + waiver.why());
            waiver.against().forEach(a -> lines.add("  against: " + Words.line(a, 300)));
        }
        lines.addAll(collection.notes());
        return new GateResult(true, List.of(), lines, waiver);
    }

    private static String files(CuratedCollection collection) {
        int files = collection.manifest().files().size();
        return Numbers.counted(files, "file", "files");
    }

    private static GateResult turned(List<String> reasons, CuratedCollection collection) {
        List<String> lines = new ArrayList<>();
        lines.add("Collection: not added to " + collection.folder() + "; the quarantine list says why:");
        reasons.forEach(r -> lines.add("  " + Words.line(r, 300)));
        lines.addAll(collection.notes());
        return new GateResult(false, reasons, lines, null);
    }

    static GateResult refused(String why) {
        return new GateResult(false, List.of(why), List.of("Collection: not added: " + why), null);
    }

    /** For the report. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("collection", in ? "added" : "not added: " + String.join("; ", reasons));
        if (waiver != null) {
            facts.put("override", waiver.who() + ": " + waiver.why());
            facts.put("override against", String.join("; ", waiver.against()));
        }
        return facts;
    }
}
