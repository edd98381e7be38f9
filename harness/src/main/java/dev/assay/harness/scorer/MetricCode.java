package dev.assay.harness.scorer;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** What the numbers of others' metrics come from: their version may stay when they are built again. */
final class MetricCode {
    private MetricCode() {}

    /**
     * SHA-256 of a jar; over the files where there are several: those of a folder of classes, and the jars that a jar's manifest names.
     *
     * @param hashes get the files, and so tell a later change
     * @throws AssayException when something cannot be read
     */
    static String hash(Path place, FileHashes hashes) {
        Set<Path> files = new LinkedHashSet<>();
        try {
            collect(place, files, hashes);
        } catch (IOException e) {
            throw new AssayException(place + ": " + Trouble.words(e), e);
        }
        if (files.equals(Set.of(place))) {
            return hashes.sha256(place);
        }
        ContentKey key = new ContentKey("assay-metric-code/1");
        for (Path file : files) {
            key.with("file", Files.isDirectory(place) ? place.relativize(file) : file.getFileName())
                    .with("sha256", hashes.sha256(file));
        }
        return key.sha256();
    }

    private static void collect(Path place, Set<Path> files, FileHashes hashes) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> inside = Files.walk(place)) {
                inside.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
            return;
        }
        if (!Files.isRegularFile(place) || !files.add(place)) {
            return;
        }
        hashes.watch(place);
        try (JarFile jar = new JarFile(place.toFile())) {
            Manifest manifest = jar.getManifest();
            String named =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            for (String other : named == null ? new String[0] : named.trim().split(" +", -1)) {
                URI uri = place.toUri().resolve(other);
                if ("file".equals(uri.getScheme())) {
                    collect(Path.of(uri), files, hashes);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new AssayException(place + ": a manifest whose Class-Path cannot be read: " + e.getMessage(), e);
        }
    }
}
