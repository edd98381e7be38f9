package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Score.Unscored;
import dev.assay.harness.text.Numbers;

/** Why pictures have no score, where several metrics have the same reason: pairs are counted by its kind. */
final class NoScore {
    private static final String NO_PEOPLE = "no-people";
    private static final String NO_PROMPT = "no-prompt";

    private NoScore() {}

    static Unscored noPeople() {
        return new Unscored(NO_PEOPLE, "the case states no people");
    }

    /** Of a case that may state other parts of bodies. */
    static Unscored noCountOfPeople() {
        return new Unscored(NO_PEOPLE, "the case does not say how many people");
    }

    /** A wrong number of people is a matter of adherence. */
    static Unscored otherPeopleCount(int wanted, int found) {
        return new Unscored(
                "people-count", Numbers.counted(found, "person", "people") + " found; the case expects " + wanted);
    }

    static Unscored noPrompt() {
        return new Unscored(NO_PROMPT, "no prompt is known for this picture");
    }

    static Unscored noPrompts() {
        return new Unscored(NO_PROMPT, "no prompt is known for these pictures");
    }

    /** @param problem in words */
    static Unscored noAnswer(String problem) {
        return new Unscored("no-answer", problem);
    }

    /** Of one prompt. */
    static Unscored fewPictures(int found) {
        return new Unscored("few-pictures", "diversity needs at least 2 pictures of a prompt, found " + found);
    }

    /** @param found in words */
    static Unscored sizesDiffer(String found) {
        return new Unscored("sizes-differ", found);
    }

    static Unscored sizesDiffer(Image base, Image candidate) {
        return sizesDiffer("the pictures differ in size: base " + base + ", candidate " + candidate);
    }
}
