package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpeningTest {
    private static final Suite SUITE = SuiteFile.parse("s.yaml", """
            name: small
            version: "3"
            description: x
            seeds: [1, 2]
            cases: [{id: a, prompt: a red circle}]
            criteria:
              - {metric: grid, margin: 0.5, minPairs: 2}
              - {metric: vendi, margin: 0.5, minPairs: 2}
            """.getBytes(StandardCharsets.UTF_8));

    private static String opening(int pictures, int toMake, String... usage) {
        ModelUnderTest base = new ModelUnderTest(new Checkpoint(Path.of("base")), List.of());
        return Opening.words(
                new Plan(SUITE, "00", base, "the base", base, "mine", 0, List.of(), Use.OPEN, Path.of("out")),
                List.of(usage),
                SUITE.criteria(),
                Map.of(),
                new PictureSource.Forecast(pictures, toMake, 9_700_000, Path.of("store"), "cpu"),
                OpeningTest::family);
    }

    private static Family family(Criterion criterion) {
        return criterion.metric().equals("grid") ? Family.ARTIFACT : Family.DIVERSITY;
    }

    @Test
    void what_will_be_done_is_said_before_it_is() {
        assertThat(opening(340, 220)).isEqualTo("""
                        judging mine against the base on small 3, 1 prompt
                          judged      artifact, diversity (2 criteria)
                          pictures    340, 120 of them there, 220 to make (at most 9.7 MB in store)
                          made by     cpu""");
        assertThat(opening(340, 0)).endsWith("  pictures    all 340 are there");
    }

    @Test
    void how_the_file_is_used_is_said_with_who_says_so() {
        assertThat(opening(4, 4, "strength 0.8 (mine.civitai.info)", "made as: style (--purpose)"))
                .contains(
                        "\n  used        strength 0.8 (mine.civitai.info)\n  used        made as: style (--purpose)\n");
    }

    @Test
    void a_build_for_gpus_that_renders_on_the_cpu_says_so() {
        assertThat(Opening.madeBy("cpu", true)).contains("for NVIDIA GPUs").contains("-Dassay.device=cuda");
        assertThat(Opening.madeBy("cpu", false)).isEqualTo("cpu");
        assertThat(Opening.madeBy("cuda NVIDIA H200 9.0", true)).isEqualTo("cuda NVIDIA H200 9.0");
    }
}
