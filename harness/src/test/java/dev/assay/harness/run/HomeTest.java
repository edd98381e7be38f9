package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path folder;

    @Test
    void a_release_has_its_models_beside_its_jars() throws Exception {
        Path jar = folder.resolve("assay-1/lib/reports-1.jar");
        Files.createDirectories(jar.getParent());
        Files.createDirectories(folder.resolve("assay-1/microcosm"));
        Home home = Home.above(jar).orElseThrow();
        assertThat(home.folder()).isEqualTo(folder.resolve("assay-1").toAbsolutePath());
        assertThat(home.microcosm()).isEqualTo(home.folder().resolve("microcosm"));
    }

    @Test
    void a_checkout_is_found_from_its_classes_and_from_its_jar() throws Exception {
        Files.createDirectories(folder.resolve("suites/microcosm"));
        Files.createFile(folder.resolve("pom.xml"));
        for (String place : new String[] {"reports/target/assay.jar", "harness/target/classes"}) {
            Home home = Home.above(folder.resolve(place)).orElseThrow();
            assertThat(home.microcosm()).isEqualTo(folder.toAbsolutePath().resolve("suites/microcosm"));
        }
    }

    @Test
    void what_is_named_counts_and_without_a_home_there_is_none() {
        assertThat(Home.find(Map.of("assay.home", folder.toString()), HomeTest.class))
                .contains(new Home(folder.toAbsolutePath()));
        assertThat(Home.above(folder.resolve("a/b/lib/x.jar"))).isEmpty();
    }

    @Test
    void these_classes_are_those_of_a_checkout() {
        assertThat(Home.find(Map.of(), Home.class).orElseThrow().microcosm().resolve("loras"))
                .isDirectory();
    }
}
