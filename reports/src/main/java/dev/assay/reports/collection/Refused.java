package dev.assay.reports.collection;

import java.util.List;

/**
 * A file that was not let in. The file itself stays where its owner has it.
 *
 * @param name as its owner calls it: untrusted text, never used as a path
 * @param sha256 null where the file was not read
 * @param when ISO 8601, UTC
 * @param reasons one line each
 * @param judged what is known of it; counts when another suite is judged later
 */
public record Refused(String name, String sha256, String when, List<String> reasons, List<Judged> judged) {
    public Refused {
        reasons = reasons == null ? List.of() : List.copyOf(reasons);
        judged = judged == null ? List.of() : List.copyOf(judged);
    }
}
