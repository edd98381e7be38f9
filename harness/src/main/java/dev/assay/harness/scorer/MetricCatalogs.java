package dev.assay.harness.scorer;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.BuiltIn;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics of all jars together. */
public final class MetricCatalogs {
    private static final String OWN = "dev.assay.metrics.Metrics";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*"); // of files and addresses, too
    private static final int MAX_NAME = 64;

    private MetricCatalogs() {}

    /**
     * Those of every {@link MetricCatalog} on the class path.
     *
     * @throws AssayException when there is none, when one cannot be loaded, or when two give a metric or a network the same name
     */
    public static MetricCatalog onClassPath() {
        return with(List.of(), new FileHashes());
    }

    /**
     * As {@link #onClassPath}, with jars besides: their classes are loaded for as long as this process lives.
     *
     * @param hashes get the files that metrics of others are from: one that changes from now on is told by them
     * @throws AssayException also when a jar is missing or has no metrics
     */
    public static MetricCatalog with(List<Path> jars, FileHashes hashes) {
        List<Found> catalogs = found(jars, hashes);
        if (catalogs.isEmpty()) {
            throw new AssayException(
                    "no metrics on the class path: expected the module dev.assay:metrics beside the harness");
        }
        return union(catalogs);
    }

    /** Names of the networks that a suite may name weights for; ours even where no metrics are on the class path. */
    public static List<String> roles() {
        return union(found(List.of(), new FileHashes())).roles().stream()
                .map(ModelRole::name)
                .toList();
    }

    /** @param code see {@link MetricEntry#code} */
    private record Found(MetricCatalog catalog, String code) {}

    private static List<Found> found(List<Path> jars, FileHashes hashes) {
        ClassLoader ours = Thread.currentThread().getContextClassLoader();
        List<Found> found = new ArrayList<>();
        for (MetricCatalog catalog :
                loaded("the class path", () -> ServiceLoader.load(MetricCatalog.class, ours).stream())) {
            found.add(new Found(catalog, catalog.getClass().getName().equals(OWN) ? "" : code(catalog, hashes)));
        }
        for (Path jar : jars) {
            if (!Files.exists(jar)) {
                throw new AssayException(jar + ": expected a jar with metrics, found no such file");
            }
            String code = MetricCode.hash(jar, hashes); // before anything of it is loaded
            ClassLoader theirs = loader(jar, ours);
            List<MetricCatalog> others = loaded(
                    jar.toString(),
                    () -> ServiceLoader.load(MetricCatalog.class, theirs).stream()
                            .filter(p -> theirs.equals(p.type().getClassLoader())));
            if (others.isEmpty()) {
                throw new AssayException(jar + ": expected a jar with metrics, found no META-INF/services/"
                        + MetricCatalog.class.getName() + " in it (docs/first-metric.md)");
            }
            others.forEach(catalog -> found.add(new Found(catalog, code)));
        }
        return found;
    }

    private static List<MetricCatalog> loaded(
            String place, Supplier<Stream<ServiceLoader.Provider<MetricCatalog>>> providers) {
        try {
            return providers.get().map(ServiceLoader.Provider::get).toList();
        } catch (ServiceConfigurationError | LinkageError e) {
            Throwable why = e instanceof ServiceConfigurationError && e.getCause() != null ? e.getCause() : e;
            throw new AssayException(
                    place + ": names metrics that cannot be loaded: " + e.getMessage()
                            + (why == e ? "" : ": " + Trouble.words(why))
                            + "; build it with this version of Assay, or leave it out",
                    e);
        }
    }

    private static ClassLoader loader(Path jar, ClassLoader ours) {
        try {
            return new URLClassLoader(new URL[] {jar.toUri().toURL()}, ours);
        } catch (MalformedURLException e) {
            throw new AssayException(jar + ": " + Trouble.words(e), e);
        }
    }

    /** What a catalog lists. It may be a stranger's: whatever goes wrong in it is its own fault, and said so. */
    private static List<MetricEntry> entries(Found found, String place) {
        try {
            return found.catalog().entries().stream()
                    .map(e -> new MetricEntry(
                            Objects.requireNonNull(e.info(), "a metric's information is null"),
                            e.needs(),
                            e.opener(),
                            found.code()))
                    .toList();
        } catch (RuntimeException | LinkageError | StackOverflowError trouble) {
            throw new AssayException(
                    place + ": failed when asked for its metrics: " + Trouble.ofCode(trouble)
                            + "; mend it, or leave its jar out",
                    trouble);
        }
    }

    private static MetricCatalog union(List<Found> catalogs) {
        List<MetricEntry> all = new ArrayList<>();
        Map<String, String> metrics = new LinkedHashMap<>(); // name to where it is from
        BuiltIn.NAMES.forEach(name -> metrics.put(name, "the checks of every run"));
        Map<String, String> places = new LinkedHashMap<>(); // of roles
        Map<String, ModelRole<?>> roles = new LinkedHashMap<>();
        for (ModelRole<?> role : ModelRoles.OWN) {
            roles.put(role.name(), role);
            places.put(role.name(), "ModelRoles of Assay itself");
        }
        for (Found found : catalogs) {
            String place = place(found.catalog());
            for (MetricEntry entry : entries(found, place)) {
                String name = entry.info().name();
                if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
                    throw new AssayException(place + ": expected a metric's name of at most " + MAX_NAME
                            + " lower-case letters and digits, its words joined by hyphens, found \"" + name
                            + "\"; rename it, or leave its jar out");
                }
                if (metrics.putIfAbsent(name, place) != null) {
                    throw twice("metric", name, metrics.get(name), place);
                }
                for (ModelRole<?> role : entry.needs()) {
                    places.putIfAbsent(role.name(), place);
                    if (!roles.computeIfAbsent(role.name(), n -> role).equals(role)) {
                        throw twice("network", role.name(), places.get(role.name()), place);
                    }
                }
                all.add(entry);
            }
        }
        List<MetricEntry> entries = List.copyOf(all);
        return () -> entries;
    }

    private static AssayException twice(String what, String name, String one, String other) {
        return new AssayException("two " + what + "s have the name " + name + ": of " + one + " and of " + other
                + "; rename one, or leave its jar out");
    }

    /** The class and its jar or folder. */
    private static String place(MetricCatalog catalog) {
        return catalog.getClass().getName()
                + source(catalog).map(url -> " in " + url.getPath()).orElse("");
    }

    private static String code(MetricCatalog catalog, FileHashes hashes) {
        try {
            return MetricCode.hash(Path.of(source(catalog).orElseThrow().toURI()), hashes);
        } catch (RuntimeException | URISyntaxException trouble) {
            throw new AssayException(
                    place(catalog) + ": expected metrics from a jar or a folder that can be read: "
                            + Trouble.words(trouble),
                    trouble);
        }
    }

    private static Optional<URL> source(MetricCatalog catalog) {
        return Optional.ofNullable(catalog.getClass().getProtectionDomain().getCodeSource())
                .map(CodeSource::getLocation);
    }
}
