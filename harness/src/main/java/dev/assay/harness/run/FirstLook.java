package dev.assay.harness.run;

import dev.assay.harness.render.Picture;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.verdict.Measurement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the checks of every run need of the pixels, seen pair by pair.
 *
 * @param blank hashes of the pixels of blank frames
 * @param distances of every pair: root mean square between base and candidate picture, in grey levels
 * @param painted pairs whose base picture is not blank; of the candidate's, two blank ones are one picture
 */
record FirstLook(Set<String> blank, List<Measurement> distances, List<DuplicatePictures.Painted> painted) {
    private static final double FARTHEST = 255; // grey levels

    /**
     * Decodes each pair once.
     *
     * @param blankFrame gives more than 0 for a blank frame
     * @param kept scores of it
     */
    static FirstLook at(List<CasePictures> cases, Metric.ImageMetric blankFrame, ScoreStore.Kept kept) {
        Set<String> blank = new HashSet<>();
        List<Measurement> distances = new ArrayList<>();
        List<DuplicatePictures.Painted> painted = new ArrayList<>();
        for (CasePictures c : cases) {
            for (int i = 0; i < c.base().size(); i++) {
                Picture base = c.base().get(i);
                Picture candidate = c.candidate().get(i);
                for (Picture picture : List.of(base, candidate)) {
                    Score score = kept.score(
                            c.prompt(), List.of(picture), () -> blankFrame.score(c.prompt(), picture.image()));
                    if (score instanceof Measured m && m.value() > 0) {
                        blank.add(picture.sha256());
                    }
                }
                distances.add(Measurement.ofDifference(c.prompt().id(), base.seed(), distance(base, candidate)));
                if (!blank.contains(base.sha256())) {
                    painted.add(new DuplicatePictures.Painted(c.prompt().id(), base.seed(), base, candidate));
                }
            }
        }
        kept.flush();
        return new FirstLook(blank, distances, painted);
    }

    boolean isBlank(Picture picture) {
        return blank.contains(picture.sha256());
    }

    /** In grey levels; pictures of different sizes are as far apart as can be. */
    static double distance(Picture a, Picture b) {
        if (a.hasPixelsOf(b)) {
            return 0;
        }
        return a.image().hasSizeOf(b.image()) ? a.image().rmsTo(b.image()) : FARTHEST;
    }
}
