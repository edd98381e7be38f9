package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Question;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuestionsMetricTest {
    private static final Image PICTURE = Golden.flat(2, 9, 9, 9);

    private static PromptCase prompt(Question... questions) {
        return new PromptCase("p", "a cat", "", List.of(1L), List.of(), null, true, List.of(questions));
    }

    private static Question question(String id, boolean expected, String... dependsOn) {
        return new Question(id, "Is it " + id + "?", expected, List.of(dependsOn));
    }

    private static double value(Score score) {
        return ((Score.Measured) score).value();
    }

    @Test
    void scores_are_the_means_of_the_probabilities_of_the_expected_answers() {
        PromptCase two = prompt(question("red", true), question("big", false));
        StubJudge judge = StubJudge.of(q -> q.contains("red") ? 0.9 : 0.4);

        assertThat(value(QuestionsMetric.atoms(judge).score(two, PICTURE))).isCloseTo(0.75, within(1e-12));
        assertThat(value(QuestionsMetric.prompt(judge).score(two, PICTURE)))
                .isCloseTo(Math.sqrt(0.9 * 0.6), within(1e-12));
    }

    @Test
    void a_question_whose_premise_failed_is_not_asked_and_counts_as_wrong() {
        PromptCase graph = prompt(
                question("there", true),
                question("red", true, "there"),
                question("dark", false, "red"),
                question("night", true));
        StubJudge judge = StubJudge.of(q -> q.contains("there") ? 0.3 : 0.8);

        Score score = QuestionsMetric.atoms(judge).score(graph, PICTURE);

        assertThat(value(score)).isCloseTo((0.3 + 0 + 0 + 0.8) / 4, within(1e-12));
        assertThat(((Score.Measured) score).evidence())
                .isEqualTo("1 of 4 answers as expected; Is it there? no, with 0.70; Is it red? not asked, there failed;"
                        + " Is it dark? not asked, red failed; judge stub, uncalibrated: nobody measured how often"
                        + " it errs");
        assertThat(judge.asked)
                .containsExactly(
                        "Answer this question about the picture: \"Is it there?\" Please answer yes or no.",
                        "Answer this question about the picture: \"Is it night?\" Please answer yes or no.");
    }

    @Test
    void a_question_without_an_answer_leaves_the_picture_unscored() {
        PromptCase two = prompt(question("red", true), question("big", true));
        StubJudge judge = new StubJudge(
                q -> q.contains("red") ? new Answer.Probability(1, 1) : new Answer.None("the judge wavers"), null);

        assertThat(QuestionsMetric.atoms(judge).score(two, PICTURE))
                .isEqualTo(new Score.Unscored("no-answer", "Is it big? the judge wavers"));
    }

    @Test
    void a_case_that_asks_and_states_nothing_is_unscored() {
        assertThat(QuestionsMetric.prompt(StubJudge.of(q -> 1.0)).score(Golden.prompt("cat"), PICTURE))
                .isInstanceOf(Score.Unscored.class);
    }

    /** For any graph: each question is asked at most once, after its premises, and a failed premise never helps. */
    @Test
    void random_graphs_are_asked_in_order_and_a_failed_premise_never_helps() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            int n = 1 + random.nextInt(10);
            Question[] questions = new Question[n];
            for (int i = 0; i < n; i++) {
                int self = i;
                String[] premises = random.ints(2, 0, Math.max(1, i))
                        .filter(p -> p < self)
                        .distinct()
                        .mapToObj(p -> "q" + p)
                        .toArray(String[]::new);
                questions[i] = question("q" + i, random.nextBoolean(), premises);
            }
            double[] yes = random.doubles(n).toArray();
            StubJudge judge = StubJudge.of(q -> yes[Integer.parseInt(q.replaceAll(".*Is it q(\\d+)\\?.*", "$1"))]);
            QuestionAnswers answers = QuestionAnswers.ask(
                    List.of(questions),
                    asked -> judge.ask(
                            PICTURE,
                            asked.stream()
                                    .map(q -> dev.assay.harness.nn.judge.Query.of("%s", q.text()))
                                    .toList()));

            assertThat(judge.asked).doesNotHaveDuplicates();
            assertThat(judge.asked.size() + answers.unasked().size()).isEqualTo(n);
            for (int i = 0; i < n; i++) {
                double own = questions[i].expected() ? yes[i] : 1 - yes[i];
                boolean premisesHold = questions[i].dependsOn().stream()
                        .allMatch(d -> answers.isRight(questions[Integer.parseInt(d.substring(1))]));
                assertThat(answers.right().get(questions[i])).isEqualTo(premisesHold ? own : 0);
            }
        }
    }

    @Test
    void what_is_visible_implies_presence_then_colour_then_count_and_relations_of_them() {
        Visible visible = new Visible(
                2,
                4,
                null,
                List.of(
                        new VisibleObject("circle", "red", 1),
                        new VisibleObject("circle", "orange", 3),
                        new VisibleObject("umbrella", null, 0),
                        new VisibleObject("sky", null, 1)),
                List.of(new Relation("red circle", "above", "orange circle"), new Relation("sky", "behind", "house")));

        assertThat(VisibleQuestions.of(visible))
                .containsExactly(
                        new Question("people", "Is there a person in the picture?", true, List.of()),
                        new Question(
                                "people-count",
                                "Counting every person in the picture, are there exactly two?",
                                true,
                                List.of("people")),
                        new Question("object-1", "Is there a circle in the picture?", true, List.of()),
                        new Question(
                                "object-1-color", "Is there a red circle in the picture?", true, List.of("object-1")),
                        new Question(
                                "object-2-color",
                                "Is there an orange circle in the picture?",
                                true,
                                List.of("object-1")),
                        new Question(
                                "object-2-count",
                                "Counting every orange circle in the picture, are there exactly three?",
                                true,
                                List.of("object-2-color")),
                        new Question("object-3", "Is there an umbrella in the picture?", false, List.of()),
                        new Question("object-4", "Is there a sky in the picture?", true, List.of()),
                        new Question(
                                "relation-1",
                                "Is the red circle above the orange circle in the picture?",
                                true,
                                List.of("object-1-color", "object-2-color")),
                        new Question(
                                "relation-2",
                                "Is the sky behind the house in the picture?",
                                true,
                                List.of("object-4")));
    }

    @Test
    void nobody_expected_is_one_question_with_the_answer_no() {
        assertThat(VisibleQuestions.of(new Visible(0, null, null, List.of(), List.of())))
                .containsExactly(new Question("people", "Is there a person in the picture?", false, List.of()));
        assertThat(VisibleQuestions.of(Visible.UNSTATED)).isEmpty();
    }

    @Test
    void derived_questions_are_in_an_order_that_a_suite_may_have() {
        Visible visible = new Visible(
                1,
                2,
                2,
                List.of(new VisibleObject("cat", "black", 2), new VisibleObject("cat", "black", 2)),
                List.of(new Relation("black cat", "on", "black cat")));

        List<Question> derived = VisibleQuestions.of(visible);

        assertThat(new PromptCase("p", "x", "", List.of(1L), List.of(), null, true, derived).questions())
                .isEqualTo(derived); // its constructor checks ids and order
    }

    @Test
    void a_judge_that_was_measured_says_so_and_its_rates_correct_the_mean_alone() {
        JudgeRates rates = new JudgeRates(28, 2, 36, 4, 0.9, 0.125, 0, "shapes 1");
        StubJudge judge = new StubJudge(q -> new Answer.Probability(0.9, 1), rates);
        Score score = QuestionsMetric.atoms(judge).score(prompt(question("red", true)), PICTURE);

        assertThat(((Score.Measured) score).evidence())
                .contains("judge stub, right where the answer is yes 93 % (82 to 98), where it is no 90 % (80 to 95) on"
                        + " shapes 1");
        assertThat(QuestionsMetric.atoms(judge).errorRates()).isEqualTo(new Calibration(30, 27, 40, 5));
        assertThat(QuestionsMetric.prompt(judge).errorRates()).isNull();
    }

    @Test
    void a_judge_that_was_measured_on_too_little_or_that_guesses_corrects_nothing() {
        JudgeRates few = new JudgeRates(19, 0, 20, 0, 0.9, 0.1, 0, "shapes 1");
        JudgeRates guessing = new JudgeRates(20, 0, 0, 20, 0.9, 0.9, 0, "shapes 1");
        StubJudge judge = new StubJudge(q -> new Answer.Probability(0.9, 1), few);

        assertThat(QuestionsMetric.atoms(judge).errorRates()).isNull();
        assertThat(QuestionsMetric.atoms(new StubJudge(judge::answer, guessing)).errorRates())
                .isNull();
        assertThat(QuestionsMetric.atoms(StubJudge.of(q -> 0.9)).errorRates()).isNull();
        assertThat(JudgeNote.of(judge))
                .isEqualTo(
                        "judge stub, uncalibrated: 19 questions with the answer yes and 20 with no on shapes 1 are too"
                                + " few, 20 of each are needed");
    }
}
