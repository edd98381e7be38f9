package dev.assay.harness.run;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Secrets;
import dev.assay.harness.usage.Fact;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One setting: its name, its value where none is given (null for none), and what is wrong with a value that is given.
 *
 * @param <T> of its value
 * @param wrong from a value to "expected ..." and a hint; empty where the value is right
 * @param read makes a value of a text that is right
 */
public record SettingKey<T>(
        String name, String ifAbsent, Function<String, Optional<String>> wrong, Function<String, T> read) {
    /** Also what is left of one after a path was made of it. */
    private static final Pattern ADDRESS = Pattern.compile("(?i)[a-z][a-z0-9+.-]+://|https?:/");

    static SettingKey<String> of(String name, String ifAbsent, Function<String, Optional<String>> wrong) {
        return new SettingKey<>(name, ifAbsent, wrong, Function.identity());
    }

    /** A file, a folder or a name. None is fetched from an address, and one that is copied from a site may have a token in it. */
    static SettingKey<String> text(String name) {
        return of(name, null, SettingKey::wrongAddress);
    }

    /** What may let others in. */
    static SettingKey<String> secret(String name) {
        return of(name, null, value -> Optional.empty());
    }

    /** What is wrong with a value that has an address in it, which is not repeated. */
    static Optional<String> wrongAddress(String value) {
        return ADDRESS.matcher(value).find()
                ? Optional.of("expected a file, a folder or a name, found an address; download the file first")
                : Optional.empty();
    }

    /** Addresses of servers, with commas; without a user name, which would carry a password into records and reports. */
    static SettingKey<String> address(String name) {
        return of(
                name,
                null,
                value -> Secrets.hasUser(value)
                        ? Optional.of(
                                "expected http://HOST:PORT, found an address with a user name in it; give secrets in"
                                        + " the environment (ASSAY_COMFYUI_BASIC as user:password, ASSAY_JUDGE_TOKEN)")
                        : value.matches("(?s).*[?#].*")
                                ? Optional.of("expected http://HOST:PORT, found one with a query or fragment; what"
                                        + " ComfyUI is to get goes into the environment, as ASSAY_COMFYUI_QUERY")
                                : Optional.empty());
    }

    /** One of {@code known}; the first if absent. */
    static SettingKey<String> word(String name, String... known) {
        List<String> words = List.of(known);
        return of(
                name,
                known[0],
                value -> words.contains(value)
                        ? Optional.empty()
                        : Optional.of("expected one of " + String.join(", ", words) + ", found " + value
                                + DidYouMean.hint(value, words)));
    }

    /** Some of {@code known}, with commas; none if absent. */
    static SettingKey<String> words(String name, String... known) {
        SettingKey<String> one = word(name, known);
        return of(
                name,
                null,
                value -> items(value).stream()
                        .flatMap(w -> one.wrong().apply(w).stream())
                        .findFirst());
    }

    /** What stands between commas; nothing between two is nothing. */
    public static List<String> items(String written) {
        return Stream.of(written.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** {@code NAME: REASON}; none if absent. */
    static SettingKey<String> reason(String name) {
        return of(
                name,
                null,
                value -> value.matches("(?s)\\s*[^:\\s][^:]*:\\s*\\S.*")
                        ? Optional.empty()
                        : Optional.of("expected NAME: REASON, found " + value));
    }

    /** This one, with no value where none is given. */
    SettingKey<T> orNone() {
        return new SettingKey<>(name, null, wrong, read);
    }

    /** A whole number from {@code least} to {@code most}. */
    static SettingKey<Long> whole(String name, long least, long most, String ifAbsent) {
        return new SettingKey<>(name, ifAbsent, wrongWhole(least, most), Long::valueOf);
    }

    private static Function<String, Optional<String>> wrongWhole(long least, long most) {
        return value -> {
            try {
                long found = Long.parseLong(value);
                if (found >= least && found <= most) {
                    return Optional.empty();
                }
            } catch (NumberFormatException e) {
                // Said below, as for a number out of range.
            }
            return Optional.of("expected a whole number from " + least + " to " + most + ", found " + value);
        };
    }

    static SettingKey<Integer> count(String name) {
        return count(name, Integer.MAX_VALUE);
    }

    /** A whole number from 1 to {@code most}; none if absent. */
    static SettingKey<Integer> count(String name, int most) {
        return new SettingKey<>(name, null, wrongWhole(1, most), Integer::valueOf);
    }

    /** A finite real number. */
    static SettingKey<Double> number(String name) {
        return new SettingKey<>(
                name,
                null,
                value -> {
                    try {
                        if (Double.isFinite(Double.parseDouble(value))) {
                            return Optional.empty();
                        }
                    } catch (NumberFormatException e) {
                        // Said below, as for an infinite number.
                    }
                    return Optional.of("expected a finite number, found " + value);
                },
                Double::valueOf);
    }

    /** What the user says of the use of the candidate's files; nothing if absent. */
    static SettingKey<Object> of(Fact fact) {
        return new SettingKey<>(
                fact.setting(),
                null,
                value -> {
                    try {
                        fact.value(value);
                        return Optional.empty();
                    } catch (IllegalArgumentException e) {
                        return Optional.of(e.getMessage());
                    }
                },
                fact::value);
    }

    /** {@code assay.seedOffset} is {@code ASSAY_SEED_OFFSET}. */
    String environment() {
        return name.replace('.', '_').replaceAll("([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT);
    }

    /** As users write it, so that a message may name it. */
    @Override
    public String toString() {
        return name;
    }
}
