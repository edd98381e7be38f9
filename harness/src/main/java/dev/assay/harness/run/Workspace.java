package dev.assay.harness.run;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where a run takes place.
 *
 * @param root where the user stands: relative files and {@code assay.yaml} are looked for here
 * @param out folder of run records
 * @param microcosm folder of the bundled models
 * @param gate what passes is added to the collection
 */
public record Workspace(Path root, Path out, Path microcosm, boolean gate) {
    /** From {@code assay.root}, {@code assay.out}, {@code assay.microcosm} and {@code assay.build.gate}, each of which may be absent. */
    public static Workspace of(Map<String, String> properties) {
        Path root = Path.of(properties.getOrDefault("assay.root", "")).toAbsolutePath();
        return new Workspace(
                root,
                root.resolve(properties.getOrDefault("assay.out", "target/assay")),
                root.resolve(properties.getOrDefault("assay.microcosm", "suites/microcosm")),
                properties.getOrDefault("assay.build.gate", "").equals("true"));
    }
}
