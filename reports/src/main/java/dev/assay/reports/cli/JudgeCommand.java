package dev.assay.reports.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code assay judge}. */
@Command(
        name = "judge",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        synopsisHeading = "Usage: ",
        customSynopsis = "assay judge FILE... [--base MODEL] [--comfyui URL] [--suite NAME] [OPTION...]",
        description = {
            "Judges LoRAs and finetunes against their base model: does FILE make it worse?",
            "",
            "Each FILE is a run of its own; FILE@0.6 is a LoRA at strength 0.6. Without FILE, assay.yaml of this folder"
                    + " names it. What an option does not say is taken from the environment (ASSAY_BASE) and from"
                    + " assay.yaml. All of a run lies in the folder .assay here.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:passed",
            "1:regressed: worse than the base",
            "2:inconclusive: neither shown to be worse nor shown not to be",
            "3:broken: the machine, a server or Assay failed",
            "64:the command line or a setting is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay judge style.safetensors --base flux1-dev.safetensors --comfyui URL",
            "  assay judge style.safetensors@0.6 --base v1-5.safetensors",
            "  assay judge microcosm:narrow",
        })
final class JudgeCommand extends Judging {
    @Parameters(arity = "0..*", paramLabel = "FILE", description = "LoRA or checkpoint.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--strength", paramLabel = "S", order = -4, description = "Of every LoRA FILE: 0.6 is FILE@0.6.")
    private Double strength;

    @Override
    public Integer call() {
        List<Map<String, String>> runs = runs(files, strength);
        return runs.size() == 1
                ? door.start("judge", runs.get(0))
                : new Batch(door, spec.commandLine().getOut()).judge(files, runs);
    }
}
