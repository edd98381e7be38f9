package dev.assay.reports.picture;

import dev.assay.reports.words.Words;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Text in pictures. A bare machine may have no fonts, then Java throws on the first letter: pictures go without text there. */
final class Lettering {
    private static final boolean AVAILABLE = probe();

    private Lettering() {}

    static boolean available() {
        return AVAILABLE;
    }

    @SuppressWarnings(
            "CatchingUnchecked") // whatever goes wrong in Java's font code, pictures matter more than captions
    private static boolean probe() {
        BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            draw(g, "Assay", 2, 20, 14, 60, Color.WHITE);
            return true;
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return false;
        } finally {
            g.dispose();
        }
    }

    /** Writes one line, cut to {@code width} pixels; {@code y} is the base line. */
    static void write(Graphics2D g, String text, int x, int y, int size, int width, Color color) {
        if (AVAILABLE) {
            draw(g, Words.line(text, 400), x, y, size, width, color);
        }
    }

    private static void draw(Graphics2D g, String text, int x, int y, int size, int width, Color color) {
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        g.setColor(color);
        String fitting = text;
        while (fitting.length() > 1 && g.getFontMetrics().stringWidth(fitting) > width) {
            int keep = Math.max(1, Math.min(fitting.length() - 2, fitting.length() * 15 / 16));
            fitting = fitting.substring(0, keep) + "…";
        }
        g.drawString(fitting, x, y);
    }
}
