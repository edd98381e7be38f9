package dev.assay.harness.run;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.Map;

/** Everything that decides a score, field by field. */
final class ScoreKey {
    private ScoreKey() {}

    /**
     * Of all scores of a metric.
     *
     * @param networks what decides the numbers of those that it uses, by role
     */
    static String metric(MetricInfo info, Map<String, Double> parameters, Map<String, String> networks) {
        return new ContentKey("assay-scores/1")
                .with("metric", info.name())
                .with("version", info.version())
                .withAll("parameter", parameters)
                .withAll("network", networks)
                .sha256();
    }

    /**
     * Of one score among those of a metric, which may read all of a case.
     *
     * @param pictures that are looked at together, in order: one, a pair, or those of a prompt
     */
    static String of(PromptCase prompt, List<Picture> pictures) {
        ContentKey key = new ContentKey("assay-score/1").with("case", prompt.key());
        return pictures(key, "picture", pictures).sha256();
    }

    /** Of what a metric finds in a whole suite. */
    static String suite(List<CasePictures> cases) {
        ContentKey key = new ContentKey("assay-suite-score/1");
        for (CasePictures c : cases) {
            key.with("case", c.prompt().key());
            pictures(key, "base", c.base());
            pictures(key, "candidate", c.candidate());
        }
        return key.sha256();
    }

    private static ContentKey pictures(ContentKey key, String name, List<Picture> pictures) {
        return key.withAll(name, pictures.stream().map(Picture::sha256).toList());
    }
}
