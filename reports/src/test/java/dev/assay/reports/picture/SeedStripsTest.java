package dev.assay.reports.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.Runs;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedStripsTest {
    private static final WorstCase WORST = new WorstCase(
            "stars",
            "two red stars",
            1,
            0.43,
            0.04,
            -0.39,
            "1.53 different pictures of 4",
            "1.04 different pictures of 4",
            List.of(),
            List.of());

    @TempDir
    Path folder;

    private Renderings coloured(int seeds) throws IOException {
        List<RenderingEntry> entries = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            for (String role : List.of("base", "candidate")) {
                String file = role + seed + ".png";
                Files.write(folder.resolve(file), Pixels.png(flat(colour(role, seed))));
                entries.add(new RenderingEntry(
                        "stars", "two red stars", List.of(), seed, role, file, 0.2, 0, 0, true, false, null, null));
            }
        }
        return new Renderings(entries, folder);
    }

    private static Color colour(String role, int seed) {
        return new Color(10 * seed, role.equals("base") ? 200 : 100, 5);
    }

    private static BufferedImage flat(Color colour) {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(colour);
        g.fillRect(0, 0, 64, 64);
        g.dispose();
        return image;
    }

    private static long count(BufferedImage page, Color colour, int fromRow, int toRow) {
        long found = 0;
        for (int y = fromRow; y < toRow; y++) {
            for (int x = 0; x < page.getWidth(); x++) {
                found += page.getRGB(x, y) == colour.getRGB() ? 1 : 0;
            }
        }
        return found;
    }

    private static VerdictEntry diversity() {
        return Runs.verdict("vendi", "diversity", "REGRESSED", "NON_INFERIOR", "HIGHER", 0.08, "worse");
    }

    @Test
    void every_seed_of_the_base_stands_above_every_seed_of_the_candidate() throws IOException {
        for (int seeds : new int[] {2, 4, 11}) {
            BufferedImage page = SeedStrips.compose(WORST, "log effective pictures", coloured(seeds));
            long side = seeds <= 4 ? 192 : 128;
            int middle = (58 + page.getHeight()) / 2;
            for (int seed = 1; seed <= seeds; seed++) {
                assertThat(count(page, colour("base", seed), 0, middle)).isEqualTo(side * side);
                assertThat(count(page, colour("candidate", seed), middle, page.getHeight()))
                        .isEqualTo(side * side);
            }
        }
    }

    @Test
    void of_many_seeds_the_first_are_shown_and_a_missing_picture_is_a_crossed_field() throws IOException {
        Renderings many = coloured(20);
        BufferedImage page = SeedStrips.compose(WORST, "log effective pictures", many);
        assertThat(count(page, colour("base", 16), 0, page.getHeight())).isEqualTo(128 * 128);
        assertThat(count(page, colour("base", 17), 0, page.getHeight())).isZero();
        Files.delete(folder.resolve("base3.png"));
        BufferedImage holed = SeedStrips.compose(WORST, "log effective pictures", many);
        assertThat(count(holed, colour("base", 3), 0, holed.getHeight())).isZero();
        assertThat(count(holed, new Color(0x55, 0x55, 0x55), 0, holed.getHeight()))
                .isGreaterThan(128 * 100);
    }

    @Test
    void what_is_scored_over_all_seeds_shows_them_and_what_is_scored_by_seed_shows_its_pair() {
        RunRecord run = Runs.mixed(folder);
        Renderings renderings = new Renderings(run.renderings(), folder);
        for (VerdictEntry v : run.verdicts()) {
            for (WorstCase w : v.worst()) {
                assertThat(CasePicture.showsSeeds(v, w, renderings))
                        .isEqualTo(v.metric().equals("vendi"));
            }
        }
        VerdictEntry vendi = diversity();
        WorstCase first = new WorstCase(
                "case0",
                "three orange triangles",
                1,
                0.4,
                0.0,
                -0.4,
                WORST.baseEvidence(),
                WORST.candidateEvidence(),
                List.of(),
                List.of());
        assertThat(CasePicture.caption(vendi, first, renderings))
                .isEqualTo("three orange triangles, all seeds: 1.53 different pictures of 4"
                        + " \u2192 1.04 different pictures of 4");
        // A pattern of pixels is of all pictures, but one difference shows it.
        VerdictEntry pattern = new VerdictEntry(
                "grid",
                "grid",
                "2",
                Family.ARTIFACT,
                "suite",
                Outcome.REGRESSED,
                2.0,
                List.of(1.0, 3.0),
                0.9,
                0.25,
                Rule.NON_INFERIOR,
                Severity.CRITICAL,
                Direction.LOWER,
                "grey levels",
                null,
                null,
                11,
                11,
                0,
                java.util.Map.of(),
                "period 8 px across x",
                "worse",
                vendi.measurements(),
                vendi.worst(),
                null,
                null,
                null,
                false,
                false);
        assertThat(CasePicture.showsSeeds(pattern, first, renderings)).isFalse();
        assertThat(CasePicture.caption(pattern, first, renderings)).startsWith("three orange triangles, seed 1: ");
    }
}
