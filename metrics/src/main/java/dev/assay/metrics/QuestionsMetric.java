package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.judge.Query;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Whether a vision model answers the questions of a case as the case expects: those of {@code questions:}, or those that {@code visible:}
 * implies. Arithmetic of Soft-TIFA (Kamath et al. 2025), dependencies of the Davidsonian Scene Graph (Cho et al. 2024).
 */
public final class QuestionsMetric implements Metric.ImageMetric {
    private static final String SOURCE = "Kamath et al. 2025, arXiv 2512.16853; Cho et al. 2024, arXiv 2310.18235";

    public static final MetricInfo ATOMS = new MetricInfo(
            "questions",
            "1",
            "Do as many questions about the pictures still get the expected answer?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "of questions",
            Range.closed(0, 1),
            SOURCE + "; arithmetic mean");

    public static final MetricInfo PROMPT = new MetricInfo(
            "questions-all",
            "1",
            "Does a picture still get the expected answer to all its questions at once?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "probability",
            Range.closed(0, 1),
            SOURCE + "; geometric mean");

    private static final int SHOWN = 4; // wrong answers in a sentence

    private final MetricInfo info;
    private final VlmJudge judge;
    private final ToDoubleFunction<QuestionAnswers> value;

    private QuestionsMetric(MetricInfo info, VlmJudge judge, ToDoubleFunction<QuestionAnswers> value) {
        this.info = info;
        this.judge = judge;
        this.value = value;
    }

    /** Share of the questions answered as expected: the atom level. */
    public static QuestionsMetric atoms(VlmJudge judge) {
        return new QuestionsMetric(ATOMS, judge, answers -> SoftTifa.atoms(answers.probabilities()));
    }

    /** All of them at once: the prompt level. */
    public static QuestionsMetric prompt(VlmJudge judge) {
        return new QuestionsMetric(PROMPT, judge, answers -> SoftTifa.prompt(answers.probabilities()));
    }

    @Override
    public MetricInfo info() {
        return info;
    }

    /** The mean of probabilities can be corrected, since it is linear in them; the geometric one cannot. */
    @Override
    public Calibration errorRates() {
        return info.equals(ATOMS) ? JudgeNote.calibration(judge) : null;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        List<Question> questions =
                prompt.questions().isEmpty() ? VisibleQuestions.of(prompt.visible()) : prompt.questions();
        if (questions.isEmpty()) {
            return new Score.Unscored("no-questions", "the case has no questions and states nothing that is visible");
        }
        QuestionAnswers answers = QuestionAnswers.ask(
                questions,
                asked -> judge.ask(
                        image, asked.stream().map(q -> Query.question(q.text())).toList()));
        return answers.problem() != null
                ? NoScore.noAnswer(answers.problem())
                : new Score.Measured(value.applyAsDouble(answers), evidence(answers) + "; " + JudgeNote.of(judge));
    }

    private static String evidence(QuestionAnswers answers) {
        List<Question> wrong = answers.right().keySet().stream()
                .filter(q -> !answers.isRight(q))
                .toList();
        int all = answers.right().size();
        List<String> parts = new ArrayList<>();
        parts.add(all - wrong.size() + " of " + all + " answers as expected");
        for (Question q : wrong.subList(0, Math.min(SHOWN, wrong.size()))) {
            parts.add(q.text() + " "
                    + (answers.unasked().contains(q.id())
                            ? "not asked, " + String.join(" and ", q.dependsOn()) + " failed"
                            : String.format(
                                    Locale.ROOT,
                                    "%s, with %.2f",
                                    q.expected() ? "no" : "yes",
                                    1 - answers.right().get(q))));
        }
        if (wrong.size() > SHOWN) {
            parts.add("and " + (wrong.size() - SHOWN) + " more");
        }
        return String.join("; ", parts);
    }
}
