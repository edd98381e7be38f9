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

    private static boolean probe() {
        Graphics2D g = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB).createGraphics();
        boolean works = works(() -> draw(g, "Assay", 2, 20, 14, 60, Color.WHITE));
        g.dispose();
        return works;
    }

    /** What Java throws without fonts depends on what is missing: a library, a configuration, every font file. */
    static boolean works(Runnable drawing) {
        try {
            drawing.run();
            return true;
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return false;
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
        for (int keep = text.length() * 15 / 16;
                keep > 0 && g.getFontMetrics().stringWidth(fitting) > width;
                keep = keep * 15 / 16) {
            fitting = text.substring(0, keep) + "…";
        }
        g.drawString(fitting, x, y);
    }
}
