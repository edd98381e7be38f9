package dev.assay.harness.scorer;

import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The metrics of all jars together. */
public final class MetricCatalogs {
    private MetricCatalogs() {}

    /**
     * Those of every {@link MetricCatalog} on the class path.
     *
     * @throws IllegalStateException when there is none, when one cannot be loaded, or when two give a metric or a network the same name
     */
    public static MetricCatalog onClassPath() {
        return of(Thread.currentThread().getContextClassLoader());
    }

    /** As {@link #onClassPath}, of a class loader. */
    public static MetricCatalog of(ClassLoader loader) {
        List<MetricCatalog> found = new ArrayList<>();
        try {
            ServiceLoader.load(MetricCatalog.class, loader).forEach(found::add);
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalStateException(
                    "a jar on the class path names metrics that cannot be loaded (" + e.getMessage()
                            + "); build it with this version of Assay, or take it off the class path",
                    e);
        }
        if (found.isEmpty()) {
            throw new IllegalStateException("no metrics on the class path");
        }
        return union(found);
    }

    /** Names of the networks that a suite may name weights for; ours even where no metrics are on the class path. */
    public static List<String> roles() {
        boolean any = ServiceLoader.load(MetricCatalog.class).stream().findAny().isPresent();
        return (any ? onClassPath().roles() : ModelRoles.ALL)
                .stream().map(ModelRole::name).toList();
    }

    private static MetricCatalog union(List<MetricCatalog> catalogs) {
        List<MetricEntry> all = new ArrayList<>();
        Map<String, String> metrics = new LinkedHashMap<>(); // name to where it is from
        Map<String, String> places = new LinkedHashMap<>(); // of roles
        Map<String, ModelRole<?>> roles = new LinkedHashMap<>();
        for (ModelRole<?> role : ModelRoles.OWN) {
            roles.put(role.name(), role);
            places.put(role.name(), "ModelRoles of Assay itself");
        }
        for (MetricCatalog catalog : catalogs) {
            String place = place(catalog);
            for (MetricEntry entry : catalog.entries()) {
                String name = entry.info().name();
                if (metrics.putIfAbsent(name, place) != null) {
                    throw twice("metric", name, metrics.get(name), place);
                }
                for (ModelRole<?> role : entry.needs()) {
                    if (!roles.computeIfAbsent(role.name(), n -> role).equals(role)) {
                        throw twice("network", role.name(), places.get(role.name()), place);
                    }
                    places.putIfAbsent(role.name(), place);
                }
                all.add(entry);
            }
        }
        List<MetricEntry> entries = List.copyOf(all);
        return () -> entries;
    }

    private static IllegalStateException twice(String what, String name, String one, String other) {
        return new IllegalStateException("two " + what + "s on the class path have the name " + name + ": of " + one
                + " and of " + other + "; rename one, or take its jar off the class path");
    }

    /** The class and its jar or folder. */
    private static String place(MetricCatalog catalog) {
        CodeSource source = catalog.getClass().getProtectionDomain().getCodeSource();
        URL url = source == null ? null : source.getLocation();
        return catalog.getClass().getName() + (url == null ? "" : " in " + url.getPath());
    }
}
