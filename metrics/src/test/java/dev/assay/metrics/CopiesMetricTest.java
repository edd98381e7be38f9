package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.image.PictureFolder;
import dev.assay.harness.image.Png;
import dev.assay.harness.score.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopiesMetricTest {
    @TempDir
    private Path folder;

    /** The first pixel's colour as a unit vector. */
    private static float[] colour(Image image) {
        double r = image.value(0, 0, 0);
        double g = image.value(0, 0, 1);
        double b = image.value(0, 0, 2);
        double length = Math.sqrt(r * r + g * g + b * b);
        return new float[] {(float) (r / length), (float) (g / length), (float) (b / length)};
    }

    private Score.Measured score(double threshold, Image image) {
        CopiesMetric metric = new CopiesMetric(CopiesMetricTest::colour, PictureFolder.of(folder), threshold);
        return (Score.Measured) metric.score(Golden.prompt("a"), image);
    }

    private void training() throws IOException {
        Files.write(folder.resolve("red.png"), Png.encode(Golden.flat(8, 200, 0, 0), Map.of()));
        Files.write(folder.resolve("green.PNG"), Png.encode(Golden.flat(8, 0, 200, 0), Map.of()));
        Files.writeString(folder.resolve("red.txt"), "a caption");
    }

    @Test
    void a_picture_above_the_threshold_to_any_training_picture_is_a_copy_and_the_nearest_is_named() throws IOException {
        training();
        assertThat(score(0.5, Golden.flat(8, 100, 10, 0)).value()).isEqualTo(1);
        assertThat(score(0.5, Golden.flat(8, 3, 4, 0)).evidence())
                .isEqualTo("nearest of 2 training pictures: green.PNG, cosine 0.800");
        assertThat(score(0.85, Golden.flat(8, 3, 4, 0)).value()).isZero();
        assertThat(score(0.5, Golden.flat(8, 0, 0, 9)).value()).isZero();
    }

    @Test
    void no_training_pictures_and_a_damaged_one_are_errors_and_no_share_of_nothing() throws IOException {
        assertThatThrownBy(() -> PictureFolder.of(folder))
                .isInstanceOf(ImageFileException.class)
                .hasMessageContaining("expected a folder with pictures (PNG, JPEG, WebP), found none");
        training();
        Files.writeString(folder.resolve("blue.jpg"), "no picture");
        assertThatThrownBy(() -> score(0.5, Golden.flat(8, 1, 1, 1)))
                .isInstanceOf(ImageFileException.class)
                .hasMessageContaining("blue.jpg: is no PNG, JPEG or WebP file");
    }

    @Test
    void a_threshold_that_everything_or_nothing_passes_is_refused() throws IOException {
        training();
        assertThatThrownBy(() -> score(0, Golden.flat(8, 1, 1, 1)))
                .hasMessage("copies: expected a threshold above 0 and at most 0.9, found 0.0");
    }
}
