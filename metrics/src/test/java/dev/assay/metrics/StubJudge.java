package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.nn.judge.Query;
import dev.assay.harness.nn.judge.VlmJudge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Says what the test wants, and remembers what it was asked. */
final class StubJudge implements VlmJudge {
    final List<String> asked = new ArrayList<>();
    private final Function<String, Answer> answers;
    private final JudgeRates rates;

    StubJudge(Function<String, Answer> answers, JudgeRates rates) {
        this.answers = answers;
        this.rates = rates;
    }

    static StubJudge of(Function<String, Double> yes) {
        return new StubJudge(question -> new Answer.Probability(yes.apply(question), 0.95), null);
    }

    Answer answer(String question) {
        return answers.apply(question);
    }

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public List<Answer> ask(Image image, List<Query> questions) {
        questions.forEach(q -> asked.add(q.text()));
        return questions.stream().map(q -> answers.apply(q.text())).toList();
    }

    @Override
    public Optional<JudgeRates> rates() {
        return Optional.ofNullable(rates);
    }

    @Override
    public void close() {}
}
