package dev.assay.harness.run;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import java.util.List;
import java.util.Map;

/** Everything that decides a score, field by field. */
final class ScoreKey {
    private ScoreKey() {}

    /**
     * Of all scores of a metric.
     *
     * @param code of a metric of others ({@link dev.assay.harness.scorer.MetricEntry#code}); empty for one of Assay's own
     * @param networks what decides the numbers of those that it uses, by role
     */
    static String metric(MetricInfo info, String code, Map<String, Double> parameters, Map<String, String> networks) {
        ContentKey key = new ContentKey("assay-scores/1")
                .with("metric", info.name())
                .with("version", info.version())
                .withAll("parameter", parameters)
                .withAll("network", networks);
        return (code.isEmpty() ? key : key.with("code", code)).sha256();
    }

    /** Of a case, all of which a metric may read. */
    static String prompt(PromptCase prompt) {
        Visible visible = prompt.visible();
        ContentKey key = new ContentKey("assay-case/1")
                .with("id", prompt.id())
                .with("prompt", prompt.prompt())
                .with("negative prompt", prompt.negativePrompt())
                .withAll("seed", prompt.seeds())
                .withAll("tag", prompt.tags())
                .with("prompt known", prompt.promptKnown())
                .with("people", visible.people())
                .with("hands", visible.hands())
                .with("feet", visible.feet())
                .with("objects", visible.objects().size());
        visible.objects()
                .forEach(
                        o -> key.with("name", o.name()).with("color", o.color()).with("count", o.count()));
        key.with("relations", visible.relations().size());
        visible.relations()
                .forEach(r -> key.with("subject", r.subject())
                        .with("predicate", r.predicate())
                        .with("object", r.object()));
        if (visible.text() != null) {
            key.withAll("visible text", visible.text());
        }
        key.with("questions", prompt.questions().size());
        prompt.questions()
                .forEach(q -> key.with("id", q.id())
                        .with("text", q.text())
                        .with("expected", q.expected())
                        .withAll("depends on", q.dependsOn()));
        return (prompt.varies().isEmpty() ? key : key.with("varies", prompt.varies())).sha256();
    }

    /**
     * Of one score among those of a metric.
     *
     * @param prompt see {@link #prompt}
     * @param pictures that are looked at together, in order: one, a pair, or those of a prompt
     */
    static String of(String prompt, List<Picture> pictures) {
        ContentKey key = new ContentKey("assay-score/2").with("case", prompt);
        return pictures(key, "picture", pictures).sha256();
    }

    /** Of what a metric finds in a whole suite. */
    static String suite(List<CasePictures> cases) {
        ContentKey key = new ContentKey("assay-suite-score/3");
        for (CasePictures c : cases) {
            key.with("case", prompt(c.prompt()));
            pictures(key, "base", c.base());
            pictures(key, "candidate", c.candidate());
        }
        return key.sha256();
    }

    private static ContentKey pictures(ContentKey key, String name, List<Picture> pictures) {
        return key.withAll(name, pictures.stream().map(Picture::sha256).toList());
    }
}
