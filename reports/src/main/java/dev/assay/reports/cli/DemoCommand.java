package dev.assay.reports.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code assay demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "assay demo [NAME] [OPTION...]",
        description = {
            "Judges a LoRA of the bundled small model, which needs no GPU, no server and no download.",
            "",
            "NAME is sound (the default: it passes), or one with a known defect: grid, extra-limb, forgetful, narrow,"
                    + " inert, foreign.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:passed", "1:regressed", "2:neither is shown", "3:broken", "64:the command line is wrong"})
final class DemoCommand extends Judging {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Of the bundled LoRAs.")
    private String name = "sound";

    @Option(names = "--list", description = "Names them, and ends.")
    private boolean list;

    @Override
    public Integer call() {
        if (list) {
            door.home()
                    .map(home -> ModelFiles.in(home.microcosm().resolve("loras")))
                    .orElse(List.of())
                    .forEach(file -> spec.commandLine()
                            .getOut()
                            .println(
                                    "microcosm:" + file.getFileName().toString().replaceFirst("\\.safetensors$", "")));
            spec.commandLine().getOut().flush();
            return 0;
        }
        if (door.home().isEmpty()) {
            throw wrong("the bundled models are not found beside this jar; start Assay from its release, or name its"
                    + " folder: -Dassay.home=DIR before -cp");
        }
        return door.start("judge", runs(List.of("microcosm:" + name), null).get(0));
    }

    /** A demo shows the bundled model, whatever assay.yaml of this folder says of the user's. */
    @Override
    Map<String, String> settings() {
        Map<String, String> given = super.settings();
        given.putIfAbsent("assay.base", "microcosm:base");
        given.putIfAbsent("assay.renderer", "local");
        given.putIfAbsent("assay.suite", "microcosm");
        return given;
    }
}
