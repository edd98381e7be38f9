package dev.assay.reports.picture;

import dev.assay.harness.run.RunRecord.RenderingEntry;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** All pictures of a run at a glance: a row per prompt; per seed the base and beside it the candidate. */
public final class ContactSheet {
    private static final int ROWS = 12;
    private static final int MAX_SEEDS = 8;
    private static final int CELL = 128;
    private static final int GAP = 3;
    private static final int BETWEEN = 14;
    private static final int HEAD = 34;
    private static final int CAPTION = 28;
    private static final Color PAPER = new Color(0xfa, 0xfa, 0xfa);
    private static final Color INK = new Color(0x22, 0x22, 0x22);
    private static final Color SOFT = new Color(0x66, 0x66, 0x66);

    private ContactSheet() {}

    /** A sheet and what is on it, e.g. {@code prompts 1 to 12 of 32}. */
    public record Sheet(String name, BufferedImage image) {}

    /**
     * Lays out the pictures, at most {@value #ROWS} prompts to a sheet and {@value #MAX_SEEDS} seeds to a row.
     *
     * @param most sheets that are made; no picture of a further one is read
     */
    static List<Sheet> of(
            List<RenderingEntry> renderings, Function<RenderingEntry, Optional<BufferedImage>> read, int most) {
        Map<String, List<RenderingEntry>> cases = new LinkedHashMap<>();
        renderings.forEach(
                r -> cases.computeIfAbsent(r.caseId(), c -> new ArrayList<>()).add(r));
        List<List<RenderingEntry>> rows = List.copyOf(cases.values());
        List<Sheet> sheets = new ArrayList<>();
        for (int from = 0; from < rows.size() && sheets.size() < most; from += ROWS) {
            int to = Math.min(rows.size(), from + ROWS);
            sheets.add(new Sheet(
                    "prompts " + (from + 1) + " to " + to + " of " + rows.size(), sheet(rows.subList(from, to), read)));
        }
        return sheets;
    }

    private static BufferedImage sheet(
            List<List<RenderingEntry>> rows, Function<RenderingEntry, Optional<BufferedImage>> read) {
        int seeds = rows.stream().mapToInt(r -> seeds(r).size()).max().orElse(1);
        int pair = 2 * CELL + GAP;
        int width = BETWEEN + seeds * (pair + BETWEEN);
        int rowHeight = CAPTION + CELL + GAP;
        BufferedImage page =
                new BufferedImage(width, HEAD + rows.size() * rowHeight + BETWEEN, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = page.createGraphics();
        g.setColor(PAPER);
        g.fillRect(0, 0, page.getWidth(), page.getHeight());
        for (int s = 0; s < seeds; s++) {
            int x = BETWEEN + s * (pair + BETWEEN);
            Lettering.write(g, "base", x, 24, 17, CELL, SOFT);
            Lettering.write(g, "candidate", x + CELL + GAP, 24, 17, CELL, SOFT);
        }
        for (int r = 0; r < rows.size(); r++) {
            int top = HEAD + r * rowHeight;
            row(g, rows.get(r), top, width, read);
        }
        g.dispose();
        return page;
    }

    private static void row(
            Graphics2D g,
            List<RenderingEntry> row,
            int top,
            int width,
            Function<RenderingEntry, Optional<BufferedImage>> read) {
        List<Long> seeds = seeds(row);
        Lettering.write(
                g,
                row.get(0).prompt() + "   (seeds "
                        + String.join(", ", seeds.stream().map(String::valueOf).toList()) + ")",
                BETWEEN,
                top + 21,
                17,
                width - 2 * BETWEEN,
                INK);
        for (int s = 0; s < seeds.size(); s++) {
            int x = BETWEEN + s * (2 * CELL + GAP + BETWEEN);
            cell(g, find(row, seeds.get(s), "base").flatMap(read), x, top + CAPTION, CELL);
            cell(g, find(row, seeds.get(s), "candidate").flatMap(read), x + CELL + GAP, top + CAPTION, CELL);
        }
    }

    /** Draws a picture into the middle of a square with sides of {@code size}, or a crossed-out field. */
    static void cell(Graphics2D g, Optional<BufferedImage> picture, int x, int y, int size) {
        BufferedImage image =
                picture.map(p -> Pixels.scaled(p, scale(p, size))).orElseGet(() -> Pixels.missing(size, size));
        g.drawImage(image, x + (size - image.getWidth()) / 2, y + (size - image.getHeight()) / 2, null);
    }

    /** A whole factor where it enlarges. */
    private static double scale(BufferedImage p, int size) {
        int side = Math.max(p.getWidth(), p.getHeight());
        double factor = (double) size / side;
        return factor >= 1 ? Math.floor(factor) : factor;
    }

    private static List<Long> seeds(List<RenderingEntry> row) {
        return new TreeSet<>(row.stream().map(RenderingEntry::seed).toList())
                .stream().limit(MAX_SEEDS).toList();
    }

    private static Optional<RenderingEntry> find(List<RenderingEntry> row, long seed, String role) {
        return row.stream()
                .filter(r -> r.seed() == seed && r.role().equals(role))
                .findFirst();
    }
}
