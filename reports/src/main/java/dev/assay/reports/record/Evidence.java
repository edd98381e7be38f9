package dev.assay.reports.record;

import dev.assay.harness.image.Png;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.reports.words.Words;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Whether the pictures that a record names are there and are, pixel by pixel, those that were judged. */
public final class Evidence {
    private Evidence() {}

    /**
     * What is wrong, a line each; empty where every picture with a hash proves itself. Records of old have none.
     *
     * @param folder of the record, where the pictures' paths start
     */
    public static List<String> problems(RunRecord run, Path folder) {
        return run.renderings().parallelStream()
                .filter(r -> r.pixels() != null)
                .map(r -> problem(r, folder))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether the record has pictures, and each of them a hash. */
    public static boolean isWhole(RunRecord run) {
        return !run.renderings().isEmpty() && run.renderings().stream().allMatch(r -> r.pixels() != null);
    }

    private static String problem(RenderingEntry r, Path folder) {
        String which = "the " + Words.line(r.role(), 20) + "'s picture of " + Words.line(r.caseId(), 60) + " with seed "
                + r.seed() + " (" + Words.line(r.file(), 200) + ")";
        try {
            Path file = folder.resolve(r.file());
            if (!Files.isRegularFile(file)) {
                return which + " is not there any more; run again";
            }
            return Png.read(file).image().sha256().equals(r.pixels())
                    ? null
                    : which + " is not the one that was judged: it has other pixels; run again";
        } catch (InvalidPathException | NullPointerException noFile) {
            return which + " has no name of a file";
        } catch (RuntimeException damaged) {
            return which + " cannot be read: " + Words.line(damaged.getMessage(), 200);
        }
    }
}
