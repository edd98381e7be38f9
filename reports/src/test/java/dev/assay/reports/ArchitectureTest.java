package dev.assay.reports;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walls of the house. Each is tried on classes of {@code trespass} packages, which break it on purpose. */
class ArchitectureTest {
    private static final String HARNESS = "dev.assay.harness.";
    /** A package imports those before it, never after. */
    private static final List<String> PIPELINE = List.of(
            "text", "files", "http", "json", "image", "model", "nn", "suite", "usage", "render", "score", "verdict",
            "scorer", "run", "junit");

    /** Where a process begins; {@code WholeFile} asks for the name of the machine. */
    private static final List<String> ENTRIES =
            List.of("EarlyCheck", "Session", "AssayProcess", "Judging", "ModelsCommand", "WholeFile");

    private static JavaClasses house;
    private static JavaClasses trespassers;

    @BeforeAll
    static void readClasses() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-test/")) // where other builds than Maven's put tests
                .withImportOption(location -> !location.contains("-tests.jar")) // of harness, for the tests of others
                .importPackages("dev.assay");
        trespassers = new ClassFileImporter()
                .withImportOption(location -> location.contains("/trespass/"))
                .importPackages("dev.assay");
    }

    static Stream<String> walls() {
        return rules().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("walls")
    void the_house_keeps_its_walls(String wall) {
        rules().get(wall).check(house);
    }

    @ParameterizedTest
    @MethodSource("walls")
    void a_wall_stops_a_trespasser(String wall) {
        assertThat(rules().get(wall).evaluate(trespassers).hasViolation()).isTrue();
    }

    @Test
    void packages_form_no_cycle() {
        slices().matching("dev.assay.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    void networks_for_cuda_stay_in_their_package() {
        onlyIn(List.of(HARNESS + "nn.cuda.."), "org.bytedeco.cuda..").check(house);
    }

    /** A scan that finds nothing would keep every wall. */
    @ParameterizedTest
    @MethodSource("modules")
    void every_source_file_was_looked_at(String module) throws IOException {
        Path sources = Path.of("..", module, "src", "main", "java");
        List<String> missing = new ArrayList<>();
        if (Files.isDirectory(sources)) {
            try (Stream<Path> files = Files.walk(sources)) {
                files.map(f -> sources.relativize(f).toString().replace('\\', '/'))
                        .filter(f -> f.endsWith(".java") && !f.endsWith("-info.java"))
                        .map(f -> f.substring(0, f.length() - ".java".length()).replace('/', '.'))
                        .filter(name -> !house.contain(name))
                        .forEach(missing::add);
            }
        }
        assertThat(missing).isEmpty();
    }

    static List<String> modules() {
        return List.of("harness", "metrics", "suites", "reports");
    }

    @Test
    void the_scan_is_not_empty() {
        assertThat(house.size()).isGreaterThan(60);
        assertThat(house.stream().filter(c -> c.getPackageName().startsWith("dev.assay.reports")))
                .hasSizeGreaterThan(10);
        assertThat(house.stream().filter(c -> c.getPackageName().contains("trespass")))
                .isEmpty();
    }

    private static Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("harness knows no other module", apart(List.of("harness"), "metrics", "suites", "reports"));
        rules.put("metrics know only the harness", apart(List.of("metrics"), "suites", "reports"));
        rules.put("reports know only the harness", apart(List.of("reports"), "metrics", "suites"));
        rules.put("suites do not know reports", apart(List.of("suites"), "reports"));
        rules.put("harness packages import only earlier ones: image", before("image"));
        rules.put("networks know only pictures and model files", before("nn"));
        rules.put(
                "scores and verdicts know no network",
                noClasses()
                        .that()
                        .resideInAnyPackage(HARNESS + "score..", HARNESS + "verdict..", HARNESS + "suite..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(HARNESS + "nn.."));
        rules.put("PyTorch is in nn", onlyIn(List.of(HARNESS + "nn.."), "org.bytedeco.pytorch.."));
        rules.put(
                "DJL is in nn.onnx and nn.text",
                onlyIn(List.of(HARNESS + "nn.onnx..", HARNESS + "nn.text.."), "ai.djl..", "ai.onnxruntime.."));
        // Those who speak to a server: one makes pictures, one answers questions about them, one has weights.
        rules.put(
                "HTTP is in http, render.comfyui, nn.judge and model.hub",
                onlyIn(
                        List.of(
                                HARNESS + "http..",
                                HARNESS + "render.comfyui..",
                                HARNESS + "nn.judge..",
                                HARNESS + "model.hub.."),
                        "java.net.http.."));
        // Files of JSON, YAML and CSV: suites, model headers and their configurations, run records, ComfyUI, the graphs
        // in
        // pictures of a folder and the tables beside them, Allure results.
        rules.put(
                "Jackson is where files are read",
                onlyIn(
                        List.of(
                                HARNESS + "json..",
                                HARNESS + "suite..",
                                HARNESS + "usage..",
                                HARNESS + "model..",
                                HARNESS + "nn..",
                                HARNESS + "run..",
                                HARNESS + "render.comfyui..",
                                HARNESS + "render.folder..",
                                "dev.assay.reports.."),
                        "com.fasterxml..",
                        "org.yaml.."));
        rules.put(
                "readers of JSON begin in json",
                noClasses()
                        .that()
                        .resideOutsideOfPackage(HARNESS + "json..")
                        .should()
                        .callConstructor(ObjectMapper.class)
                        .orShould()
                        .callConstructor(JsonMapper.class)
                        .orShould()
                        .callMethod(JsonMapper.class, "builder")
                        .orShould()
                        .callMethod(JsonFactory.class, "builder"));
        rules.put(
                "the environment is read at the entries alone",
                noClasses()
                        .that()
                        .haveNameNotMatching("dev\\.assay\\..*\\.(" + String.join("|", ENTRIES) + ")")
                        .should()
                        .callMethod(System.class, "getenv")
                        .orShould()
                        .callMethod(System.class, "getenv", String.class));
        rules.put("EXIF is in image", onlyIn(List.of(HARNESS + "image.."), "com.drew..", "com.twelvemonkeys.."));
        rules.put(
                "JUnit is in the engine and the suites",
                onlyIn(List.of(HARNESS + "junit..", "dev.assay.suites.."), "org.junit.."));
        rules.put("JTE is in reports.pages", onlyIn(List.of("dev.assay.reports.pages.."), "gg.jte.."));
        rules.put("Allure is in reports.allure", onlyIn(List.of("dev.assay.reports.allure.."), "io.qameta.."));
        return rules;
    }

    @Test
    void harness_packages_import_only_earlier_ones() {
        PIPELINE.subList(0, PIPELINE.size() - 1).forEach(p -> before(p).check(house));
    }

    private static ArchRule apart(List<String> modules, String... others) {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        modules.stream().map(m -> "dev.assay." + m + "..").toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        Stream.of(others).map(m -> "dev.assay." + m + "..").toArray(String[]::new))
                .allowEmptyShould(true);
    }

    private static ArchRule before(String part) {
        List<String> later = PIPELINE.subList(PIPELINE.indexOf(part) + 1, PIPELINE.size());
        return noClasses()
                .that()
                .resideInAPackage(HARNESS + part + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(later.stream().map(p -> HARNESS + p + "..").toArray(String[]::new))
                .allowEmptyShould(true);
    }

    private static ArchRule onlyIn(List<String> rooms, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(rooms.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }
}
