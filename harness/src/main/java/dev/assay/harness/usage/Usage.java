package dev.assay.harness.usage;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.KeyText;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a file is meant to be used, as far as anybody says. What nobody says is open, and left to the suite and the model's family.
 *
 * @param triggers words that call the effect, in the order of the prompt; empty where none are known
 * @param template where they go: text with {@link #TRIGGER} and {@link #PROMPT}, each once
 * @param strength on the diffusion model; null where nobody says
 * @param clipStrength on text encoders; null for that of the diffusion model
 * @param settings of its pictures; null in it what nobody says
 * @param negativePrompt what a picture shall not show, beside what the suite says; null where nobody says
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
    public static final String TRIGGER = Fact.TRIGGER;
    public static final String PROMPT = Fact.PROMPT;

    /** Words before the prompt, as most files want them. */
    public static final String START = Fact.START;

    /** Words after the prompt. */
    public static final String END = Fact.END;

    private static final Pattern PLACES = Pattern.compile("\\{trigger}|\\{prompt}");

    /** Nobody says anything. */
    public static final Usage OPEN =
            new Usage(List.of(), START, null, null, SuiteSettings.OPEN, null, Purpose.UNKNOWN, Map.of());

    public Usage {
        triggers = List.copyOf(triggers);
        Map<Fact, String> said = new EnumMap<>(Fact.class);
        said.putAll(sources);
        sources = Collections.unmodifiableMap(said);
    }

    /**
     * Of single facts.
     *
     * @param values as {@link Fact#value} gives them
     * @param sources of the same facts
     */
    public static Usage of(Map<Fact, Object> values, Map<Fact, String> sources) {
        Facts facts = new Facts();
        values.forEach((fact, value) -> facts.add(fact, value, sources.getOrDefault(fact, "unknown")));
        return facts.usage();
    }

    /** Who says it; empty where nobody does. */
    public Optional<String> source(Fact fact) {
        return Optional.ofNullable(sources.get(fact));
    }

    /** What the file is asked for where the suite asks {@code plain}: with its trigger words, where some are known. */
    public String prompt(String plain) {
        return triggers.isEmpty()
                ? plain
                : PLACES.matcher(template)
                        .replaceAll(place -> Matcher.quoteReplacement(
                                place.group().equals(TRIGGER) ? String.join(", ", triggers) : plain));
    }

    /** What it shall not show where the suite says {@code plain}, which may be empty. */
    public String negative(String plain) {
        return negativePrompt == null ? plain : plain.isBlank() ? negativePrompt : plain + ", " + negativePrompt;
    }

    /** The same file without its trigger words. */
    public Usage withoutTrigger() {
        return new Usage(List.of(), template, strength, clipStrength, settings, negativePrompt, purpose, sources);
    }

    /** How pictures are made, without what is said of LoRAs and prompts. */
    public Usage settingsAlone() {
        Facts facts = new Facts();
        facts.addAll(this);
        return facts.without(Fact.TRIGGERS, Fact.TEMPLATE, Fact.PURPOSE, Fact.STRENGTH, Fact.CLIP_STRENGTH)
                .usage();
    }

    /** What this one says, and what the other says where this one is silent. */
    public Usage over(Usage other) {
        Facts facts = new Facts();
        facts.addAll(this);
        facts.addAll(other);
        return facts.usage();
    }

    /** Of a fact that is said, as {@link Fact#value} gives it; null where nobody says it. */
    public @Nullable Object value(Fact fact) {
        if (!sources.containsKey(fact)) {
            return null;
        }
        return switch (fact) {
            case TRIGGERS -> triggers;
            case TEMPLATE -> template;
            case PURPOSE -> purpose;
            case STRENGTH -> strength;
            case CLIP_STRENGTH -> clipStrength;
            case STEPS -> settings.steps();
            case GUIDANCE -> settings.guidanceScale();
            case DISTILLED_GUIDANCE -> settings.distilledGuidance();
            case SAMPLER -> settings.sampler();
            case SCHEDULER -> settings.scheduler();
            case SHIFT -> settings.shift();
            case CLIP_SKIP -> settings.clipSkip();
            case SIZE -> new Fact.Size(settings.width(), settings.height());
            case NEGATIVE -> negativePrompt;
        };
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
