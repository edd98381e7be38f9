package dev.assay.reports.picture;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.words.Words;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One worst case as one picture, with what the metric saw: base, candidate and difference of one seed; or, where the score is of all
 * seeds together, all of them.
 */
public final class CasePicture {
    private static final int GAP = 12;
    private static final int HEAD = 84;
    private static final int FOOT = 56;
    private static final Color PAPER = new Color(0xfa, 0xfa, 0xfa);
    private static final Color INK = new Color(0x22, 0x22, 0x22);
    private static final Color SOFT = new Color(0x66, 0x66, 0x66);
    private static final Color CONTEXT = new Color(0x00, 0xc8, 0xd7); // a skeleton in order
    private static final Color MARK = new Color(0xff, 0x2d, 0x95); // rare in pictures, seen on dark and light

    private CasePicture() {}

    /** Composes the picture that shows what the criterion is about; a missing picture leaves a crossed-out field. */
    public static BufferedImage of(VerdictEntry verdict, WorstCase worst, Renderings all) {
        Renderings renderings = all.seenBy(verdict);
        String unit = Words.line(verdict.unit(), 40);
        return showsSeeds(verdict, worst, renderings)
                ? SeedStrips.compose(worst, unit, renderings)
                : compose(worst, unit, renderings.read(worst, "base"), renderings.read(worst, "candidate"));
    }

    /**
     * Whether the case is about all seeds of its prompt: its score has no seed, and there are several. A pattern of pixels ({@code
     * artifact}) is of all seeds too, but is seen in the difference of one pair.
     */
    public static boolean showsSeeds(VerdictEntry verdict, WorstCase worst, Renderings renderings) {
        return verdict.family() != Family.ARTIFACT
                && verdict.measurements().stream()
                        .anyMatch(m -> m.seed() == null && Objects.equals(m.caseId(), worst.caseId()))
                && SeedStrips.seeds(worst.caseId(), renderings).size() > 1;
    }

    /** What is worst, in a line: {@code a red star, all seeds: 1.5 different pictures of 4 → 1.0 different pictures of 4}. */
    public static String caption(VerdictEntry verdict, WorstCase worst, Renderings renderings) {
        boolean all = showsSeeds(verdict, worst, renderings);
        String seen = said(worst.baseEvidence()) && said(worst.candidateEvidence())
                ? ": " + Words.line(worst.baseEvidence(), 120) + " \u2192 " + Words.line(worst.candidateEvidence(), 120)
                : ", difference " + Words.signed(worst.difference()) + " " + Words.line(verdict.unit(), 40);
        return Words.line(worst.prompt(), 200)
                + (all ? ", all seeds" : ", seed " + worst.seed())
                + (worst.varies() == null ? "" : " (" + Words.line(worst.varies(), 60) + " is left open)")
                + seen;
    }

    private static boolean said(String evidence) {
        return evidence != null && !evidence.isBlank();
    }

    static BufferedImage compose(
            WorstCase worst, String unit, Optional<BufferedImage> base, Optional<BufferedImage> candidate) {
        BufferedImage any = candidate.or(() -> base).orElseGet(() -> Pixels.missing(64, 64));
        int ownWidth = any.getWidth();
        int ownHeight = any.getHeight();
        double scale = Pixels.scaleForPeople(ownWidth, ownHeight);
        int width = (int) Math.round(ownWidth * scale);
        int height = (int) Math.round(ownHeight * scale);

        BufferedImage page = new BufferedImage(3 * width + 4 * GAP, HEAD + height + FOOT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = page.createGraphics();
        g.setColor(PAPER);
        g.fillRect(0, 0, page.getWidth(), page.getHeight());
        int line = page.getWidth() - 2 * GAP;
        Lettering.write(g, worst.prompt(), GAP, 26, 19, line, INK);
        Lettering.write(g, facts(worst, unit), GAP, 48, 15, line, SOFT);

        Optional<Pixels.Difference> difference = base.flatMap(b -> candidate.map(c -> Pixels.difference(b, c)));
        List<Panel> panels = List.of(
                new Panel("base", base, worst.baseEvidence(), worst.baseMarks()),
                new Panel("candidate", candidate, worst.candidateEvidence(), worst.candidateMarks()),
                new Panel(
                        "difference" + difference.map(CasePicture::gain).orElse(""),
                        difference.map(Pixels.Difference::image),
                        difference.map(CasePicture::largest).orElse("one of the pictures is missing"),
                        List.of()));
        for (int i = 0; i < panels.size(); i++) {
            Panel panel = panels.get(i);
            int x = GAP + i * (width + GAP);
            Lettering.write(g, panel.name(), x, HEAD - 8, 16, width, INK);
            g.drawImage(
                    panel.image()
                            .map(p -> marked(p, panel.marks(), scale))
                            .orElseGet(() -> Pixels.missing(width, height)),
                    x,
                    HEAD,
                    null);
            Lettering.write(g, panel.evidence(), x, HEAD + height + 20, 15, width, SOFT);
        }
        String zoom = scale == 1 ? "" : "shown at " + Words.number(scale) + " times its size";
        Lettering.write(g, zoom, GAP, HEAD + height + 44, 14, line, SOFT);
        g.dispose();
        return page;
    }

    private record Panel(String name, Optional<BufferedImage> image, String evidence, List<Mark> marks) {}

    private static String facts(WorstCase w, String unit) {
        String values = w.base() == null || w.candidate() == null
                ? ""
                : "   base " + Words.number(w.base()) + ", candidate " + Words.number(w.candidate());
        return w.caseId() + "   seed " + w.seed() + values + "   difference " + Words.signed(w.difference()) + " "
                + unit;
    }

    private static String gain(Pixels.Difference d) {
        return d.gain() == 1 ? "" : ", made " + d.gain() + " times brighter";
    }

    private static String largest(Pixels.Difference d) {
        return d.largest() == 0
                ? "identical pixels"
                : String.format(Locale.ROOT, "largest: %d of 255 levels", d.largest());
    }

    /** The picture at this scale, with what a metric saw drawn over it. */
    public static BufferedImage marked(BufferedImage picture, List<Mark> marks, double scale) {
        BufferedImage drawn = Pixels.scaled(picture, scale);
        Graphics2D g = drawn.createGraphics();
        marks(g, marks, scale, drawn.getWidth(), drawn.getHeight());
        g.dispose();
        return drawn;
    }

    private static void marks(Graphics2D g, List<Mark> marks, double scale, int width, int height) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        List<Mark> all = marks == null ? List.of() : marks;
        all.stream().filter(m -> !isLabelled(m)).forEach(m -> outline(g, m, scale, width, height));
        all.stream().filter(CasePicture::isLabelled).forEach(m -> outline(g, m, scale, width, height));
        // Names last, so that no line runs through one; a limb of several lines has its name once.
        Set<String> limbs = new HashSet<>();
        all.stream()
                .filter(CasePicture::isLabelled)
                .filter(m -> m.shape() != Score.Shape.LINE || limbs.add(m.label()))
                .forEach(m -> name(g, m, scale, width, height));
    }

    private static boolean isLabelled(Mark mark) {
        return mark.label() != null && !mark.label().isEmpty();
    }

    private static void outline(Graphics2D g, Mark mark, double scale, int width, int height) {
        g.setColor(isLabelled(mark) || mark.shape() != Score.Shape.LINE ? MARK : CONTEXT);
        if (mark.shape() == Score.Shape.LINE) {
            g.setStroke(new BasicStroke(isLabelled(mark) ? 4 : 2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            // A joint outside the picture keeps its line's direction: the clip cuts it, nothing bends it.
            g.draw(new Line2D.Double(
                    far(mark.x0() * scale), far(mark.y0() * scale), far(mark.x1() * scale), far(mark.y1() * scale)));
            return;
        }
        int x0 = clamp(mark.x0() * scale, width);
        int y0 = clamp(mark.y0() * scale, height);
        int x1 = clamp(mark.x1() * scale, width);
        int y1 = clamp(mark.y1() * scale, height);
        g.setStroke(new BasicStroke(2));
        g.drawRect(x0, y0, Math.max(1, x1 - x0 - 1), Math.max(1, y1 - y0 - 1));
    }

    private static void name(Graphics2D g, Mark mark, double scale, int width, int height) {
        if (!Lettering.available()) {
            return;
        }
        boolean line = mark.shape() == Score.Shape.LINE;
        int x = clamp((line ? (mark.x0() + mark.x1()) / 2 : mark.x0()) * scale, width);
        int y = clamp((line ? (mark.y0() + mark.y1()) / 2 : mark.y0()) * scale, height);
        int room = Math.min(width - x, 9 * mark.label().length() + 8);
        int top = y >= 18 ? y - 18 : y;
        g.setColor(MARK);
        g.fillRect(x, top, room, 18);
        Lettering.write(g, mark.label(), x + 3, top + 14, 14, room - 4, Color.WHITE);
    }

    /** A record may be anybody's: a coordinate beyond all pictures is brought near enough to draw. */
    private static double far(double value) {
        return Double.isFinite(value) ? Math.max(-1e5, Math.min(1e5, value)) : 0;
    }

    private static int clamp(double value, int most) {
        return (int) Math.max(0, Math.min(most, Math.round(value)));
    }
}
