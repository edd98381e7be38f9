package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.nn.judge.Query;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.suite.LabelledQuestions;
import dev.assay.harness.suite.LabelledQuestions.Labelled;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A judge that was asked what is known already, and carries how it did. */
public final class JudgeCalibration implements VlmJudge {
    private final VlmJudge judge;
    private final JudgeRates rates;

    private JudgeCalibration(VlmJudge judge, JudgeRates rates) {
        this.judge = judge;
        this.rates = rates;
    }

    /** The same judge with its rates; closing this one closes it. */
    public static JudgeCalibration of(VlmJudge judge, LabelledQuestions set) {
        return new JudgeCalibration(judge, measure(judge, set));
    }

    /** Asks every question of the set. */
    public static JudgeRates measure(VlmJudge judge, LabelledQuestions set) {
        Map<Path, List<Labelled>> pictures = set.questions().stream()
                .collect(Collectors.groupingBy(Labelled::picture, LinkedHashMap::new, Collectors.toList()));
        int[][] counts = new int[2][2]; // by truth, by answer
        double[] sums = new double[2]; // of P(yes), by truth
        int unanswered = 0;
        for (Map.Entry<Path, List<Labelled>> picture : pictures.entrySet()) {
            Image image = Png.read(picture.getKey()).image();
            List<Labelled> questions = picture.getValue();
            List<Answer> answers = judge.ask(
                    image, questions.stream().map(q -> Query.question(q.text())).toList());
            for (int i = 0; i < questions.size(); i++) {
                int truth = questions.get(i).expected() ? 1 : 0;
                if (answers.get(i) instanceof Answer.Probability p) {
                    counts[truth][p.yes() > 0.5 ? 1 : 0]++;
                    sums[truth] += p.yes();
                } else {
                    unanswered++;
                }
            }
        }
        return new JudgeRates(
                counts[1][1],
                counts[1][0],
                counts[0][0],
                counts[0][1],
                sums[1] / (counts[1][0] + counts[1][1]),
                sums[0] / (counts[0][0] + counts[0][1]),
                unanswered,
                set.name() + " " + set.version());
    }

    @Override
    public String name() {
        return judge.name();
    }

    @Override
    public List<Answer> ask(Image image, List<Query> questions) {
        return judge.ask(image, questions);
    }

    @Override
    public Optional<JudgeRates> rates() {
        return Optional.of(rates);
    }

    @Override
    public void close() {
        judge.close();
    }
}
