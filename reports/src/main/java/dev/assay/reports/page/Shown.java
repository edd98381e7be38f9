package dev.assay.reports.page;

import dev.assay.reports.picture.Pixels;
import java.awt.image.BufferedImage;
import java.util.Base64;

/**
 * A picture inside a page.
 *
 * @param caption below it; empty for none
 * @param alt what it is, for who cannot see it
 * @param dataUri the picture itself
 * @param width at which it is shown, at most
 * @param sharp its pixels are enlarged and stay sharp
 * @param link address of the full picture; empty for none
 */
public record Shown(String caption, String alt, String dataUri, int width, int height, boolean sharp, String link) {
    private static final int SMALL = 160; // pixels; a JPEG of fewer saves nothing and blurs

    /**
     * A picture reduced to {@code longest}; a small one is kept pixel by pixel.
     *
     * @param exact no JPEG, which has a pattern of 8 pixels of its own
     */
    static Shown of(BufferedImage picture, int longest, boolean exact, String caption, String alt, String link) {
        BufferedImage fitting = Pixels.within(picture, longest);
        int side = Math.max(fitting.getWidth(), fitting.getHeight());
        boolean png = exact || (fitting == picture && side <= SMALL);
        int scale = (int) Math.max(1, Pixels.scaleForPeople(fitting.getWidth(), fitting.getHeight()));
        return new Shown(
                caption,
                alt,
                png ? uri("png", Pixels.png(fitting)) : uri("jpeg", Pixels.jpeg(fitting)),
                fitting.getWidth() * scale,
                fitting.getHeight() * scale,
                scale > 1,
                link);
    }

    Shown unlinked() {
        return new Shown(caption, alt, dataUri, width, height, sharp, "");
    }

    private static String uri(String type, byte[] bytes) {
        return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }
}
