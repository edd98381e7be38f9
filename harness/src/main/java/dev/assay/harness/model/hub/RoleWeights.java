package dev.assay.harness.model.hub;

import java.util.List;

/**
 * What is known of the weights of a role.
 *
 * @param role by which a suite names it
 * @param layouts of its folder, in the order in which they are tried; none where it takes a file, or any folder
 * @param known weights, best known first
 */
public record RoleWeights(String role, List<FolderLayout> layouts, List<KnownWeights> known) {
    public RoleWeights {
        layouts = List.copyOf(layouts);
        known = List.copyOf(known);
    }

    /** What one may point people to who have none, best known first. */
    public List<KnownWeights> suggestions() {
        return known.stream().filter(k -> !k.optIn()).toList();
    }
}
