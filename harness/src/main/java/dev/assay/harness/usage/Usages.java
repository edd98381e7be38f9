package dev.assay.harness.usage;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.text.SettingsException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Usages of several files in one candidate. */
public final class Usages {
    /** Said of each file by itself, and of none of them all. */
    private static final Set<Fact> OF_EACH = EnumSet.of(Fact.STRENGTH, Fact.CLIP_STRENGTH);

    private Usages() {}

    /**
     * Of a stack of files: the trigger words and negative prompts of all, one after the other; settings that one of them states, or that
     * several state alike. A purpose holds where all state it: what one file may do, another in its company may not.
     *
     * @param command what the user says of the whole, which settles everything
     * @param files in load order
     * @throws SettingsException where two files want different settings, naming both and the setting that settles it
     */
    public static Usage together(Usage command, List<FileUsage> files) {
        if (files.size() == 1) {
            return command.over(files.get(0).usage());
        }
        Facts facts = new Facts();
        facts.addAll(command);
        for (Fact fact : Fact.values()) {
            List<FileUsage> saying =
                    files.stream().filter(f -> f.usage().value(fact) != null).toList();
            if (!facts.has(fact) && !saying.isEmpty() && !OF_EACH.contains(fact)) {
                add(fact, saying, saying.size() == files.size(), facts);
            }
        }
        return facts.usage();
    }

    private static void add(Fact fact, List<FileUsage> saying, boolean all, Facts facts) {
        FileUsage first = saying.get(0);
        Object value = Objects.requireNonNull(first.usage().value(fact));
        String source = String.join(
                " and ", saying.stream().map(f -> source(fact, f)).distinct().toList());
        @Nullable
        FileUsage other = saying.stream()
                .filter(f -> !value.equals(f.usage().value(fact)))
                .findFirst()
                .orElse(null);
        switch (fact) {
            case TRIGGERS -> {
                Set<String> words = new LinkedHashSet<>();
                saying.forEach(f -> words.addAll(f.usage().triggers()));
                facts.add(fact, List.copyOf(words), source);
            }
            case NEGATIVE -> {
                Set<String> texts = new LinkedHashSet<>();
                saying.forEach(f -> texts.add(String.valueOf(f.usage().negativePrompt())));
                facts.add(fact, String.join(", ", texts), source);
            }
            case PURPOSE -> facts.add(fact, all && other == null ? value : Purpose.UNKNOWN, source);
            default -> {
                if (other != null) {
                    throw new SettingsException(first.name() + " wants " + fact.words() + " " + value + " ("
                            + source(fact, first) + "), " + other.name() + " wants "
                            + other.usage().value(fact) + " ("
                            + source(fact, other) + "); say which for both: " + fact.setting() + "=" + value);
                }
                facts.add(fact, value, source);
            }
        }
    }

    private static String source(Fact fact, FileUsage file) {
        return file.usage().source(fact).orElse(file.name());
    }

    /** What was seen and is not used, of each file by its name where there are several. */
    public static List<String> hints(List<FileUsage> files) {
        List<String> hints = new ArrayList<>();
        files.forEach(f -> f.hints().forEach(h -> hints.add(f.name() + ": " + h)));
        return hints;
    }
}
