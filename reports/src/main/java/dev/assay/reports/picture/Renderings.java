package dev.assay.reports.picture;

import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.WorstCase;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The pictures that a run record names. A record may be anybody's: a file that is not there, or has a name that is none, is a
 * missing picture.
 *
 * @param all of the run
 * @param folder where their paths start
 */
public record Renderings(List<RenderingEntry> all, Path folder) {
    private static final String CANDIDATE = "candidate";
    public static final String UNTRIGGERED = "untriggered";

    public Renderings {
        all = List.copyOf(all);
    }

    /** As a criterion looked at them: where it asks of the candidate without its trigger words, those pictures are the candidate's. */
    public Renderings seenBy(VerdictEntry verdict) {
        return verdict.untriggered() && all.stream().anyMatch(r -> UNTRIGGERED.equals(r.role()))
                ? new Renderings(
                        all.stream()
                                .filter(r -> !CANDIDATE.equals(r.role()))
                                .map(r -> UNTRIGGERED.equals(r.role()) ? r.as(CANDIDATE) : r)
                                .toList(),
                        folder)
                : this;
    }

    /** The picture of a worst case in a role: {@code base}, {@code candidate}. */
    public Optional<RenderingEntry> find(WorstCase worst, String role) {
        return find(worst.caseId(), worst.seed(), role);
    }

    public Optional<RenderingEntry> find(String caseId, long seed, String role) {
        return all.stream()
                .filter(r -> role.equals(r.role()) && r.seed() == seed && Objects.equals(r.caseId(), caseId))
                .findFirst();
    }

    /** The file, where there is one. */
    public Optional<Path> file(RenderingEntry rendering) {
        try {
            return Optional.ofNullable(rendering.file()).map(folder::resolve).filter(Files::isRegularFile);
        } catch (InvalidPathException stranger) {
            return Optional.empty();
        }
    }

    public Optional<BufferedImage> read(RenderingEntry rendering) {
        return file(rendering).flatMap(Pixels::read);
    }

    public Optional<BufferedImage> read(WorstCase worst, String role) {
        return find(worst, role).flatMap(this::read);
    }

    /** All pictures at a glance, the first {@code most} sheets of them. */
    public List<ContactSheet.Sheet> sheets(int most) {
        return ContactSheet.of(all, this::read, most);
    }
}
