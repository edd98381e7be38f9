package dev.assay.harness.run;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.hub.FoundWeights;
import dev.assay.harness.model.hub.WeightsTable;
import dev.assay.harness.nn.diffusion.PipelineVersion;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.onnx.OnnxRuntimeVersion;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.WeightsEntry;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.scorer.MetricModels;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Opens the networks that a suite names, when a metric first asks. */
final class LazyModels implements MetricModels {
    private static final int MAX_FILES = 20; // of one role that a record names

    private final Suite suite;
    private final Source source;
    private final WeightsTable table;
    private final ModelRole.Place place;
    private final long budget;
    private final FileHashes hashes;
    private final Map<ModelRole<?>, Object> open = new LinkedHashMap<>();
    private final Map<ModelRole<?>, Supplier<?>> served = new LinkedHashMap<>();
    private final Map<String, WeightsEntry> used = new LinkedHashMap<>(); // by role

    /** From a role and what the suite says of its weights to files that exist, or a {@link ModelFileException}. */
    @FunctionalInterface
    interface Source {
        FoundWeights find(String role, String reference);
    }

    /**
     * @param source of weights
     * @param table of what is known of them
     * @param device {@code cpu} or {@code cuda}, for the networks that run on libtorch
     * @param budget bytes of memory that networks may take at once; a single role may exceed it
     * @param hashes of weight files, which vectors may have asked for too
     * @param vectors that encoders computed in earlier runs
     */
    LazyModels(
            Suite suite,
            Source source,
            WeightsTable table,
            String device,
            long budget,
            FileHashes hashes,
            VectorFolder vectors) {
        this.budget = budget;
        this.suite = suite;
        this.source = source;
        this.table = table;
        this.hashes = hashes;
        this.place = new ModelRole.Place(device, Runtime.getRuntime().availableProcessors(), vectors);
    }

    /** What takes the place of weights for a role that has none. */
    <T> LazyModels serving(ModelRole<T> role, Supplier<? extends T> service) {
        served.put(role, service);
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // a role's network is what its opener gave
    public <T> T get(ModelRole<T> role) {
        if (!open.containsKey(role) && served.containsKey(role)) {
            open.put(role, served.get(role).get());
        }
        if (!open.containsKey(role)) {
            String reference = suite.models().get(role.name());
            if (reference == null) {
                throw new SuiteException(suite.name() + ": models: a criterion needs a " + role.name() + " ("
                        + role.needs() + "), the suite names none; add  " + role.name() + ": PATH");
            }
            watch(role.name(), reference); // before it is opened: what is hashed later is then what was opened
            open.put(role, role.opener().open(new Named(role.name(), reference), place));
            used.computeIfAbsent(role.name(), name -> entry(source.find(name, reference)));
        }
        return (T) open.get(role);
    }

    @Override
    public void makeRoomFor(List<ModelRole<?>> roles) {
        Set<ModelRole<?>> together = new LinkedHashSet<>(open.keySet());
        together.addAll(roles);
        if (together.stream().mapToLong(this::bytes).sum() > budget) {
            List.copyOf(open.keySet()).stream()
                    .filter(r -> !roles.contains(r) && !served.containsKey(r)) // a server takes no memory of ours
                    .forEach(r -> close(open.remove(r)));
        }
    }

    /** Of memory that a role takes; 0 where there are none, which {@link #get} will say. */
    private long bytes(ModelRole<?> role) {
        String reference = suite.models().get(role.name());
        if (reference == null) {
            return 0;
        }
        try {
            return (long) (role.memory()
                    * source.find(role.name(), reference).files().stream()
                            .mapToLong(f -> f.toFile().length())
                            .sum());
        } catch (ModelFileException missing) {
            return 0;
        }
    }

    private void watch(String role, String reference) {
        try {
            source.find(role, reference).deciders().forEach(hashes::watch);
        } catch (ModelFileException missing) {
            // Opening it says so.
        }
    }

    @Override
    public Optional<Map<String, String>> identity(List<ModelRole<?>> roles) {
        Map<String, String> identity = new LinkedHashMap<>();
        for (ModelRole<?> role : roles) {
            String reference = suite.models().get(role.name());
            if (reference == null || served.containsKey(role)) {
                return Optional.empty();
            }
            try {
                ContentKey key = new ContentKey("assay-network/1")
                        .with("device", place.device())
                        .with("torch", PipelineVersion.get())
                        .with("onnxruntime", OnnxRuntimeVersion.get());
                FoundWeights found = source.find(role.name(), reference);
                found.deciders().forEach(f -> key.with(f.getFileName().toString(), hashes.sha256(f)));
                identity.put(role.name(), key.sha256());
            } catch (ModelFileException missing) {
                return Optional.empty();
            }
        }
        return Optional.of(identity);
    }

    /** The weights of all networks that were opened. */
    List<WeightsEntry> used() {
        return List.copyOf(used.values());
    }

    private WeightsEntry entry(FoundWeights found) {
        Map<Path, String> sha256 = new LinkedHashMap<>();
        found.files().forEach(f -> sha256.put(f, hashes.sha256(f)));
        List<ModelPart> parts = found.files().stream()
                .map(f ->
                        new ModelPart(name(found, f), sha256.get(f), f.toFile().length()))
                .toList();
        return new WeightsEntry(
                found.role(),
                found.reference(),
                table.licence(found, sha256),
                parts.size() > MAX_FILES ? List.of(together(parts)) : parts);
    }

    /** A folder of pictures has thousands. */
    private static ModelPart together(List<ModelPart> parts) {
        String all = parts.stream().map(p -> p.file() + " " + p.sha256() + "\n").collect(Collectors.joining());
        return new ModelPart(
                parts.size() + " files",
                Hashes.sha256(all.getBytes(StandardCharsets.UTF_8)),
                parts.stream().mapToLong(ModelPart::bytes).sum());
    }

    private static String name(FoundWeights found, Path file) {
        return file.equals(found.path())
                ? file.getFileName().toString()
                : found.path().relativize(file).toString().replace('\\', '/');
    }

    private final class Named implements ModelRole.Weights {
        private final String role;
        private final String reference;

        Named(String role, String reference) {
            this.role = role;
            this.reference = reference;
        }

        @Override
        public String reference() {
            return reference;
        }

        @Override
        public Path path() {
            try {
                return source.find(role, reference).path();
            } catch (ModelFileException missing) {
                throw new UnavailableException(
                        "models." + role + " of suite " + suite.name() + ": " + missing.getMessage(), missing);
            }
        }
    }

    @Override
    public void close() {
        open.values().forEach(LazyModels::close);
        open.clear();
    }

    private static void close(Object network) {
        if (network instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(
                        "cannot close " + network.getClass().getSimpleName(), e);
            }
        }
    }
}
