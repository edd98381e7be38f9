package dev.assay.metrics;

import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.suite.Question;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What became of the questions about one picture. A question is asked when those it depends on are answered as expected; where one is not, it
 * counts as wrong and is not asked (Cho et al. 2024, Davidsonian Scene Graph): the colour of a circle that is not there is right by chance.
 *
 * @param right by question, in their order: probability of the expected answer, 0 where it was not asked
 * @param unasked ids of questions whose premises failed
 * @param problem why there is no answer to one of them; null if there is one to each that was asked
 */
record QuestionAnswers(Map<Question, Double> right, List<String> unasked, String problem) {
    private static final double RIGHT = 0.5; // above it, the expected answer is the judge's

    /**
     * Asks in rounds: all that depend on nothing, then those whose premises held.
     *
     * @param questions each after those it depends on
     * @param ask one answer per question
     */
    static QuestionAnswers ask(List<Question> questions, Function<List<Question>, List<Answer>> ask) {
        Map<String, Double> known = new LinkedHashMap<>();
        List<String> unasked = new ArrayList<>();
        while (known.size() < questions.size()) {
            List<Question> round = new ArrayList<>();
            for (Question q : questions) {
                if (known.containsKey(q.id()) || !known.keySet().containsAll(q.dependsOn())) {
                    continue;
                }
                if (q.dependsOn().stream().anyMatch(d -> known.get(d) <= RIGHT)) {
                    known.put(q.id(), 0.0);
                    unasked.add(q.id());
                } else {
                    round.add(q);
                }
            }
            List<Answer> answers = round.isEmpty() ? List.of() : ask.apply(round);
            for (int i = 0; i < round.size(); i++) {
                Question q = round.get(i);
                if (answers.get(i) instanceof Answer.Probability p) {
                    known.put(q.id(), q.expected() ? p.yes() : 1 - p.yes());
                } else {
                    String reason = ((Answer.None) answers.get(i)).reason();
                    return new QuestionAnswers(Map.of(), unasked, q.text() + " " + reason);
                }
            }
        }
        Map<Question, Double> right = new LinkedHashMap<>();
        questions.forEach(q -> right.put(q, known.get(q.id())));
        return new QuestionAnswers(right, unasked, null);
    }

    boolean isRight(Question question) {
        return right.get(question) > RIGHT;
    }

    double[] probabilities() {
        return right.values().stream().mapToDouble(Double::doubleValue).toArray();
    }
}
