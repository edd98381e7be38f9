package dev.assay.reports.cli;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.loader.LoraConverter;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.text.PlainText;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay convert}: writes a LoRA again under names that a renderer's loader knows. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a LoRA again under names that ComfyUI loads, where new names are all it takes: PEFT's"
                    + " base_model.model., diffusers' names for SDXL, split attention of musubi-tuner, kohya's OFT. An"
                    + " alpha that stands in the metadata alone becomes tensors, which ComfyUI reads. The numbers of the"
                    + " change stay as they are.",
            "",
            "The result is checked by the rules of ComfyUI's own loader, as assay inspect does. Nothing is overwritten."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the file is written, or ComfyUI loads the LoRA as it is",
            "1:new names are not enough, or a file cannot be read or written; nothing is written",
            "64:the command line is wrong"
        },
        footerHeading = "%nExample:%n",
        footer = "  assay convert my-style.safetensors --base flux1-dev.safetensors -o my-style-comfyui.safetensors")
public final class ConvertCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "LORA", description = "A LoRA, .safetensors.")
    private Path lora;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            required = true,
            description = "The model that it is for, in any format; only its header is read.")
    private Path base;

    @Option(
            names = "--to",
            paramLabel = "RENDERER",
            description = "Whose names: comfyui, which is also the default.",
            defaultValue = "comfyui")
    private String to;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            required = true,
            description = "The file to write, .safetensors.")
    private Path out;

    @Override
    public Integer call() {
        if (!to.equals("comfyui")) {
            throw new ParameterException(spec.commandLine(), "--to " + to + ": expected comfyui");
        }
        if (!out.toString().endsWith(".safetensors")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "-o " + PlainText.line(out.toString(), 300)
                            + ": expected a name that ends in .safetensors, the only format that is written");
        }
        try {
            Inspector inspector = Inspector.ofHeaders();
            LoraReader headers = new LoraReader();
            Inspection of = inspector.inspect(base, headers::read);
            requirePair(inspector.inspect(lora, headers::read), of);
            LoraConverter.Done done = LoraConverter.toComfyUi(
                    headers.read(lora), headers.read(base).header().shapes(), of.family(), out);
            spec.commandLine()
                    .getOut()
                    .println(
                            done.written()
                                    ? InspectText.name(out) + ": " + count(done.renamed(), "key") + " renamed"
                                            + (done.alphas() > 0
                                                    ? ", " + count(done.alphas(), "alpha") + " written"
                                                    : "")
                                            + "; ComfyUI loads all of it"
                                    : InspectText.name(lora) + ": ComfyUI loads it as it is; nothing was written");
            return InspectCommand.FINE;
        } catch (ModelFileException e) {
            spec.commandLine().getErr().println(PlainText.line(e.getMessage(), 2000));
            return InspectCommand.PROBLEMS;
        }
    }

    /** New names make no LoRA of another file, and none of another family one for this base. */
    private static void requirePair(Inspection lora, Inspection base) {
        lora.kind().filter(k -> !k.isAdapter()).ifPresent(k -> {
            throw new ModelFileException(lora.file(), "is no LoRA but a file of the kind " + k.title());
        });
        lora.foreignTo(base).ifPresent(why -> {
            throw new ModelFileException(lora.file(), why);
        });
    }

    private static String count(long many, String what) {
        return many + " " + what + (many == 1 ? "" : "s");
    }
}
