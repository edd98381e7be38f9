package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.nn.judge.Query;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.suite.LabelledQuestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeCalibrationTest {
    @TempDir
    Path folder;

    private static final class Parrot implements VlmJudge {
        private boolean closed;

        @Override
        public String name() {
            return "parrot";
        }

        @Override
        public List<Answer> ask(Image image, List<Query> questions) {
            return questions.stream().map(q -> answer(q.text())).toList();
        }

        private static Answer answer(String text) {
            return text.contains("mute")
                    ? new Answer.None("mute")
                    : new Answer.Probability(text.contains("liked") ? 0.8 : 0.3, 1);
        }

        @Override
        public Optional<JudgeRates> rates() {
            return Optional.empty();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private LabelledQuestions set() throws IOException {
        Files.write(folder.resolve("a.png"), Png.encode(Image.of(1, 1, new byte[3]), Map.of()));
        return LabelledQuestions.read(Files.writeString(folder.resolve("set.yaml"), """
                name: small
                version: "3"
                pictures:
                  - picture: a.png
                    yes: [liked 1, liked 2, liked 3, other 1]
                    no: [liked 4, other 2, other 3]
                  - picture: a.png
                    no: [mute, other 4]
                """));
    }

    @Test
    void answers_are_counted_by_truth_and_the_judge_carries_them() throws IOException {
        Parrot parrot = new Parrot();
        try (JudgeCalibration judge = JudgeCalibration.of(parrot, set())) {
            JudgeRates rates = judge.rates().orElseThrow();

            assertThat(rates.yesRight()).isEqualTo(3);
            assertThat(rates.yesWrong()).isEqualTo(1);
            assertThat(rates.noRight()).isEqualTo(3);
            assertThat(rates.noWrong()).isEqualTo(1);
            assertThat(rates.unanswered()).isEqualTo(1);
            assertThat(rates.meanOfYes()).isCloseTo((0.8 * 3 + 0.3) / 4, within(1e-12));
            assertThat(rates.meanOfNo()).isCloseTo((0.8 + 0.3 * 3) / 4, within(1e-12));
            assertThat(rates.set()).isEqualTo("small 3");
            assertThat(rates.isEnough()).isFalse();
            assertThat(rates.isInformative()).isTrue();
            assertThat(judge.name()).isEqualTo("parrot");
        }
        assertThat(parrot.closed).isTrue();
    }
}
