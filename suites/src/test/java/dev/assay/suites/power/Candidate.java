package dev.assay.suites.power;

import dev.assay.harness.suite.Criterion;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a candidate does.
 *
 * @param name for people
 * @param kept share of pictures whose composition is the base's, so that it has the base's value
 * @param sees the metrics, or ids of criteria, that see what it does
 * @param share of prompts that are ruined there: all their pictures
 * @param times that it has the base's defects, on metrics of rates
 */
record Candidate(String name, double kept, Set<String> sees, double share, double times) {
    static Candidate equal(double kept) {
        return new Candidate("as good as the base", kept, Set.of(), 0, 1);
    }

    boolean isSeenBy(Criterion criterion) {
        return sees.contains(criterion.metric()) || sees.contains(criterion.id());
    }

    /** With half of the base's compositions. */
    static Stream<Candidate> worse() {
        return Stream.of(
                        Stream.of(1.5, 2.0, 3.0)
                                .map(t -> new Candidate(
                                        "%.1f times the wrong hands and numbers of people".formatted(t),
                                        0.5,
                                        Set.of("hands", "people", "faces"),
                                        0,
                                        t)),
                        ruins("a pattern of 2 grey levels", "grid"),
                        ruins("wrong hands, limbs that nobody recognises", "hands", "pose-confidence"),
                        ruins("the prompt ignored", "people", "objects", "clip-score", "r-precision", "text"),
                        ruins("lettering that nobody can read", "text", "clip-score.lettering"),
                        ruins("one picture for all seeds", "layout-diversity", "dino-diversity", "vendi"),
                        ruins("ugly pictures", "aesthetic", "clip-iqa"),
                        Stream.of(new Candidate(
                                "all prompts more alike (a quarter fewer different pictures)",
                                0.5,
                                Set.of("prompt-vendi"),
                                1,
                                1)))
                .flatMap(c -> c);
    }

    private static Stream<Candidate> ruins(String what, String... metrics) {
        return Stream.of(0.1, 0.25, 0.5, 1.0)
                .map(share -> new Candidate(
                        what + " in " + Math.round(100 * share) + " % of the prompts", 0.5, Set.of(metrics), share, 1));
    }
}
