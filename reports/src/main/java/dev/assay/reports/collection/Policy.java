package dev.assay.reports.collection;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Checks;
import dev.assay.harness.suite.OldWords;
import dev.assay.harness.suite.Yaml;
import dev.assay.harness.suite.YamlFile;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Judgement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

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
 * @param maxMegabytes of one file; null for any size
 * @param maxTotalMegabytes of all files together; null for any size
 * @param duplicates what a file does whose weights are there under another name
 * @param shortened what a run does that had fewer steps or seeds than its suite asks for
 * @param weights whether {@code assay.weights} may take the place of those that a required suite names
 * @param override whether a person may let in what the gate refused
 */
public record Policy(
        List<RequiredSuite> suites,
        List<String> bases,
        Integer minPrompts,
        List<String> families,
        Say inconclusive,
        Say unavailable,
        List<String> modelFamilies,
        List<String> licences,
        Integer maxMegabytes,
        Integer maxTotalMegabytes,
        Say duplicates,
        Say shortened,
        Say weights,
        Say override) {
    /** The strictest, but for sizes, and for a person's right to know better. */
    public static final Policy DEFAULT =
            new Policy(null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    private static final String FILE = "collection.yaml";
    private static final List<String> FAMILIES =
            Family.KNOWN.stream().map(Family::word).toList();

    public enum Say {
        REFUSE,
        ALLOW;

        /** As a policy has it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Policy {
        suites = suites == null ? List.of() : List.copyOf(suites);
        bases = texts("bases", bases);
        minPrompts = Objects.requireNonNullElse(minPrompts, Judgement.MIN_PROMPTS);
        families = texts("families", families);
        inconclusive = Objects.requireNonNullElse(inconclusive, Say.REFUSE);
        unavailable = Objects.requireNonNullElse(unavailable, Say.REFUSE);
        modelFamilies = texts("modelFamilies", modelFamilies);
        licences = texts("licences", licences);
        duplicates = Objects.requireNonNullElse(duplicates, Say.REFUSE);
        shortened = Objects.requireNonNullElse(shortened, Say.REFUSE);
        weights = Objects.requireNonNullElse(weights, Say.REFUSE);
        override = Objects.requireNonNullElse(override, Say.ALLOW);
        for (String base : bases) {
            Checks.require(
                    Entry.SHA256.matcher(base).matches(), "bases", "SHA-256 of 64 lower-case hexadecimal digits", base);
        }
        for (String family : families) {
            Checks.require(
                    FAMILIES.contains(family),
                    "families",
                    "some of " + String.join(", ", FAMILIES),
                    family + DidYouMean.hint(family, FAMILIES));
        }
        requireSome("minPrompts", minPrompts);
        requireSome("maxMegabytes", maxMegabytes);
        requireSome("maxTotalMegabytes", maxTotalMegabytes);
    }

    private static List<String> texts(String field, List<String> texts) {
        if (texts == null) {
            return List.of();
        }
        texts.forEach(text -> Checks.requireText(field, text));
        return texts.stream().map(String::strip).toList();
    }

    private static void requireSome(String field, Integer number) {
        Checks.require(number == null || number > 0, field, "1 or more", number);
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
        try {
            return content == null ? DEFAULT : YamlFile.read(content, Policy.class, policy -> policy);
        } catch (AssayException e) {
            throw new CollectionException(FILE + ": " + e.getMessage(), e);
        }
    }

    private static OldWords words(byte[] yaml) {
        try {
            return OldWords.in(Yaml.read(yaml), Policy.class);
        } catch (AssayException e) {
            throw new CollectionException(FILE + ": " + e.getMessage(), e);
        }
    }
}
