package dev.assay.reports.collection;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.OldWords;
import dev.assay.harness.suite.Yaml;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Judgement;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What may enter a collection: {@code collection.yaml} in its folder. Without that file: whatever PASSED one suite.
 *
 * @param suites that a file must have passed; empty for any one
 * @param bases on one of which each suite must have been judged: SHA-256 of a file, or of all files of a base as the manifest has it
 *     ({@code baseSha256}); empty for any
 * @param minPrompts that each suite must have looked at
 * @param families of metrics of which something must have been judged: {@code artifact}, {@code anatomy} ...
 * @param inconclusive what a criterion does that could not be decided
 * @param unavailable what a family does that no suite asked about, or a criterion that could compare no pair
 * @param modelFamilies that a file may be made for; empty for any
 * @param licences that a file may state; empty for any
 * @param maxMegabytes of one file; 0 for any size
 * @param maxTotalMegabytes of all files together; 0 for any size
 * @param duplicates what a file does whose weights are there under another name
 * @param shortened what a run does that had fewer steps or seeds than its suite asks for
 * @param weights whether {@code assay.weights} may take the place of those that a required suite names
 * @param override whether a person may let in what the gate refused
 */
public record Policy(
        List<RequiredSuite> suites,
        List<String> bases,
        int minPrompts,
        List<String> families,
        Say inconclusive,
        Say unavailable,
        List<String> modelFamilies,
        List<String> licences,
        long maxMegabytes,
        long maxTotalMegabytes,
        Say duplicates,
        Say shortened,
        Say weights,
        Say override) {
    /** The strictest, but for sizes, and for a person's right to know better. */
    public static final Policy DEFAULT = new Policy(
            List.of(),
            List.of(),
            Judgement.MIN_PROMPTS,
            List.of(),
            Say.REFUSE,
            Say.REFUSE,
            List.of(),
            List.of(),
            0,
            0,
            Say.REFUSE,
            Say.REFUSE,
            Say.REFUSE,
            Say.ALLOW);

    private static final String FILE = "collection.yaml";
    private static final List<String> FIELDS = List.of(
            "suites",
            "bases",
            "minPrompts",
            "families",
            "inconclusive",
            "unavailable",
            "modelFamilies",
            "licences",
            "maxMegabytes",
            "maxTotalMegabytes",
            "duplicates",
            "shortened",
            "weights",
            "override");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final List<String> FAMILIES =
            Arrays.stream(Family.values()).map(Family::word).toList();

    public enum Say {
        REFUSE,
        ALLOW
    }

    public Policy {
        suites = List.copyOf(suites);
        bases = List.copyOf(bases);
        families = List.copyOf(families);
        modelFamilies = List.copyOf(modelFamilies);
        licences = List.copyOf(licences);
        for (String family : families) {
            if (!FAMILIES.contains(family)) {
                throw new CollectionException(FILE + ": families: expected some of " + String.join(", ", FAMILIES)
                        + ", found " + Words.line(family, 60) + DidYouMean.hint(family, FAMILIES));
            }
        }
    }

    /** @throws CollectionException on a wrong field or value, naming it */
    public static Policy read(Path file) {
        return parse(bytes(file));
    }

    /** What its author should know: words that have another name now. */
    static List<String> notes(Path file) {
        return words(bytes(file)).notes().stream()
                .map(note -> FILE + ": " + note)
                .toList();
    }

    /** None where there is no file. */
    private static byte[] bytes(Path file) {
        try {
            return Files.notExists(file) ? new byte[0] : SmallFile.bytes(file, Yaml.MAX_BYTES);
        } catch (IOException e) {
            throw new CollectionException(file + ": cannot be read: " + Trouble.words(e), e);
        }
    }

    /**
     * In words, the first suite that no run could ever be of: one without a hash that is none of the bundled ones.
     *
     * @param bundled names
     */
    public Optional<String> unknownSuite(List<String> bundled) {
        return suites.stream()
                .filter(s -> s.sha256() == null && !bundled.contains(s.name()))
                .findFirst()
                .map(s -> FILE + ": suites: " + s.text() + " is none of the bundled ones (" + String.join(", ", bundled)
                        + "); name another by the hash of its file: {name: NAME, sha256: ...}"
                        + DidYouMean.hint(s.name(), bundled));
    }

    static Policy parse(byte[] yaml) {
        Object content = words(yaml).tree();
        if (content == null) {
            return DEFAULT;
        }
        if (!(content instanceof Map<?, ?> fields)) {
            throw new CollectionException(FILE + ": expected fields (inconclusive: refuse), found "
                    + Words.line(String.valueOf(content), 60));
        }
        for (Object field : fields.keySet()) {
            if (!FIELDS.contains(field)) {
                throw new CollectionException(FILE + ": " + Words.line(field.toString(), 60)
                        + ": no such field; there are " + String.join(", ", FIELDS)
                        + DidYouMean.hint(field.toString(), FIELDS));
            }
        }
        return new Policy(
                suites(fields),
                hashes(fields, "bases"),
                (int) whole(fields, "minPrompts", DEFAULT.minPrompts, "a whole number of prompts, 1 or more"),
                texts(fields, "families"),
                say(fields, "inconclusive", DEFAULT.inconclusive),
                say(fields, "unavailable", DEFAULT.unavailable),
                texts(fields, "modelFamilies"),
                texts(fields, "licences"),
                megabytes(fields, "maxMegabytes"),
                megabytes(fields, "maxTotalMegabytes"),
                say(fields, "duplicates", DEFAULT.duplicates),
                say(fields, "shortened", DEFAULT.shortened),
                say(fields, "weights", DEFAULT.weights),
                say(fields, "override", DEFAULT.override));
    }

    private static OldWords words(byte[] yaml) {
        try {
            return OldWords.in(Yaml.read(yaml));
        } catch (IllegalArgumentException e) {
            throw new CollectionException(FILE + ": " + e.getMessage(), e);
        }
    }

    private static List<RequiredSuite> suites(Map<?, ?> fields) {
        Object value = fields.get("suites");
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong("suites", "a list of names", value);
        }
        return list.stream().map(Policy::suite).toList();
    }

    private static RequiredSuite suite(Object value) {
        if (value instanceof String text && !text.isBlank()) {
            return RequiredSuite.parse(text.strip());
        }
        if (value instanceof Map<?, ?> map
                && map.keySet().equals(Set.of("name", "sha256"))
                && map.get("name") instanceof String name
                && map.get("sha256") instanceof String hash
                && SHA256.matcher(hash).matches()) {
            return new RequiredSuite(name, null, hash);
        }
        throw wrong("suites", "a list of names, or of {name: NAME, sha256: 64 hexadecimal digits}", value);
    }

    private static List<String> hashes(Map<?, ?> fields, String field) {
        List<String> texts = texts(fields, field);
        for (String text : texts) {
            if (!SHA256.matcher(text).matches()) {
                throw wrong(field, "a list of SHA-256 of 64 lower-case hexadecimal digits", text);
            }
        }
        return texts;
    }

    private static List<String> texts(Map<?, ?> fields, String field) {
        Object value = fields.get(field);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(v -> v instanceof String text && !text.isBlank())) {
            return list.stream().map(v -> v.toString().strip()).toList();
        }
        throw wrong(field, "a list of names", value);
    }

    private static Say say(Map<?, ?> fields, String field, Say ifAbsent) {
        Object value = fields.get(field);
        if (value == null) {
            return ifAbsent;
        }
        if (value.equals("refuse")) {
            return Say.REFUSE;
        }
        if (value.equals("allow")) {
            return Say.ALLOW;
        }
        throw wrong(field, "refuse or allow", value);
    }

    private static long megabytes(Map<?, ?> fields, String field) {
        return whole(fields, field, 0, "a whole number of megabytes, 1 or more");
    }

    private static long whole(Map<?, ?> fields, String field, long ifAbsent, String expected) {
        Object value = fields.get(field);
        if (value == null) {
            return ifAbsent;
        }
        if (value instanceof Long number && number > 0 && number <= Integer.MAX_VALUE) {
            return number;
        }
        throw wrong(field, expected, value);
    }

    private static CollectionException wrong(String field, String expected, Object found) {
        return new CollectionException(
                FILE + ": " + field + ": expected " + expected + ", found " + Words.line(found.toString(), 60));
    }
}
