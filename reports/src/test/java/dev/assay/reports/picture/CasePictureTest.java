package dev.assay.reports.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.score.Score.Shape;
import dev.assay.harness.verdict.WorstCase;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class CasePictureTest {
    private static final int MARK = 0xff2d95;
    private static final int CONTEXT = 0x00c8d7;

    @Test
    void skeletons_are_drawn_thin_and_the_limb_in_question_thick_and_named() throws Exception {
        List<Mark> skeleton = new ArrayList<>();
        bone(skeleton, "", 256, 150, 256, 300);
        bone(skeleton, "", 200, 160, 312, 160);
        bone(skeleton, "", 256, 300, 230, 460);
        bone(skeleton, "", 312, 160, 340, 230);
        bone(skeleton, "left arm", 200, 160, 120, 240);
        bone(skeleton, "left arm", 120, 240, 60, 330);
        skeleton.add(new Mark("hand of nobody", 380, 240, 430, 290, 0.8));
        BufferedImage page = compose(skeleton);
        ImageIO.write(page, "png", Path.of("target", "case-picture.png").toFile()); // for people to look at
        // lines of two pixels; slanted ones blend with the picture
        assertThat(count(page, CONTEXT)).isGreaterThan(400);
        assertThat(count(page, MARK)).isGreaterThan(1500);
        assertThat(count(compose(List.of()), MARK) + count(compose(List.of()), CONTEXT))
                .isZero();
    }

    @Test
    void lines_beyond_the_picture_stay_inside_its_panel_and_wild_numbers_do_no_harm() {
        List<Mark> wild = new ArrayList<>();
        bone(wild, "", 256, 256, 1e300, -1e300);
        bone(wild, "arm", Double.NaN, 10, 5000, 400);
        wild.add(new Mark(null, -1e9, -1e9, 1e9, 1e9, 0));
        BufferedImage page = compose(wild);
        int panels = 512 + 2 * 12; // the first panel is the base's, which has no marks
        for (int y = 0; y < page.getHeight(); y++) {
            for (int x = 0; x < panels; x++) {
                int rgb = page.getRGB(x, y) & 0xffffff;
                assertThat(rgb == MARK || rgb == CONTEXT).as(x + ", " + y).isFalse();
            }
        }
    }

    private static void bone(List<Mark> marks, String label, double x0, double y0, double x1, double y1) {
        marks.add(new Mark(label, x0, y0, x1, y1, 0.9, Shape.LINE));
    }

    private static BufferedImage compose(List<Mark> marks) {
        WorstCase worst = new WorstCase(
                "portrait",
                "a woman waving with both hands",
                3,
                0.0,
                1.0,
                1.0,
                "13 joints in order",
                "the left arm is 2.05 times as long as the other",
                List.of(),
                marks);
        return CasePicture.compose(worst, "defect rate", Optional.of(picture(180)), Optional.of(picture(120)));
    }

    private static BufferedImage picture(int grey) {
        BufferedImage image = new BufferedImage(512, 512, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(grey, grey, grey));
        g.fillRect(0, 0, 512, 512);
        g.dispose();
        return image;
    }

    private static long count(BufferedImage page, int rgb) {
        long found = 0;
        for (int y = 0; y < page.getHeight(); y++) {
            for (int x = 0; x < page.getWidth(); x++) {
                found += (page.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return found;
    }
}
