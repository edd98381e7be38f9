package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.FindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip that {@code -Pdist} made, as a person has it. Run after packaging (see the execution {@code zip} in pom.xml), so not named a test. */
class PackedZip {
    private static final Pattern NATIVE = Pattern.compile(".+\\.(so|dll|dylib|jnilib)(\\.[0-9.]+)?");

    @TempDir
    static Path place;

    private static Path home;

    @BeforeAll
    static void unpack() throws IOException {
        Path folder = Files.createDirectories(place.resolve("a folder with blanks"));
        try (Stream<Path> made = Files.list(Path.of("target"))) {
            Path zip = made.filter(f -> f.getFileName().toString().matches("assay-.*-linux-x86_64\\.zip"))
                    .findFirst()
                    .orElseThrow();
            try (ZipFile file = new ZipFile(zip.toFile())) {
                for (ZipEntry entry : Collections.list(file.entries())) {
                    Path target = folder.resolve(entry.getName()).normalize();
                    assertThat(target.startsWith(folder)).isTrue();
                    if (!entry.isDirectory()) {
                        Files.createDirectories(target.getParent());
                        Files.copy(file.getInputStream(entry), target);
                    }
                }
            }
        }
        try (Stream<Path> inside = Files.list(folder)) {
            home = inside.findFirst().orElseThrow();
        }
        // The JDK does not read what a zip says of modes; unzip does.
        for (String program : List.of("bin/assay", "runtime/bin/java", "runtime/lib/jspawnhelper")) {
            assertThat(home.resolve(program).toFile().setExecutable(true)).isTrue();
        }
    }

    private record Ended(int code, String out) {}

    /** On a machine that has no Java. */
    private static Ended run(String... command) throws IOException, InterruptedException {
        Path said = Files.createTempFile(place, "said", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", withoutJava());
        builder.environment()
                .put("HOME", Files.createDirectories(place.resolve("user")).toString());
        Process process = builder.start();
        assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(said));
    }

    /** A folder of links to what a shell script needs. */
    private static String withoutJava() throws IOException {
        Path bin = Files.createDirectories(place.resolve("bin"));
        for (String tool : List.of("sh", "dirname", "readlink", "sed", "head")) {
            if (Files.notExists(bin.resolve(tool))) {
                Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
            }
        }
        return bin.toString();
    }

    private static String assay() {
        return home.resolve("bin/assay").toString();
    }

    @Test
    void inspects_without_java_and_without_maven_also_through_a_link() throws Exception {
        Path link = Files.createSymbolicLink(place.resolve("assay-link"), home.resolve("bin/assay"));
        String file = home.resolve("microcosm/loras/sound.safetensors").toString();

        Ended ended = run(link.toString(), "inspect", file);

        assertThat(ended.code()).as(ended.out()).isZero();
        assertThat(ended.out()).contains("rank      8, alpha 8");
        assertThat(run(assay(), "--version").out()).startsWith("assay 0.").doesNotContain("from classes");
    }

    @Test
    void judges_the_bundled_narrow_lora_and_passes_its_exit_code_on() throws Exception {
        Ended ended = run(assay(), "judge", "microcosm:narrow");

        assertThat(ended.code()).as(ended.out()).isEqualTo(1);
        assertThat(ended.out())
                .contains("narrow against base, suite microcosm")
                .contains("Seeds look alike")
                .doesNotContain("could not be made");
        assertThat(place.resolve(".assay/allure-report/index.html")).isNotEmptyFile();
    }

    @Test
    void names_a_command_that_it_does_not_know() throws Exception {
        Ended ended = run(assay(), "jugde", "a b.safetensors");

        assertThat(ended.code()).isNotIn(0, 1, 2, 3);
        assertThat(ended.out()).contains("jugde");
    }

    @Test
    void says_what_is_missing_where_there_is_no_java() throws Exception {
        Path bare = Files.createDirectories(place.resolve("bare/bin"));
        Path launcher = Files.copy(home.resolve("bin/assay"), bare.resolve("assay"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();

        Ended ended = run(launcher.toString(), "demo");

        assertThat(ended.code()).isEqualTo(3);
        assertThat(ended.out()).contains("needs a Java 17 or newer, and found none");
    }

    @Test
    void every_file_has_the_hash_that_is_listed_and_every_file_is_listed() throws Exception {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(home.resolve("SHA256SUMS"))) {
            String name = line.substring(66);
            listed.add(name);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(home.resolve(name)));
            assertThat(HexFormat.of().formatHex(digest)).as(name).isEqualTo(line.substring(0, 64));
        }
        try (Stream<Path> all = Files.walk(home)) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(f -> home.relativize(f).toString())
                            .filter(f -> !f.equals("SHA256SUMS") && !f.endsWith(".jsa")))
                    .containsExactlyInAnyOrderElementsOf(listed);
        }
        assertThat(listed)
                .contains(
                        "LICENSE",
                        "NOTICE",
                        "README.txt",
                        "sbom.json",
                        "lib/REPACKED.txt",
                        "suites/quick.yaml",
                        "README.md");
        assertThat(listed)
                .as("pages that reports link to")
                .contains("docs/first-run.md", "docs/report.png", "docs/metrics/vendi.md", "docs/metrics/distinct.md");
    }

    @Test
    void natives_are_those_of_one_system() throws IOException {
        List<String> natives = new ArrayList<>();
        for (Path jar : jars(home.resolve("lib"))) {
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream()
                        .map(ZipEntry::getName)
                        .filter(n -> NATIVE.matcher(n).matches() || n.contains(".dSYM/"))
                        .forEach(natives::add);
            }
        }
        assertThat(natives)
                .hasSizeGreaterThan(8)
                .allMatch(n -> n.contains("linux-x86_64") || n.contains("linux-x64") || n.contains("linux-x86-64"));
        assertThat(Files.readString(home.resolve("lib/REPACKED.txt"))).contains("dSYM", "sha256 before");
    }

    @Test
    void the_runtime_has_every_module_that_the_libraries_use() throws IOException {
        Set<String> needed = new TreeSet<>(List.of("jdk.crypto.ec", "jdk.management")); // found by name at run time
        List<Path> unread = new ArrayList<>();
        for (Path jar : jars(home.resolve("lib"))) {
            StringWriter out = new StringWriter();
            try {
                ToolProvider.findFirst("jdeps")
                        .orElseThrow()
                        .run(
                                new PrintWriter(out, true),
                                new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                                "--ignore-missing-deps",
                                "--multi-release",
                                "17",
                                "--print-module-deps",
                                jar.toString());
            } catch (FindException optional) {
                unread.add(jar);
            }
            Pattern.compile("(java|jdk)\\.[a-z.]+")
                    .matcher(out.toString())
                    .results()
                    .forEach(m -> needed.add(m.group()));
        }
        assertThat(unread).as("modules that name others").hasSizeLessThan(15);
        assertThat(needed).contains("java.desktop", "java.net.http", "jdk.unsupported");
        String modules = Pattern.compile("MODULES=\"([^\"]+)\"")
                .matcher(Files.readString(home.resolve("runtime/release")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(modules.split(" ", -1)).containsAll(needed);
    }

    @Test
    void scripts_of_windows_have_its_ends_of_line_and_set_no_settings() throws IOException {
        for (String script : List.of("bin/assay.cmd", "assay.ps1")) {
            String text = Files.readString(home.resolve(script), StandardCharsets.US_ASCII);
            assertThat(text.replace("\r\n", "")).as(script).doesNotContain("\n");
            assertThat(text).as(script).doesNotContainPattern("(?i)set \"ASSAY_|env:ASSAY_");
        }
        assertThat(Files.readString(home.resolve("bin/assay"))).doesNotContain("\r");
        assertThat(Files.readString(home.resolve("README.txt"))).doesNotContain("${");
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }
}
