package dev.assay.reports.collection;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.Judged.CriterionJudged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Files and what runs found out about them. */
final class Judgements {
    static final String BASE = "ba".repeat(32);

    private Judgements() {}

    /** A file of random bytes. */
    static Path file(Path folder, String name, long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        try {
            Files.createDirectories(folder);
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CriterionJudged criterion(String family, String outcome, int pairs) {
        return new CriterionJudged(
                family + "-metric", family + "-metric", "1", Family.of(family), Outcome.valueOf(outcome), pairs, null);
    }

    /** Of the bundled suite of this name, or of a file that never was. */
    static String hash(String suite) {
        return BundledSuites.sha256(suite).orElse("5e".repeat(32));
    }

    static Judged judged(String suite, String outcome, CriterionJudged... criteria) {
        return new Judged(
                suite,
                "1",
                hash(suite),
                Outcome.valueOf(outcome),
                "run-" + suite,
                "2026-11-22T12:00:00Z",
                "base",
                BASE,
                "cd".repeat(32),
                1.0,
                criteria.length == 0 ? List.of(criterion("artifact", outcome, 24)) : List.of(criteria));
    }

    static Candidate candidate(Path file, String outcome) {
        return candidate(file, judged("microcosm", outcome), null);
    }

    static Candidate candidate(Path file, Judged judged, Waiver override) {
        return new Candidate(file, Hashes.sha256(file), judged, override, null);
    }
}
