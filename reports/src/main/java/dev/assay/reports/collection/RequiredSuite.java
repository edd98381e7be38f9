package dev.assay.reports.collection;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.assay.reports.words.Words;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A suite that a policy asks for, by what is in it: a bundled one by name, any by the hash of its file.
 *
 * @param version null for any
 * @param sha256 of the suite file; null for the bundled suite of this name
 */
public record RequiredSuite(String name, String version, String sha256) {
    /** {@code NAME} or {@code NAME@VERSION}, neither empty. */
    private static final Pattern NAME = Pattern.compile("[^@]*[^@\\s](@\\s*\\S.*)?");

    /** From {@code NAME}, {@code NAME@VERSION}, or fields {@code name} and {@code sha256}. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static RequiredSuite of(Object yaml) {
        if (yaml instanceof String text && NAME.matcher(text.strip()).matches()) {
            return parse(text.strip());
        }
        if (yaml instanceof Map<?, ?> map
                && map.keySet().equals(Set.of("name", "sha256"))
                && map.get("name") instanceof String name
                && !name.isBlank()
                && map.get("sha256") instanceof String hash
                && Entry.SHA256.matcher(hash).matches()) {
            return new RequiredSuite(name, null, hash);
        }
        throw new IllegalArgumentException("expected a name, or {name: NAME, sha256: 64 hexadecimal digits}, found "
                + Words.line(String.valueOf(yaml), 60));
    }

    private static RequiredSuite parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? new RequiredSuite(text, null, null)
                : new RequiredSuite(text.substring(0, at), text.substring(at + 1), null);
    }

    /** For messages. */
    String text() {
        return Words.line(name, 60)
                + (version == null ? "" : "@" + Words.line(version, 20))
                + (sha256 == null ? "" : " (sha256 " + sha256.substring(0, 12) + ")");
    }

    /**
     * @param anyWeights whether others than the suite names will do
     * @param bundled hash of the bundled suite of a name
     */
    boolean isMetBy(Judged judged, boolean anyWeights, Function<String, Optional<String>> bundled) {
        return whyNot(judged, anyWeights, bundled) == null;
    }

    /** Why what was judged is not this suite; null where it is. */
    String whyNot(Judged judged, boolean anyWeights, Function<String, Optional<String>> bundled) {
        if (!name.equals(judged.suite())) {
            return "it was not judged yet";
        }
        if (version != null && !version.equals(judged.suiteVersion())) {
            return "version " + Words.line(judged.suiteVersion(), 20) + " was judged";
        }
        Optional<String> wanted = sha256 != null ? Optional.of(sha256) : bundled.apply(name);
        if (wanted.isEmpty()) {
            return "none of this name is bundled, and a name says nothing of the content: write  - {name: "
                    + Words.line(name, 60) + ", sha256: " + Objects.requireNonNullElse(judged.suiteSha256(), "...")
                    + "}  into collection.yaml";
        }
        if (wanted.get().equals(judged.suiteSha256())) {
            return judged.weights() == null || anyWeights
                    ? null
                    : "other weights took the place of its own (" + Words.line(judged.weights(), 120)
                            + "); judge it without assay.weights, or set weights: allow";
        }
        return "another file that calls itself so was judged (sha256 "
                + Words.line(Objects.requireNonNullElse(judged.suiteSha256(), "unknown"), 13) + ", not "
                + wanted.get().substring(0, 12) + ")";
    }
}
