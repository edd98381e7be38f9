package dev.assay.reports;

import dev.assay.harness.run.BuildStep;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Judgements, each in a process of its own as a build has them, on a suite of seconds. */
final class Builds {
    static final Path MICROCOSM =
            Path.of("..", "suites", "microcosm").toAbsolutePath().normalize();

    private static final String SUITE = """
        name: quick
        version: "1"
        settings: {width: 64, height: 64, steps: 12, guidanceScale: 3.0, sampler: ddim, scheduler: normal, clipSkip: 0}
        seeds: [1]
        criteria:
          - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 6, severity: BLOCKER}
          - {metric: grid, rule: NON_INFERIOR, margin: 0.5, minPairs: 6}
          - {metric: effect, rule: HAS_EFFECT, margin: 2.0, minPairs: 6}
        cases:
          - {id: one, prompt: a red circle above a blue square}
          - {id: two, prompt: a person in a red shirt waving}
          - {id: three, prompt: three orange triangles}
          - {id: four, prompt: a green star to the left of a purple triangle}
          - {id: five, prompt: a purple circle on a beige background}
          - {id: six, prompt: two red stars}
        """;

    private final Path root;

    Builds(Path root) throws IOException {
        this.root = root;
        Files.writeString(root.resolve("quick.yaml"), SUITE);
    }

    /** The judgement of a LoRA; there is no Allure, so that it never ends well. It ends with this process. */
    Process judgement(String lora, Map<String, String> more, Path log) throws IOException {
        Map<String, String> properties = new TreeMap<>(more);
        properties.put("assay.lora", lora);
        properties.put("assay.suite", "quick.yaml");
        properties.put("assay.root", root.toString());
        properties.put("assay.out", root.resolve("out").toString());
        properties.put("assay.reports", root.resolve("target").toString());
        properties.put("assay.microcosm", MICROCOSM.toString());
        List<String> classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        return BuildStep.process(properties, classPath, BuildStep.FRONT_DOOR, "judge")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    static String said(Path log) throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }
}
