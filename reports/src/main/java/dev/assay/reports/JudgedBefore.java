package dev.assay.reports;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.run.Question;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Runs by the question that they answered. A run answers again only where its record is sealed and whole, judged every criterion that is asked
 * now, and compared exactly the pictures that would be compared now; in any doubt nothing is found, and the file is judged anew.
 *
 * @param out folder of the records
 */
record JudgedBefore(Path out) {
    private static final int MAX_ID = 1000;
    private static final String ENDING = ".png";

    /** The newest run that answered it. */
    Optional<JudgedRun> find(Question question, Session session) {
        Path file = file(question);
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            String id = new String(SmallFile.bytes(file, MAX_ID), StandardCharsets.UTF_8).strip();
            Path record = RunRecords.file(out, id);
            if (!Files.isRegularFile(record)) {
                return Optional.empty();
            }
            JudgedRun judged = JudgedRun.fresh(record);
            return holds(judged, question, session.criteria()) ? Optional.of(judged) : Optional.empty();
        } catch (IOException | AssayException | InvalidPathException doubtful) {
            return Optional.empty();
        }
    }

    private static boolean holds(JudgedRun judged, Question question, List<Criterion> criteria) {
        RunRecord run = judged.run();
        List<String> asked = criteria.stream().map(Criterion::id).sorted().toList();
        List<String> answered =
                run.verdicts().stream().map(RunRecord.VerdictEntry::id).sorted().toList();
        Set<String> pictures = run.renderings().stream().map(r -> key(r.file())).collect(Collectors.toSet());
        return run.problem() == null
                && Gate.judge(run).outcome() != Outcome.BROKEN
                && asked.equals(answered)
                && !pictures.isEmpty()
                && pictures.equals(question.pictures())
                && run.renderings().stream()
                        .allMatch(r -> Files.isRegularFile(judged.folder().resolve(r.file())));
    }

    /** Of a picture in the store. */
    private static String key(String file) {
        String name = file == null ? "" : file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : "";
    }

    /** From now on this run answers the question. Trouble is of no consequence: the file is judged anew then. */
    void remember(Question question, RunRecord run) {
        try {
            Files.createDirectories(file(question).getParent());
            WholeFile.write(file(question), run.id().getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException noMatter) {
            return;
        }
    }

    private Path file(Question question) {
        return out.resolve("judged").resolve(question.hash());
    }
}
