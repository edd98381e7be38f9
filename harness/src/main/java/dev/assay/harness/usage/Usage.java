package dev.assay.harness.usage;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.KeyText;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a file is meant to be used, as far as anybody says. What nobody says is open, and left to the suite and the model's family.
 *
 * @param triggers words that call the effect, in the order of the prompt; empty where none are known
 * @param template where they go: text with {@link #TRIGGER} and {@link #PROMPT}, each once
 * @param strength on the diffusion model; null where nobody says
 * @param clipStrength on text encoders; null for that of the diffusion model
 * @param settings of its pictures; null in it what nobody says
 * @param negativePrompt null where nobody says; empty for none
 * @param sources who says a fact, in words: {@code my-style.assay.yaml}; of every fact that is said
 */
public record Usage(
        List<String> triggers,
        String template,
        @Nullable Double strength,
        @Nullable Double clipStrength,
        SuiteSettings settings,
        @Nullable String negativePrompt,
        Purpose purpose,
        Map<Fact, String> sources)
        implements KeyText.Keyed {
    public static final String TRIGGER = "{trigger}";
    public static final String PROMPT = "{prompt}";

    /** Words before the prompt, as most files want them. */
    public static final String START = TRIGGER + ", " + PROMPT;

    /** Words after the prompt. */
    public static final String END = PROMPT + ", " + TRIGGER;

    /** Nobody says anything. */
    public static final Usage OPEN =
            new Usage(List.of(), START, null, null, SuiteSettings.OPEN, null, Purpose.UNKNOWN, Map.of());

    public Usage {
        triggers = List.copyOf(triggers);
        Map<Fact, String> said = new EnumMap<>(Fact.class);
        said.putAll(sources);
        sources = Collections.unmodifiableMap(said);
    }

    /** Who says it; empty where nobody does. */
    public Optional<String> source(Fact fact) {
        return Optional.ofNullable(sources.get(fact));
    }

    /** What the file is asked for where the suite asks {@code plain}: with its trigger words, where some are known. */
    public String prompt(String plain) {
        return triggers.isEmpty()
                ? plain
                : template.replace(TRIGGER, String.join(", ", triggers)).replace(PROMPT, plain);
    }

    /** Whatever decides a picture or a verdict, without who says it. */
    @Override
    public String key() {
        return new KeyText("Usage")
                .with("triggers", triggers)
                .with("template", triggers.isEmpty() ? "" : template)
                .with("strength", strength)
                .with("clipStrength", clipStrength)
                .with("settings", settings)
                .with("negativePrompt", negativePrompt)
                .with("purpose", purpose.word())
                .text();
    }
}
