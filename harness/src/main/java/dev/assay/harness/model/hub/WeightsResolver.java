package dev.assay.harness.model.hub;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * From what a suite says of a role's weights to files: a path, {@code microcosm:NAME}, {@code hf:owner/name[@revision][/path]}, {@code
 * comfyui:FOLDER/NAME}, or the bare name of a file in the folders of a ComfyUI. Nothing is downloaded unless that was asked for.
 */
public final class WeightsResolver {
    private static final String COMFYUI = "comfyui:";
    private static final String BUNDLED = "microcosm:";
    private static final String OURS = "Apache-2.0"; // of what is bundled
    private static final int DEEPEST = 4; // folders below one that a role takes whole

    private final ModelReference references;
    private final WeightsTable table;
    private final Optional<ComfyModelFolders> shelves;
    private final HubDownload hub;
    private final HubAccess access;
    private final boolean download;
    private final Set<String> licences;
    private final Map<String, Object> settled = new LinkedHashMap<>(); // FoundWeights, or why there are none

    /**
     * @param references of paths and bundled weights
     * @param table of what is known of the roles' weights
     * @param download whether what is missing may be fetched
     * @param licences SPDX identifiers that the user takes although they forbid much
     */
    public WeightsResolver(
            ModelReference references,
            WeightsTable table,
            HubAccess access,
            boolean download,
            Set<String> licences,
            Transfer transfer) {
        this(references, table, access, HubTimes.USUAL, download, licences, transfer);
    }

    WeightsResolver(
            ModelReference references,
            WeightsTable table,
            HubAccess access,
            HubTimes times,
            boolean download,
            Set<String> licences,
            Transfer transfer) {
        this.references = new ModelReference(references.root(), references.bundles(), references.library(), false);
        this.table = table;
        this.shelves = references.library().map(ComfyModelFolders::new);
        this.access = access;
        this.hub = new HubDownload(access, times, transfer);
        this.download = download;
        this.licences = licences.stream().map(l -> l.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The weights of a role; asked twice, the answer is the same.
     *
     * @throws ModelFileException saying what is missing, where it belongs, and what fetches it
     */
    public synchronized FoundWeights find(String role, String reference) {
        Object answer = settled.computeIfAbsent(role + "=" + reference, key -> {
            try {
                WeightsState state = look(role, reference);
                return state.fetchable() && !state.isReady() && !state.refused() && download
                        ? fetch(role, reference)
                        : ready(state);
            } catch (ModelFileException missing) {
                return missing;
            }
        });
        if (answer instanceof FoundWeights found) {
            return found;
        }
        throw (ModelFileException) answer;
    }

    private static FoundWeights ready(WeightsState state) {
        if (!state.isReady()) {
            throw new ModelFileException(state.problem());
        }
        return state.found().orElseThrow();
    }

    /**
     * Downloads what is missing of weights on the hub.
     *
     * @throws ModelFileException when it cannot be had, or is used only by those who take its licence
     */
    public FoundWeights fetch(String role, String reference) {
        WeightsState before = look(role, reference);
        if (before.isReady() || before.refused() || !before.fetchable()) {
            return ready(before);
        }
        HubReference wanted = HubReference.parse(reference);
        if (!wanted.isFolder()) {
            fetchFile(wanted, before.known());
        } else {
            fetchFolder(wanted, role, before.known());
        }
        return ready(look(role, reference));
    }

    private void fetchFile(HubReference file, Optional<KnownWeights> known) {
        String name = file.path().substring(file.path().lastIndexOf('/') + 1);
        if (hub.fetch(file, known.map(k -> k.sha256(name)).orElse(null)).isEmpty()) {
            throw new ModelFileException(file + ": the repository has no such file; check the spelling");
        }
    }

    private void fetchFolder(HubReference folder, String role, Optional<KnownWeights> known) {
        List<String> lacks = new ArrayList<>();
        for (FolderLayout layout : table.of(role).layouts()) {
            Map<String, Boolean> asked = new LinkedHashMap<>();
            List<String> missing = layout.missing(f -> asked.computeIfAbsent(f, n -> has(folder.file(n))));
            if (missing.isEmpty()) {
                layout.wanted(f -> asked.computeIfAbsent(f, n -> has(folder.file(n))))
                        .forEach(f -> fetchFile(folder.file(f), known));
                return;
            }
            lacks.add(String.join(", ", missing));
        }
        throw new ModelFileException(folder + ": the repository has not the files of a " + role + "; it lacks "
                + String.join("; or ", lacks));
    }

    private boolean has(HubReference file) {
        return hub.cache().find(file).isPresent() || hub.size(file).isPresent();
    }

    /**
     * Bytes that a download would bring, as the hub says now.
     *
     * @throws ModelFileException when the hub cannot be asked
     */
    public OptionalLong sizeOf(WeightsState state) {
        if (!state.fetchable() || state.isReady()) {
            return OptionalLong.empty();
        }
        HubReference wanted = HubReference.parse(state.reference());
        if (!wanted.isFolder()) {
            return hub.size(wanted).map(OptionalLong::of).orElse(OptionalLong.empty());
        }
        for (FolderLayout layout : table.of(state.role()).layouts()) {
            Map<String, Long> sizes = new LinkedHashMap<>();
            if (layout.missing(f -> size(wanted.file(f), sizes) >= 0).isEmpty()) {
                return OptionalLong.of(layout.wanted(f -> size(wanted.file(f), sizes) >= 0).stream()
                        .mapToLong(f -> size(wanted.file(f), sizes))
                        .sum());
            }
        }
        return OptionalLong.empty();
    }

    /** 0 for what is here already, -1 for what is nowhere. */
    private long size(HubReference file, Map<String, Long> known) {
        return known.computeIfAbsent(
                file.path(),
                f -> hub.cache().find(file).isPresent() ? 0L : hub.size(file).orElse(-1L));
    }

    /** What is here and what is not; asks nobody. */
    public WeightsState look(String role, String reference) {
        try {
            return HubReference.isOne(reference)
                    ? onHub(role, reference, HubReference.parse(reference))
                    : here(role, reference);
        } catch (ModelFileException problem) {
            return new WeightsState(
                    role,
                    reference,
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    false,
                    false,
                    problem.getMessage() + instead(role, reference));
        }
    }

    private WeightsState onHub(String role, String written, HubReference wanted) {
        Optional<KnownWeights> known = table.at(role, wanted);
        Optional<FoundWeights> found;
        List<String> missing = List.of();
        if (wanted.isFolder()) {
            List<FolderLayout> layouts = table.of(role).layouts();
            if (layouts.isEmpty()) {
                throw new ModelFileException(PlainText.line(written, 120) + ": the role " + role
                        + " takes a file; name it:  " + wanted + "/FILE");
            }
            found = layouts.stream()
                    .flatMap(l -> inCache(role, written, wanted, l, known).stream())
                    .findFirst();
            if (found.isEmpty()) {
                missing = layouts.stream()
                        .filter(l -> known.isPresent() && l.holds(known.get()))
                        .findFirst()
                        .orElse(layouts.get(0))
                        .missing(f -> hub.cache().find(wanted.file(f)).isPresent());
            }
        } else {
            found = hub.cache()
                    .find(wanted)
                    .or(() -> known.flatMap(k -> onShelf(k)))
                    .map(p -> new FoundWeights(role, written, p, List.of(p), licence(known)));
            if (found.isEmpty()) {
                missing = List.of(wanted.path());
            }
        }
        return state(role, written, found, missing, known, true);
    }

    private Optional<FoundWeights> inCache(
            String role, String written, HubReference wanted, FolderLayout layout, Optional<KnownWeights> known) {
        if (!layout.missing(f -> hub.cache().find(wanted.file(f)).isPresent()).isEmpty()) {
            return Optional.empty();
        }
        Path folder = hub.cache().folder(wanted).orElseThrow();
        List<Path> files = layout.present(f -> hub.cache().find(wanted.file(f)).isPresent()).stream()
                .map(folder::resolve)
                .toList();
        return Optional.of(new FoundWeights(role, written, folder, files, licence(known)));
    }

    /** A file of the hub that a ComfyUI has too, told by its hash. */
    private Optional<Path> onShelf(KnownWeights known) {
        return shelves.flatMap(
                s -> known.files().stream().flatMap(f -> s.hashed(f).stream()).findFirst());
    }

    private static String licence(Optional<KnownWeights> known) {
        return known.map(KnownWeights::licence).orElse(FoundWeights.NOT_STATED);
    }

    private WeightsState here(String role, String written) {
        Path path = path(written);
        List<Path> files = files(role, path);
        if (files.isEmpty()) {
            throw new ModelFileException(path, "is a folder without files");
        }
        Optional<KnownWeights> known = files.stream()
                .flatMap(f -> table.named(f.getFileName().toString()).stream())
                .findFirst();
        String licence = written.startsWith(BUNDLED) ? OURS : licence(known);
        FoundWeights found = new FoundWeights(role, written, path, files, licence);
        return state(role, written, Optional.of(found), List.of(), known, false);
    }

    private Path path(String written) {
        if (written.startsWith(COMFYUI)) {
            String name = written.substring(COMFYUI.length());
            ComfyModelFolders comfy = shelves.orElseThrow(() -> new ModelFileException(PlainText.line(written, 120)
                    + ": which ComfyUI? give its folder of models: -Dassay.models=ComfyUI/models"));
            return comfy.at(name)
                    .orElseThrow(() -> new ModelFileException(
                            PlainText.line(written, 120) + ": no such file in " + comfy.models()));
        }
        boolean bare = !written.isBlank() && !written.matches(".*[/\\\\:].*");
        if (!bare) {
            return references.resolve(written);
        }
        // Only one file of this name may be meant, so the shelves are not left to the first that has it.
        ModelReference besides = new ModelReference(references.root(), references.bundles());
        try {
            return besides.resolve(written);
        } catch (ModelFileException nowhere) {
            return shelves.flatMap(s -> s.named(written))
                    .or(() -> byHash(written))
                    .orElseThrow(() -> nowhere);
        }
    }

    private Optional<Path> byHash(String name) {
        return shelves.flatMap(s -> table.named(name).stream()
                .flatMap(k -> k.files().stream())
                .flatMap(f -> s.hashed(f).stream())
                .findFirst());
    }

    /** Those of the layout that the folder has; all of a folder of another kind. */
    private List<Path> files(String role, Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        for (FolderLayout layout : table.of(role).layouts()) {
            if (layout.missing(f -> Files.isRegularFile(path.resolve(f))).isEmpty()) {
                return layout.present(f -> Files.isRegularFile(path.resolve(f))).stream()
                        .map(path::resolve)
                        .toList();
            }
        }
        try (Stream<Path> inside = Files.walk(path, DEEPEST, FileVisitOption.FOLLOW_LINKS)) {
            return inside.filter(Files::isRegularFile)
                    .filter(p -> !path.relativize(p).toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFileException(path, "cannot be listed: " + Trouble.words(e), e);
        }
    }

    private WeightsState state(
            String role,
            String written,
            Optional<FoundWeights> found,
            List<String> missing,
            Optional<KnownWeights> known,
            boolean fetchable) {
        boolean refused = known.map(k -> !k.isAllowedBy(licences)).orElse(false);
        String problem = "";
        if (refused) {
            String licence = known.get().licence();
            problem = PlainText.line(written, 200) + ": weights "
                    + (licence.equals(KnownWeights.NONE) ? "without a licence" : "under " + licence)
                    + " are used only where they are asked for; if its terms suit you, set -Dassay.licences=" + licence;
        } else if (!missing.isEmpty()) {
            problem = missing(role, written, missing, known);
        }
        return new WeightsState(role, written, found, missing, known, refused, fetchable, problem);
    }

    private String missing(String role, String written, List<String> missing, Optional<KnownWeights> known) {
        String size = known.map(KnownWeights::files)
                .filter(files -> files.stream().allMatch(f -> f.bytes() > 0))
                .map(files -> ", " + (files.size() == 1 ? files.get(0).name() + " has " : "") + megabytes(files))
                .orElse("");
        return written + ": not in " + hub.cache().place(HubReference.parse(written)) + ": "
                + String.join(", ", missing)
                + (access.offline()
                        ? "; HF_HUB_OFFLINE keeps them from being downloaded: unset it, or"
                        : "; download with  assay models --download " + role + "=" + written
                                + "  or -Dassay.download=on (licence " + licence(known) + size + "), or")
                + " name a place that has them: -Dassay.weights=" + role + "=PATH";
    }

    private static String megabytes(List<KnownWeights.File> files) {
        return (files.stream().mapToLong(KnownWeights.File::bytes).sum() + 500_000) / 1_000_000 + " MB";
    }

    /** Where a file of this role could be had. */
    private String instead(String role, String written) {
        return table.of(role).suggestions().stream()
                .filter(k -> !k.reference().equals(written))
                .findFirst()
                .map(k -> "; the hub has one (" + k.licence() + "):  assay models --download " + role + "="
                        + k.reference() + "  and then -Dassay.weights=" + role + "=" + k.reference())
                .orElse("");
    }
}
