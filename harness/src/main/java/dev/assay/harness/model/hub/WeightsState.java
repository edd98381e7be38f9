package dev.assay.harness.model.hub;

import java.util.List;
import java.util.Optional;

/**
 * What is known of a role's weights without asking anybody.
 *
 * @param found empty where something is missing
 * @param missing files, in words; empty where all are here
 * @param known what the table says of them
 * @param refused whether its licence keeps it from being used until the user takes it
 * @param fetchable whether the hub is where they come from
 * @param problem why they cannot be used, and what to do; empty where they can
 */
public record WeightsState(
        String role,
        String reference,
        Optional<FoundWeights> found,
        List<String> missing,
        Optional<KnownWeights> known,
        boolean refused,
        boolean fetchable,
        String problem) {
    public WeightsState {
        missing = List.copyOf(missing);
    }

    public boolean isReady() {
        return problem.isEmpty();
    }

    /** SPDX identifier, {@code NONE}, or {@link FoundWeights#NOT_STATED}. */
    public String licence() {
        return found.map(FoundWeights::licence)
                .orElse(known.map(KnownWeights::licence).orElse(FoundWeights.NOT_STATED));
    }
}
