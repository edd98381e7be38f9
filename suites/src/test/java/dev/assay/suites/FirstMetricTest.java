package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.FindingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The project of docs/first-metric.md, taken out of the page: it is built, its test runs, and Assay judges with its jar. */
class FirstMetricTest {
    private static final Path PAGE = Path.of("../docs/first-metric.md");
    /** A path in backquotes on a line of its own, then a block with the file. */
    private static final Pattern FILE = Pattern.compile("\n`([\\w./-]+)`\n\n```\\w*\n(.*?)```\n", Pattern.DOTALL);

    private static final Pattern ARTIFACT =
            Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<version>([^<]*)</version>");

    @TempDir
    Path folder;

    private final Map<String, String> settings = new TreeMap<>();

    @BeforeEach
    void write() throws IOException {
        Matcher files = FILE.matcher(Files.readString(PAGE));
        while (files.find()) {
            Path file = folder.resolve(files.group(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, files.group(2));
        }
    }

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    @Test
    void its_versions_are_those_that_this_build_uses() throws IOException {
        String ours = Files.readString(Path.of("../pom.xml"));
        Matcher used = ARTIFACT.matcher(Files.readString(folder.resolve("pom.xml")));
        Map<String, String> versions = new TreeMap<>();
        while (used.find()) {
            versions.put(used.group(1), used.group(2));
        }

        assertThat(versions.remove("my-metrics")).isEqualTo("1");
        assertThat(versions.remove("junit-jupiter")).isEqualTo(first("<junit.version>([^<]*)<", ours));
        assertThat(versions.remove("harness")).isEqualTo(first("<version>([^<]*)<", ours));
        assertThat(versions)
                .hasSize(4)
                .allSatisfy((plugin, version) -> assertThat(ours)
                        .containsPattern(
                                "<artifactId>" + plugin + "</artifactId>\\s*<version>" + Pattern.quote(version) + "<"));
    }

    private static String first(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    @Test
    void its_own_test_passes() throws Exception {
        compile("src/main/java", "classes");
        compile("src/test/java", "classes");
        URL classes = folder.resolve("classes").toUri().toURL();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes}, getClass().getClassLoader())) {
            EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(loader.loadClass("my.metrics.SharpnessMetricTest")))
                    .execute()
                    .testEvents()
                    .assertStatistics(s -> s.started(1).succeeded(1));
        }
    }

    @Test
    void assay_judges_with_its_jar_and_the_report_has_its_question() throws Exception {
        RunRecord record = run(jar("my-metrics-1.jar"));

        assertThat(record.problem()).isNull();
        VerdictEntry verdict = record.verdicts().stream()
                .filter(v -> v.metric().equals("sharpness"))
                .findFirst()
                .orElseThrow();
        assertThat(verdict.pairs()).isEqualTo(10);
        assertThat(verdict.family()).isEqualTo(Family.ARTIFACT);
        assertThat(verdict.baseMean()).isBetween(2.0, 9.0);
        assertThat(verdict.estimate()).as("a grid over every picture has edges").isPositive();
        assertThat(verdict.worst().get(0).candidateEvidence()).startsWith("log variance of the Laplacian ");
    }

    @Test
    void a_name_that_two_jars_have_names_both() throws Exception {
        Path jar = jar("my-metrics-1.jar");
        Path copy = Files.copy(jar, folder.resolve("my-metrics-2.jar"));

        assertThat(run(jar, copy).problem())
                .contains("two metrics have the name sharpness: of my.metrics.MyMetrics in " + jar)
                .contains(" and of my.metrics.MyMetrics in " + copy);
    }

    @Test
    void a_jar_that_is_missing_or_has_no_metrics_is_said_before_anything_is_rendered() throws Exception {
        Path empty = folder.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(empty)).close();

        assertThat(run(folder.resolve("nowhere.jar")).problem()).contains("nowhere.jar: expected a jar with metrics");
        assertThat(run(empty).problem())
                .contains("empty.jar: expected a jar with metrics, found no META-INF/services/");
    }

    @Test
    void a_catalog_that_fails_is_named_and_its_words_are_not_taken_for_ours() throws Exception {
        Path catalog = folder.resolve("src/main/java/my/metrics/MyMetrics.java");
        String sound = Files.readString(catalog);
        Files.writeString(
                catalog,
                sound.replaceFirst(
                        "return List\\.of",
                        "if (true) throw new IllegalArgumentException(\"no key\");\n        return List.of"));
        assertThat(Files.readString(catalog)).isNotEqualTo(sound);
        Path jar = jar("my-metrics-1.jar");

        assertThat(run(jar).problem())
                .startsWith("my.metrics.MyMetrics in " + jar + ": failed when asked for its metrics:")
                .contains("java.lang.IllegalArgumentException: no key at my.metrics.MyMetrics.entries")
                .endsWith("mend it, or leave its jar out");
    }

    @Test
    void a_jar_that_is_built_anew_gets_scores_of_its_own_and_another_judgement_at_night() throws Exception {
        Path jar = jar("my-metrics-1.jar");
        assertThat(sharpness(run(jar)).estimate()).isPositive();
        Map<String, String> before = deciders();
        assertThat(before).isEqualTo(deciders()).doesNotContainKey("setting assay.metrics");

        edit("SharpnessMetric", "double value = Math.log\\(variance\\)", "double value = 3 + 0 * Math.log(variance)");
        jar("my-metrics-1.jar");
        RunRecord again = run(jar);

        assertThat(sharpness(again).estimate()).isZero();
        assertThat(again.findings())
                .extracting(FindingEntry::text)
                .contains("the metric sharpness is not Assay's own; SHA-256 of its code: " + Hashes.sha256(jar));
        assertThat(deciders()).isNotEqualTo(before).containsKey("metric sharpness");
        edit("SharpnessMetric", "Range\\.open\\(\\)\\.mostly\\(2, 9\\)", "Range.closed(0, 1)");
        assertThat(broken(jar("my-metrics-1.jar")))
                .isEqualTo("metric sharpness: expected a value of its range, [0, 1], found 3.0"
                        + " (log variance of the Laplacian 3.00)");
    }

    @Test
    void a_metric_that_gives_nothing_or_never_ends_is_named() throws Exception {
        edit(
                "SharpnessMetric",
                "double variance = variance",
                "if (true) return null;\n        double variance = variance");
        assertThat(broken(jar("my-metrics-1.jar")))
                .isEqualTo("metric sharpness: expected a score, or why there is none, found null");

        edit("SharpnessMetric", "if \\(true\\) return null", "if (true) return score(prompt, image)");
        assertThat(broken(jar("my-metrics-1.jar")))
                .startsWith(
                        "metric sharpness failed: java.lang.StackOverflowError at my.metrics.SharpnessMetric.score");

        edit("SharpnessMetric", "return INFO;", "return null;");
        assertThat(broken(jar("my-metrics-1.jar")))
                .startsWith("metric sharpness: expected a metric with the information that its catalog lists, ")
                .endsWith(", found null");

        edit("MyMetrics", "SharpnessMetric\\.INFO", "null");
        assertThat(run(jar("my-metrics-1.jar")).problem())
                .startsWith("my.metrics.MyMetrics in ")
                .contains("a metric's information is null");
    }

    @Test
    void a_name_of_a_check_of_every_run_is_taken_and_a_name_is_words_with_hyphens() throws Exception {
        String taken = "sharpness";
        for (String name : List.of("applied", "preflight", "distinct", "preference")) {
            edit("SharpnessMetric", "\"" + taken + "\"", "\"" + name + "\"");
            taken = name;
            Path jar = jar("my-metrics-1.jar");
            assertThat(run(jar).problem())
                    .contains("two metrics have the name " + name + ": of the checks of every run and of"
                            + " my.metrics.MyMetrics in " + jar);
        }
        for (String name : List.of("../../x y", "Sharp", "a--b", "", "a".repeat(65))) {
            edit("SharpnessMetric", "\"" + Pattern.quote(taken) + "\"", "\"" + name + "\"");
            taken = name;
            Path jar = jar("my-metrics-1.jar");
            assertThat(run(jar).problem())
                    .startsWith("my.metrics.MyMetrics in " + jar + ": expected a metric's name of at most 64 lower-case"
                            + " letters and digits")
                    .contains("found \"" + name + "\"");
        }
    }

    private static VerdictEntry sharpness(RunRecord record) {
        assertThat(record.problem()).isNull();
        return record.verdicts().stream()
                .filter(v -> v.metric().equals("sharpness"))
                .findFirst()
                .orElseThrow();
    }

    /** Why the criterion, or the run, is broken. */
    private String broken(Path jar) {
        RunRecord record = run(jar);
        return record.verdicts().stream()
                .filter(v -> v.outcome() == Outcome.BROKEN)
                .map(VerdictEntry::reason)
                .findFirst()
                .orElseThrow();
    }

    private Map<String, String> deciders() {
        return Session.read("microcosm", Map.of(), new TreeMap<>(settings)).deciders(Hashes::sha256);
    }

    private void edit(String file, String pattern, String with) throws IOException {
        Path source = folder.resolve("src/main/java/my/metrics/" + file + ".java");
        String before = Files.readString(source);
        Files.writeString(source, before.replaceFirst(pattern, Matcher.quoteReplacement(with)));
        assertThat(Files.readString(source)).isNotEqualTo(before);
    }

    @Test
    void a_comma_at_the_end_names_no_jar() throws Exception {
        assertThat(run(jar("my-metrics-1.jar") + ",").problem()).isNull();
    }

    private void compile(String sources, String classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path target = Files.createDirectories(folder.resolve(classes));
        try (Stream<Path> walk = Files.walk(folder.resolve(sources));
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> files = walk.filter(f -> f.toString().endsWith(".java")).toList();
            assertThat(files).isNotEmpty();
            String classPath = System.getProperty("java.class.path") + System.getProperty("path.separator") + target;
            List<String> options = List.of("-d", target.toString(), "-cp", classPath, "--release", "17");
            assertThat(compiler.getTask(null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                            .call())
                    .isTrue();
        }
    }

    private Path jar(String name) throws IOException {
        compile("src/main/java", "classes");
        Path jar = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out)) {
            for (String root : List.of("classes", "src/main/resources")) {
                Path from = folder.resolve(root);
                List<Path> files = new ArrayList<>();
                try (Stream<Path> walk = Files.walk(from)) {
                    walk.filter(Files::isRegularFile).forEach(files::add);
                }
                for (Path file : files) {
                    zip.putNextEntry(
                            new JarEntry(from.relativize(file).toString().replace('\\', '/')));
                    Files.copy(file, zip);
                }
            }
        }
        return jar;
    }

    private RunRecord run(Path... jars) {
        return run(String.join(", ", Stream.of(jars).map(Path::toString).toList()));
    }

    private RunRecord run(String jars) {
        settings.put("assay.root", folder.toString());
        settings.put("assay.out", folder.resolve("out").toString());
        settings.put(
                "assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        settings.put("assay.suite", "sharp.yaml");
        settings.put("assay.lora", "microcosm:grid");
        settings.put("assay.metrics", jars);
        settings.forEach(System::setProperty);
        EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }
}
