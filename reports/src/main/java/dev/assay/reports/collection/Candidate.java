package dev.assay.reports.collection;

import dev.assay.reports.words.Words;
import java.nio.file.Path;

/**
 * A file that asks to be let in.
 *
 * @param file as its owner has it; only read
 * @param sha256 of the bytes that were judged; null where the run ended before it read them
 * @param judged what the run found out
 * @param override a person's word; null for none
 * @param problem why nothing was judged; null where the run was not stopped
 */
public record Candidate(Path file, String sha256, Judged judged, Waiver override, String problem) {
    /** Why there is nothing to say about the file, in words. */
    String unread() {
        return judged.refusedUnseen()
                .map(c -> "the file cannot work" + c.because())
                .orElse("nothing was judged: "
                        + (problem == null ? "the run ended before it read the file" : Words.line(problem, 600)));
    }
}
