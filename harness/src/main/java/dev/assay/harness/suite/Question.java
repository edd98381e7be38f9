package dev.assay.harness.suite;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.assay.harness.text.KeyText;
import java.util.List;

/**
 * A yes/no question about every picture of a case.
 *
 * @param id lower-case letters, digits, hyphens; unique in its case
 * @param text e.g. {@code Is the circle above the square?}
 * @param expected true for yes
 * @param dependsOn questions before it that must be answered as expected for this one to make sense: no colour of a circle without a circle
 */
public record Question(
        String id,
        String text,
        @JsonDeserialize(using = YesNo.class) boolean expected,
        List<String> dependsOn) implements KeyText.Keyed {
    private static final int MAX_TEXT = 500; // characters

    public Question {
        dependsOn = dependsOn == null ? List.of() : List.copyOf(dependsOn);
        Checks.requireWord("id", id);
        Checks.requireText("text", text);
        Checks.require(text.length() <= MAX_TEXT, "text", "at most " + MAX_TEXT + " characters", text.length());
        Checks.requireDistinct("dependsOn", dependsOn);
    }

    @Override
    public String key() {
        return new KeyText("Question")
                .with("id", id)
                .with("text", text)
                .with("expected", expected)
                .with("dependsOn", dependsOn)
                .text();
    }
}
