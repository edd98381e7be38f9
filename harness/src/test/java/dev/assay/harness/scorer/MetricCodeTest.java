package dev.assay.harness.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricCodeTest {
    @TempDir
    Path folder;

    private Path jar(String name, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        Path jar = folder.resolve(name);
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private static String hash(Path place) {
        return MetricCode.hash(place, new FileHashes());
    }

    @Test
    void a_jar_is_its_content() throws IOException {
        Path jar = jar("a.jar", "nowhere.jar");
        assertThat(hash(jar)).isEqualTo(Hashes.sha256(jar));
    }

    @Test
    void the_jars_that_its_manifest_names_count_even_in_a_circle() throws IOException {
        Path one = jar("one.jar", "two.jar");
        jar("two.jar", "one.jar three.jar");
        String before = hash(one);
        jar("three.jar", "");
        assertThat(hash(one)).isNotEqualTo(before).isNotEqualTo(Hashes.sha256(one));
    }

    @Test
    void a_folder_is_its_files() throws IOException {
        Path file = Files.writeString(
                Files.createDirectories(folder.resolve("classes/my")).resolve("A.class"), "a");
        Path classes = folder.resolve("classes");
        String before = hash(classes);
        assertThat(hash(classes)).isEqualTo(before);
        Files.writeString(file, "b");
        assertThat(hash(classes)).isNotEqualTo(before);
        Files.writeString(file, "a");
        Files.move(file, file.resolveSibling("B.class"));
        assertThat(hash(classes)).isNotEqualTo(before);
    }

    @Test
    void a_jar_that_changes_later_is_told() throws IOException {
        Path jar = jar("a.jar", "");
        FileHashes hashes = new FileHashes();
        MetricCode.hash(jar, hashes);
        jar("a.jar", "more.jar and-more.jar");
        assertThatThrownBy(() -> hashes.requireUnchanged("before the run had ended"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("a.jar");
    }
}
