package dev.assay.harness.model.hub;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Weights that metrics are known to work with, or that users are known to have. Facts are those of their authors' pages and of files that many
 * people hashed; what is not known is left open.
 *
 * @param reference where the hub has it, {@code hf:owner/name[/file]}; empty where the hub is not the place
 * @param files the large ones
 * @param licence SPDX identifier; {@link #NONE} where the authors state none
 * @param optIn whether it is used only where {@code assay.licences} names its licence; then nobody is pointed to it either
 */
public record KnownWeights(String reference, List<File> files, String licence, boolean optIn) {
    /** The authors state no licence: nobody has leave to use it. */
    public static final String NONE = "NONE";

    public KnownWeights {
        files = List.copyOf(files);
    }

    /**
     * @param bytes 0 where unknown
     * @param sha256 null where unknown
     */
    public record File(String name, long bytes, String sha256) {}

    /** Weights that anybody may use, of which the name of the large file is all that is known. */
    public static KnownWeights free(String reference, String licence, String file) {
        return free(reference, licence, file, 0, null);
    }

    /** Weights that anybody may use. */
    public static KnownWeights free(String reference, String licence, String file, long bytes, String sha256) {
        return new KnownWeights(reference, List.of(new File(file, bytes, sha256)), licence, false);
    }

    /** Weights of several files that anybody may use. */
    public static KnownWeights free(String reference, String licence, File... files) {
        return new KnownWeights(reference, List.of(files), licence, false);
    }

    /** Weights that are used only where their licence was asked for. */
    public static KnownWeights optIn(String reference, String licence, String file) {
        return new KnownWeights(reference, List.of(new File(file, 0, null)), licence, true);
    }

    /** Null where unknown. */
    String sha256(String file) {
        return files.stream()
                .filter(f -> f.name.equals(file))
                .map(File::sha256)
                .findFirst()
                .orElse(null);
    }

    /** @param licences that the user takes, in lower case */
    boolean isAllowedBy(Set<String> licences) {
        return !optIn || licences.contains(licence.toLowerCase(Locale.ROOT));
    }
}
