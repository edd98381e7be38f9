package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The jars as the build packed them: run after packaging (see the execution {@code jars} in pom.xml), so not named a test. */
class PackedJars {
    private static final Path ROOT = Path.of("..");
    private static final Path COMMAND_LINE = Path.of("target", "assay.jar");

    /** Where our own files are in a jar, and what jars say of themselves. */
    private static final List<String> OURS = List.of(
            "dev/assay/",
            "gg/jte/generated/",
            "suites/",
            "dashboard/",
            "META-INF/services/",
            "META-INF/maven/dev.assay/",
            "META-INF/MANIFEST.MF",
            "META-INF/LICENSE",
            "META-INF/NOTICE",
            "META-INF/FastDoubleParser-",
            "META-INF/Schubfach-");

    private static List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String module : List.of("harness", "metrics", "suites", "reports")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(module).resolve("target"))) {
                files.filter(f -> f.toString().endsWith(".jar"))
                        .filter(f -> !f.getFileName().toString().startsWith("original-"))
                        .forEach(jars::add);
            }
        }
        return jars;
    }

    /** Files of a jar; those of one version of Java under the names that programs know. */
    private static List<String> files(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .filter(e -> !e.isDirectory())
                    .map(ZipEntry::getName)
                    .map(n -> n.replaceFirst("^META-INF/versions/[0-9]+/", ""))
                    .toList();
        }
    }

    /** What NOTICE says is the work of others. */
    private static List<String> listed() throws IOException {
        return Pattern.compile("(?m)^Here: (.*)$")
                .matcher(Files.readString(ROOT.resolve("NOTICE")))
                .results()
                .flatMap(m -> Stream.of(m.group(1).split(", ", -1)))
                .filter(p -> !p.contains(" ")) // a sentence: in no jar
                .toList();
    }

    private static boolean isBelow(String file, String place) {
        return file.equals(place) || file.startsWith(place + "/");
    }

    @Test
    void every_jar_has_licence_and_notice() throws IOException {
        assertThat(jars()).hasSizeGreaterThanOrEqualTo(6);
        for (Path jar : jars()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (String name : List.of("LICENSE", "NOTICE")) {
                    ZipEntry entry = file.getEntry("META-INF/" + name);
                    assertThat(entry).as(jar + ": META-INF/" + name).isNotNull();
                    assertThat(new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8))
                            .as(jar + ": META-INF/" + name)
                            .isEqualTo(Files.readString(ROOT.resolve(name)));
                }
            }
        }
    }

    @Test
    void whatever_is_not_ours_is_listed_in_the_notice() throws IOException {
        List<String> listed = listed();
        for (Path jar : jars()) {
            assertThat(files(jar))
                    .filteredOn(f -> listed.stream().noneMatch(p -> isBelow(f, p)))
                    .as(jar + ": unlisted in NOTICE")
                    .allMatch(f -> OURS.stream().anyMatch(f::startsWith));
        }
    }

    @Test
    void whatever_the_notice_lists_is_there() throws IOException {
        List<String> files = files(COMMAND_LINE);
        assertThat(listed())
                .hasSizeGreaterThanOrEqualTo(10)
                .allMatch(p -> files.stream().anyMatch(f -> isBelow(f, p)));
    }

    @Test
    void the_licences_that_hipparchus_includes_are_there() throws IOException {
        try (JarFile file = new JarFile(COMMAND_LINE.toFile())) {
            String text = new String(
                    file.getInputStream(file.getEntry("META-INF/LICENSE.txt")).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text).contains("Orekit", "University of Chicago");
        }
    }
}
