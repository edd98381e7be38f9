package dev.assay.harness.model.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What is known of the weights of all roles, and how to recognise them. */
public record WeightsTable(List<RoleWeights> roles) {
    /** Names that many repositories have: they tell nothing. */
    private static final Set<String> COMMON = Set.of("model.safetensors", "model.onnx");

    public WeightsTable {
        roles = List.copyOf(roles);
    }

    /** Nothing is known of a role that is not in the table. */
    RoleWeights of(String role) {
        return roles.stream()
                .filter(r -> r.role().equals(role))
                .findFirst()
                .orElse(new RoleWeights(role, List.of(), List.of()));
    }

    private Stream<KnownWeights> all() {
        return roles.stream().flatMap(r -> r.known().stream());
    }

    /**
     * What a reference on the hub means: the file that the table names, else what the role takes from the repository, else what is known of
     * the repository.
     */
    Optional<KnownWeights> at(String role, HubReference reference) {
        List<KnownWeights> same = Stream.concat(of(role).known().stream(), all())
                .filter(k -> !k.reference().isEmpty())
                .filter(k -> HubReference.parse(k.reference()).repository().equalsIgnoreCase(reference.repository()))
                .toList();
        return same.stream()
                .filter(k -> HubReference.parse(k.reference()).path().equals(reference.path()))
                .findFirst()
                .or(() -> same.stream()
                        .filter(k -> HubReference.parse(k.reference()).isFolder())
                        .findFirst());
    }

    /** What a file of this name is likely to be. */
    Optional<KnownWeights> named(String file) {
        return COMMON.contains(file)
                ? Optional.empty()
                : all().filter(k -> k.files().stream().anyMatch(f -> f.name().equalsIgnoreCase(file)))
                        .findFirst();
    }

    /** What a file with these bytes is. */
    private Optional<KnownWeights> hashed(String sha256) {
        return all().filter(k -> k.files().stream().anyMatch(f -> sha256.equals(f.sha256())))
                .findFirst();
    }

    /**
     * The licence of weights whose bytes were hashed: a file that has a known name but other bytes is another file.
     *
     * @param sha256 of each file
     */
    public String licence(FoundWeights found, Map<Path, String> sha256) {
        for (Path file : found.files()) {
            Optional<KnownWeights> known = hashed(sha256.getOrDefault(file, ""));
            if (known.isPresent()) {
                return known.get().licence();
            }
            String name = file.getFileName().toString();
            Optional<KnownWeights> named = named(name);
            if (named.isPresent() && named.get().sha256(name) != null) {
                return FoundWeights.NOT_STATED;
            }
        }
        return found.licence();
    }
}
