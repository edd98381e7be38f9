package dev.assay.reports.cli;

import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelHashes;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.loader.LoraLoader;
import dev.assay.harness.model.loader.LoraLoaders;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.text.Trouble;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay inspect}: says what model files are, without rendering. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Says what model files are and what is wrong with them, from their headers alone: .safetensors, .gguf,"
                    + " shards (name the .safetensors.index.json), diffusers folders, and .ckpt .pt .pth .bin, whose"
                    + " pickles are read but never run.",
            "",
            "With --base and --lora: will this LoRA work on this base, how much of it, and how strong is it? The"
                    + " answer is for one renderer (--renderer): works, works in part, works after conversion (assay"
                    + " convert), or does not work.",
            "",
            "With --base and several files, or a folder: which of them fit this base? A table, by headers alone unless"
                    + " --weights is given; the ones that work first, copies named.",
            "",
            "With --overlap: which LoRAs are copies of each other, and how much do they pull the same weights the same "
                    + "way? A cosine of 1 is the same change, 0 nothing in common, -1 the opposite."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing keeps the files from working; on a base: works",
            "1:a file has a problem that keeps it from working, or from working whole; or there is no model file; of"
                    + " files and folders on a base: none of them works",
            "64:the command line is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay inspect my-style.safetensors",
            "  assay inspect --json ComfyUI/models/loras > loras.json",
            "  assay inspect --base flux1-dev-Q8_0.gguf --lora my-style.safetensors@0.8",
            "  assay inspect --base flux1-dev.safetensors ComfyUI/models/loras",
            "  assay inspect --overlap ComfyUI/models/loras/sdxl",
            "",
            "Colours are off where the output is no terminal, and with NO_COLOR set."
        })
public final class InspectCommand implements Callable<Integer> {
    static final int FINE = 0;
    static final int PROBLEMS = 1;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE|DIR", arity = "0..*", description = "Model files; of a folder every model below it.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Prints an array of objects instead of text.")
    private boolean json;

    @Option(
            names = "--hash",
            description =
                    "Hashes the files too (AutoV1, AutoV2, AutoV3, SHA-256, SHA-256 of the tensors): every byte is"
                            + " read, once; known files come from the cache.")
    private boolean hash;

    @Option(
            names = "--hash-cache",
            paramLabel = "FILE",
            description = "Where hashes are kept by path, size and time of change; default: ${DEFAULT-VALUE}.",
            defaultValue = "${env:XDG_CACHE_HOME:-${sys:user.home}/.cache}/assay/hashes.json")
    private Path hashCache;

    @Option(
            names = "--weights",
            description =
                    "Reads the numbers too: NaN and infinite values, weights of zeros, and of LoRAs how strong the"
                            + " change is. Those of safetensors; of other files it says that they were not read.")
    private boolean weights;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description =
                    "The model that LoRAs (of --lora, or files and folders) are put on; with --overlap, to know two"
                            + " names of one layer.")
    private Path base;

    @Option(names = "--csv", description = "Prints the table of --base and a folder for a spreadsheet.")
    private boolean csv;

    @Option(
            names = "--overlap",
            description = "Compares the LoRAs that are named, or lie in the folders, pair by pair.")
    private boolean overlap;

    @Option(
            names = "--lora",
            paramLabel = "FILE[@STRENGTH]",
            description = "A LoRA to try on --base; several, each alone, by repeating the option.")
    private List<String> loras = List.of();

    @Option(
            names = "--renderer",
            paramLabel = "NAME",
            description =
                    "Whose loader of LoRAs is asked, with --base and --lora: comfyui, local, or diffusers for scripts"
                            + " of your own; default: ${DEFAULT-VALUE}. What one loads, another may drop.",
            defaultValue = "comfyui")
    private String renderer;

    @Override
    public Integer call() {
        if (LoraLoaders.of(renderer).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--renderer " + renderer + ": expected one of "
                            + LoraLoaders.ALL.stream().map(LoraLoader::word).toList());
        }
        if (overlap) {
            if (files.isEmpty() || !loras.isEmpty() || hash || weights) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--overlap takes LoRA files or folders, and of other options --json and --base.");
            }
            return new Overlap(spec.commandLine(), colours(), json).of(files, Optional.ofNullable(base));
        }
        if (base == null && !loras.isEmpty()) {
            throw new ParameterException(spec.commandLine(), whichBase());
        }
        boolean many = !files.isEmpty() || loras.stream().anyMatch(l -> ModelFiles.isShelf(Path.of(l)));
        if (csv && (base == null || !many || json)) {
            throw new ParameterException(
                    spec.commandLine(), "--csv goes with --base and a folder, and not with --json.");
        }
        if (base != null && files.isEmpty() && loras.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Which LoRA on " + base + "? Name one with --lora, or files and folders.");
        }
        if (base == null && files.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Which file? Name model files or folders, or --base and --lora.");
        }
        if (base != null && many) {
            if (!files.isEmpty() && !loras.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "Name LoRAs as files and folders, or with --lora, not both.");
            }
            return files.size() == 1 && !csv && !ModelFiles.isShelf(files.get(0))
                    ? onBase(List.of(new Lora(files.get(0), 1)))
                    : manyOnBase();
        }
        return base != null ? onBase(parsed()) : each();
    }

    private Inspector inspector() {
        return hash
                ? Inspector.withHashes(
                        new ModelHashes(hashCache),
                        new HashProgress("hashing", spec.commandLine().getErr(), colours()))
                : Inspector.ofHeaders();
    }

    private boolean colours() {
        return CommandLine.Help.Ansi.AUTO.enabled();
    }

    private Integer each() {
        List<Path> found = new ArrayList<>();
        for (Path path : files) {
            found.addAll(ModelFiles.in(path));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (found.isEmpty()) {
            spec.commandLine().getErr().println("no model file in " + files + ": looked for " + ModelFiles.ENDINGS);
            if (json) {
                out.println("[]");
            }
            return PROBLEMS;
        }
        Inspector inspector = inspector();
        // Reading two files at once would only make a disk seek.
        Stream<Path> stream = hash || weights ? found.stream() : found.parallelStream();
        List<Report> reports =
                stream.map(f -> report(inspector, new LoraReader(), f)).toList();
        boolean table = files.stream().anyMatch(ModelFiles::isShelf);
        if (json) {
            out.println(InspectJson.array(reports));
        } else if (table) {
            Path root = files.size() == 1 ? files.get(0) : null;
            new InspectTable(colours()).lines(root, reports).forEach(out::println);
        } else {
            for (Report report : reports) {
                new InspectText(colours()).lines(report).forEach(out::println);
            }
        }
        return reports.stream().anyMatch(Report::broken) ? PROBLEMS : FINE;
    }

    /** @param headers of this file, and of no folder full: they are large */
    private Report report(Inspector inspector, LoraReader headers, Path file) {
        try {
            Inspection inspection = inspector.inspect(file, headers::read);
            return weights
                    ? Report.withWeights(
                            inspection,
                            headers,
                            new HashProgress("reading", spec.commandLine().getErr(), colours()))
                    : Report.of(inspection);
        } catch (ModelFileException e) {
            return Report.failed(file, e.getMessage());
        } catch (RuntimeException | Error e) {
            // One file of a folder must not hide the others, whatever it does to us.
            return Report.failed(file, "Assay failed on this file, please report it: " + Trouble.words(e));
        }
    }

    private Integer onBase(List<Lora> each) {
        Inspector inspector = inspector();
        PrintWriter out = spec.commandLine().getOut();
        LoraReader headers = new LoraReader();
        Report ofBase = report(inspector, headers, base);
        List<Report> reports = new ArrayList<>();
        for (Lora lora : each) {
            reports.add(Report.onBase(
                    ofBase,
                    report(inspector, headers, lora.path()),
                    lora.strength(),
                    LoraLoaders.of(renderer).orElseThrow(),
                    headers));
        }
        if (json) {
            List<Report> all = new ArrayList<>(List.of(ofBase));
            all.addAll(reports);
            out.println(InspectJson.array(all));
        } else {
            for (Report report : reports) {
                new InspectText(colours()).onBase(ofBase, report).forEach(out::println);
            }
        }
        return ofBase.broken() || reports.stream().anyMatch(Report::broken) ? PROBLEMS : FINE;
    }

    /** A LoRA without a base: what its base may be, where the file tells. */
    private String whichBase() {
        String written = loras.get(0);
        Path file = Path.of(written.replaceFirst("@[^@/]*$", ""));
        Inspection found = Inspector.ofHeaders().inspect(Files.exists(Path.of(written)) ? Path.of(written) : file);
        String made = found.kind().filter(ModelKind::isAdapter).isPresent()
                        && !found.familyTitle().isEmpty()
                ? " " + file.getFileName() + " is a LoRA for " + found.familyTitle()
                        + ": name a model of that family with --base."
                : " Name the model that it is put on with --base.";
        return "Which base?" + made;
    }

    private Integer manyOnBase() {
        List<Path> found = new ArrayList<>();
        files.forEach(f -> found.addAll(ModelFiles.in(f)));
        loras.forEach(l -> found.addAll(ModelFiles.in(Path.of(l))));
        Path own = base.toAbsolutePath().normalize();
        found.removeIf(f -> f.toAbsolutePath().normalize().equals(own));
        PrintWriter out = spec.commandLine().getOut();
        Inspector inspector = inspector();
        LoraReader ofBaseAlone = new LoraReader();
        Report ofBase = report(inspector, ofBaseAlone, base);
        if (ofBase.broken()) {
            // No file is to blame for a base that is not there.
            (json ? List.of(InspectJson.array(List.of(ofBase))) : FitTable.head(ofBase, new Paint(colours())))
                    .forEach(csv ? spec.commandLine().getErr()::println : out::println);
            return PROBLEMS;
        }
        LoraLoader loader = LoraLoaders.of(renderer).orElseThrow();
        BaseModules modules = BaseModules.of(ofBaseAlone.read(base).header().shapes());
        Stream<Path> stream = hash || weights ? found.stream() : found.parallelStream();
        List<Report> reports = stream.map(f -> {
                    LoraReader headers = new LoraReader();
                    return Report.onBase(ofBase, modules, report(inspector, headers, f), loader, headers);
                })
                .toList();
        Inspector hashing = Inspector.withHashes(
                new ModelHashes(hashCache),
                new HashProgress("comparing", spec.commandLine().getErr(), colours()));
        FitTable table = new FitTable(ofBase, reports, Copies.of(reports, hashing));
        if (json) {
            List<Report> all = new ArrayList<>(List.of(ofBase));
            all.addAll(table.files());
            out.println(InspectJson.array(all));
        } else if (csv) {
            out.print(table.csv());
            out.flush();
        } else {
            Path root = files.size() + loras.size() > 1 ? null : files.isEmpty() ? Path.of(loras.get(0)) : files.get(0);
            table.lines(root, new Paint(colours())).forEach(out::println);
        }
        return table.any() ? FINE : PROBLEMS;
    }

    private List<Lora> parsed() {
        ModelReference here = new ModelReference(Path.of(""), Map.of());
        List<Lora> parsed = new ArrayList<>();
        for (String written : loras) {
            try {
                // A name may have commas; only then is it a file as it stands.
                parsed.addAll(
                        Files.exists(Path.of(written)) ? List.of(new Lora(Path.of(written), 1)) : here.loras(written));
            } catch (ModelFileException | IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--lora: " + e.getMessage(), e);
            }
        }
        return parsed;
    }
}
