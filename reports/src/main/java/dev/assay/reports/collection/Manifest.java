package dev.assay.reports.collection;

import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What is in a collection, and what was refused.
 *
 * @param schema {@value #SCHEMA}
 * @param files sorted by name; no two names that some file systems cannot tell apart
 * @param quarantine sorted by name
 */
public record Manifest(String schema, List<Entry> files, List<Refused> quarantine) {
    public static final String SCHEMA = "assay-collection/1";
    public static final Manifest EMPTY = new Manifest(SCHEMA, List.of(), List.of());

    public Manifest {
        if (!SCHEMA.equals(schema)) {
            throw new CollectionException("expected schema " + SCHEMA + ", found " + schema);
        }
        files = sorted(files, Comparator.comparing(Entry::name));
        quarantine = sorted(
                quarantine,
                Comparator.comparing((Refused r) -> Objects.requireNonNullElse(r.name(), ""))
                        .thenComparing(r -> Objects.requireNonNullElse(r.sha256(), "")));
        Set<String> names = new HashSet<>();
        for (Entry entry : files) {
            if (!names.add(Words.fold(entry.name()))) {
                throw new CollectionException("two files of the name " + entry.name());
            }
        }
    }

    private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
        return list == null ? List.of() : list.stream().sorted(order).toList();
    }

    public Optional<Entry> find(String name) {
        return files.stream().filter(e -> FileNames.same(e.name(), name)).findFirst();
    }

    Optional<Refused> refused(String sha256) {
        return quarantine.stream()
                .filter(r -> sha256 != null && sha256.equals(r.sha256()))
                .findFirst();
    }

    /** With this entry in place of the one of its name, and out of quarantine. */
    Manifest with(Entry entry) {
        List<Entry> changed = new ArrayList<>(files);
        changed.removeIf(e -> FileNames.same(e.name(), entry.name()));
        changed.add(entry);
        List<Refused> left = quarantine.stream()
                .filter(r -> !entry.sha256().equals(r.sha256()))
                .toList();
        return new Manifest(SCHEMA, changed, left);
    }

    Manifest without(String name) {
        return new Manifest(
                SCHEMA,
                files.stream().filter(e -> !FileNames.same(e.name(), name)).toList(),
                quarantine);
    }

    /** With this refusal in place of an earlier one of the same file. */
    Manifest with(Refused refused) {
        List<Refused> changed = new ArrayList<>(quarantine);
        changed.removeIf(r -> r.sha256() == null
                ? refused.sha256() == null && Objects.equals(r.name(), refused.name())
                : r.sha256().equals(refused.sha256()));
        changed.add(refused);
        return new Manifest(SCHEMA, files, changed);
    }
}
