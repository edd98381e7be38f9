package dev.assay.reports.picture;

import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.words.Words;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All seeds of one prompt: the base's pictures over the candidate's. What is true of them together, no single pair shows. */
public final class SeedStrips {
    private static final int MAX_SEEDS = 16;
    private static final int COLUMNS = 8;
    private static final int GAP = 12;
    private static final int BETWEEN = 6;
    private static final int HEAD = 58;
    private static final int LABEL = 30;
    private static final Color PAPER = new Color(0xfa, 0xfa, 0xfa);
    private static final Color INK = new Color(0x22, 0x22, 0x22);
    private static final Color SOFT = new Color(0x66, 0x66, 0x66);

    private SeedStrips() {}

    /** Seeds of a prompt that any picture of the run has, in order. */
    public static List<Long> seeds(String caseId, Renderings renderings) {
        return List.copyOf(renderings.all().stream()
                .filter(of(caseId))
                .map(RenderingEntry::seed)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Predicate<RenderingEntry> of(String caseId) {
        return r -> Objects.equals(r.caseId(), caseId);
    }

    static BufferedImage compose(WorstCase worst, String unit, Renderings renderings) {
        List<Long> all = seeds(worst.caseId(), renderings);
        List<Long> seeds = all.subList(0, Math.min(MAX_SEEDS, all.size()));
        int columns = Math.max(1, Math.min(COLUMNS, seeds.size()));
        int rows = Math.max(1, (seeds.size() + COLUMNS - 1) / COLUMNS);
        int cell = columns <= 4 ? 192 : 128;
        int width = Math.max(4 * 192, columns * cell + (columns - 1) * BETWEEN) + 2 * GAP;
        int strip = LABEL + rows * (cell + BETWEEN);
        BufferedImage page = new BufferedImage(width, HEAD + 2 * strip + GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = page.createGraphics();
        g.setColor(PAPER);
        g.fillRect(0, 0, page.getWidth(), page.getHeight());
        int line = width - 2 * GAP;
        Lettering.write(g, worst.prompt(), GAP, 26, 19, line, INK);
        Lettering.write(g, facts(worst, unit, seeds.size(), all.size()), GAP, 48, 15, line, SOFT);
        strip(g, HEAD, label("base", worst.baseEvidence()), "base", worst.caseId(), seeds, cell, line, renderings);
        strip(
                g,
                HEAD + strip,
                label("candidate", worst.candidateEvidence()),
                "candidate",
                worst.caseId(),
                seeds,
                cell,
                line,
                renderings);
        g.dispose();
        return page;
    }

    private static void strip(
            Graphics2D g,
            int top,
            String label,
            String role,
            String caseId,
            List<Long> seeds,
            int cell,
            int line,
            Renderings renderings) {
        Lettering.write(g, label, GAP, top + 20, 16, line, INK);
        for (int i = 0; i < seeds.size(); i++) {
            int x = GAP + i % COLUMNS * (cell + BETWEEN);
            int y = top + LABEL + i / COLUMNS * (cell + BETWEEN);
            ContactSheet.cell(g, renderings.find(caseId, seeds.get(i), role).flatMap(renderings::read), x, y, cell);
        }
    }

    private static String label(String role, String evidence) {
        return evidence == null || evidence.isEmpty() ? role : role + ": " + evidence;
    }

    private static String facts(WorstCase w, String unit, int shown, int all) {
        return w.caseId() + "   "
                + (shown < all ? "the first " + shown + " of " + all + " seeds" : "all " + all + " seeds")
                + "   difference " + Words.signed(w.difference()) + " " + unit;
    }
}
