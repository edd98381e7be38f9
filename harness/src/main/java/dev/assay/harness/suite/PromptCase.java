package dev.assay.harness.suite;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.KeyText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * One prompt with its seeds; the cluster of the statistics.
 *
 * @param id lower-case letters, digits, hyphens; unique in a suite
 * @param negativePrompt may be empty
 * @param seeds at least one, distinct, 0 or more
 * @param tags by which criteria choose cases
 * @param promptKnown false for pictures from elsewhere whose prompt nobody knows: {@code prompt} is then a name for people,
 *     and nothing may be scored against it
 * @param varies what the prompt leaves open, in which its seeds should differ: {@code material} of "a chair, any material"; empty where it names
 *     nothing
 * @param questions to ask of its pictures; each depends on none but those before it. Where there are none, those that {@code visible} implies
 */
public record PromptCase(
        String id,
        String prompt,
        String negativePrompt,
        List<Long> seeds,
        List<String> tags,
        Visible visible,
        boolean promptKnown,
        String varies,
        List<Question> questions)
        implements KeyText.Keyed {
    private static final int MAX_QUESTIONS = 50; // of a picture; each is a look of the judge
    private static final int MAX_VARIES = 60; // characters; it stands in sentences

    public PromptCase {
        negativePrompt = negativePrompt == null ? "" : negativePrompt;
        seeds = List.copyOf(seeds);
        tags = tags == null ? List.of() : List.copyOf(tags);
        visible = visible == null ? Visible.UNSTATED : visible;
        Checks.requireWord("id", id);
        Checks.requireText("prompt", prompt);
        Checks.require(!seeds.isEmpty(), "seeds", "at least one seed", "none");
        Checks.requireDistinct("seeds", seeds);
        seeds.forEach(s -> Checks.require(s >= 0, "seeds", "0 or more", s));
        tags.forEach(t -> Checks.requireWord("tags", t));
        Checks.requireDistinct("tags", tags);
        varies = varies == null ? "" : varies;
        Checks.require(
                varies.isEmpty() || (!varies.isBlank() && varies.length() <= MAX_VARIES),
                "varies",
                "a word or two, at most " + MAX_VARIES + " characters (material)",
                varies.isBlank() ? null : varies.length() + " characters");
        questions = questions == null ? List.of() : List.copyOf(questions);
        Checks.require(questions.size() <= MAX_QUESTIONS, "questions", "at most " + MAX_QUESTIONS, questions.size());
        requireOrder(questions);
    }

    /** Each after those it depends on: so there is no circle. */
    private static void requireOrder(List<Question> questions) {
        List<String> before = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            String field = "questions[" + i + "].";
            Checks.require(!before.contains(question.id()), field + "id", "each once", question.id() + " twice");
            question.dependsOn()
                    .forEach(d -> Checks.require(
                            before.contains(d),
                            field + "dependsOn",
                            "questions before it (" + String.join(", ", before) + ")",
                            d + DidYouMean.hint(d, before)));
            before.add(question.id());
        }
    }

    public PromptCase(
            String id, String prompt, String negativePrompt, List<Long> seeds, List<String> tags, Visible visible) {
        this(id, prompt, negativePrompt, seeds, tags, visible, true);
    }

    public PromptCase(
            String id,
            String prompt,
            String negativePrompt,
            List<Long> seeds,
            List<String> tags,
            Visible visible,
            boolean promptKnown) {
        this(id, prompt, negativePrompt, seeds, tags, visible, promptKnown, "", List.of());
    }

    public PromptCase(
            String id,
            String prompt,
            String negativePrompt,
            List<Long> seeds,
            List<String> tags,
            Visible visible,
            boolean promptKnown,
            List<Question> questions) {
        this(id, prompt, negativePrompt, seeds, tags, visible, promptKnown, "", questions);
    }

    /**
     * With the first {@code count} of its seeds; where it has fewer, all of them, and then the smallest whole numbers from 1 on that it does
     * not have: a run with more seeds makes the pictures of a run with fewer, and others.
     */
    public PromptCase withSoManySeeds(int count) {
        return withSeeds(Stream.concat(
                        seeds.stream(),
                        LongStream.iterate(1, s -> s + 1).boxed().filter(s -> !seeds.contains(s)))
                .limit(count)
                .toList());
    }

    public PromptCase withSeeds(List<Long> newSeeds) {
        return new PromptCase(id, prompt, negativePrompt, newSeeds, tags, visible, promptKnown, varies, questions);
    }

    @Override
    public String key() {
        KeyText key = new KeyText("PromptCase")
                .with("id", id)
                .with("prompt", prompt)
                .with("negativePrompt", negativePrompt)
                .with("seeds", seeds)
                .with("tags", tags)
                .with("visible", visible)
                .with("promptKnown", promptKnown)
                .with("questions", questions);
        return (varies.isEmpty() ? key : key.with("varies", varies)).text();
    }
}
