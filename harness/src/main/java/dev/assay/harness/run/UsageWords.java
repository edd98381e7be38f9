package dev.assay.harness.run;

import dev.assay.harness.run.RunRecord.UsageEntry;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a candidate is used and who says so, for people. */
public final class UsageWords {
    private static final List<Fact> SETTINGS = List.of(
            Fact.STEPS,
            Fact.GUIDANCE,
            Fact.DISTILLED_GUIDANCE,
            Fact.SAMPLER,
            Fact.SCHEDULER,
            Fact.SHIFT,
            Fact.CLIP_SKIP,
            Fact.SIZE,
            Fact.NEGATIVE);

    private UsageWords() {}

    /** {@code steps 8 (my-style.assay.yaml), guidance 1 (my-style.assay.yaml)}; empty where nobody says any. */
    static String settings(Usage usage) {
        return SETTINGS.stream()
                .filter(f -> usage.source(f).isPresent())
                .map(f -> f.words() + " " + shown(usage.value(f)) + " ("
                        + usage.source(f).orElse("") + ")")
                .collect(Collectors.joining(", "));
    }

    private static String shown(Object value) {
        return value instanceof Double number ? Numbers.of(number) : Objects.toString(value);
    }

    /**
     * What a run does with its candidate, a sentence each: trigger words, strengths, its own settings beside the base's, its purpose.
     *
     * @param candidate with its strengths
     * @param base settings of the base's pictures
     */
    public static List<String> of(UsageEntry usage, RunRecord.Model candidate, RunRecord.Settings base) {
        List<String> lines = new ArrayList<>();
        boolean lora = !candidate.loras().isEmpty();
        if (!usage.triggers().isEmpty()) {
            lines.add(trigger(usage));
        } else if (lora) {
            lines.add("no trigger words are known of it, beside the file or in it; if it waits for some, give"
                    + " assay.triggerWords");
        }
        if (lora
                && Stream.of(Fact.STRENGTH, Fact.CLIP_STRENGTH)
                        .anyMatch(f -> !usage.source(f).isEmpty())) {
            lines.add("strength "
                    + candidate.loras().stream()
                            .map(l -> Numbers.of(l.strength())
                                    + (l.clipStrength() == null
                                            ? ""
                                            : ", " + Numbers.of(l.clipStrength()) + " on text encoders"))
                            .collect(Collectors.joining("; "))
                    + " ("
                    + Stream.of(Fact.STRENGTH, Fact.CLIP_STRENGTH)
                            .map(usage::source)
                            .filter(s -> !s.isEmpty())
                            .distinct()
                            .collect(Collectors.joining("; "))
                    + ")");
        }
        String own = differences(usage, base);
        if (!own.isEmpty()) {
            lines.add("its own settings: " + own);
        }
        if (!usage.source(Fact.NEGATIVE).isEmpty()) {
            lines.add("its own negative prompt: " + usage.negativePrompt() + " (" + usage.source(Fact.NEGATIVE) + ")");
        }
        if (!usage.purpose().equals(Purpose.UNKNOWN.word())) {
            lines.add("made as: " + usage.purpose() + " (" + usage.source(Fact.PURPOSE) + ")");
        }
        return lines;
    }

    /**
     * What files beside the candidate and in it say, as settings for a command without them: {@code assay.triggerWords=sks,
     * assay.usage.steps=8}. Empty where nobody says anything but the command.
     */
    public static String asSettings(UsageEntry usage) {
        RunRecord.Settings s = usage.settings();
        List<String> all = new ArrayList<>();
        for (Fact fact : Fact.values()) {
            Object value = switch (fact) {
                case TRIGGERS -> String.join(", ", usage.triggers());
                case TEMPLATE -> usage.template();
                case PURPOSE -> usage.purpose();
                case STEPS -> s.steps();
                case GUIDANCE -> s.guidanceScale();
                case DISTILLED_GUIDANCE -> s.distilledGuidance();
                case SAMPLER -> s.sampler();
                case SCHEDULER -> s.scheduler();
                case SHIFT -> s.shift();
                case CLIP_SKIP -> s.clipSkip();
                case SIZE -> s.width() + "x" + s.height();
                case NEGATIVE -> usage.negativePrompt();
                case STRENGTH, CLIP_STRENGTH -> null; // each file's own, which stand with it
            };
            String source = usage.source(fact);
            if (value != null && !source.isEmpty() && !source.startsWith("assay.")) {
                all.add(fact.setting() + "=" + shown(value));
            }
        }
        return String.join(", ", all);
    }

    private static String trigger(UsageEntry usage) {
        String words = "\"" + String.join(", ", usage.triggers()) + "\" (" + usage.source(Fact.TRIGGERS) + ")";
        return switch (usage.trigger()) {
            case Use.OFF -> "asked without its trigger words " + words + ", as assay.trigger says";
            case Use.BOTH -> "asked with its trigger words " + words + ", and once more without them";
            default -> "asked with its trigger words " + words + "; the base without them";
        };
    }

    /** What is not the base's, with who says it. */
    private static String differences(UsageEntry usage, RunRecord.Settings base) {
        RunRecord.Settings own = usage.settings();
        List<String> all = new ArrayList<>();
        add(all, usage, Fact.STEPS, (double) own.steps(), (double) base.steps());
        add(all, usage, Fact.GUIDANCE, own.guidanceScale(), base.guidanceScale());
        add(all, usage, Fact.DISTILLED_GUIDANCE, own.distilledGuidance(), base.distilledGuidance());
        add(all, usage, Fact.SAMPLER, own.sampler(), base.sampler());
        add(all, usage, Fact.SCHEDULER, own.scheduler(), base.scheduler());
        add(all, usage, Fact.SHIFT, own.shift(), base.shift());
        add(all, usage, Fact.CLIP_SKIP, (double) own.clipSkip(), (double) base.clipSkip());
        return String.join(", ", all);
    }

    private static void add(List<String> all, UsageEntry usage, Fact fact, Object own, Object base) {
        if (!Objects.equals(own, base)) {
            String source = usage.source(fact).isEmpty() ? "its family or its own file" : usage.source(fact);
            all.add(fact.words() + " " + (own == null ? "of the model" : shown(own)) + " where the base has "
                    + (base == null ? "the model's" : shown(base)) + " (" + source + ")");
        }
    }
}
