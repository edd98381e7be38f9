package dev.assay.reports.cli;

import static dev.assay.harness.run.SettingKeys.DEVICE;
import static dev.assay.harness.run.SettingKeys.MODELS;
import static dev.assay.harness.run.SettingKeys.RENDERER;
import static dev.assay.harness.run.SettingKeys.SUITE;

import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.run.MetricWeights;
import dev.assay.harness.run.Settings;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code assay doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "assay doctor [--comfyui URL] [--base MODEL] [--models DIR] [--device cuda] [OPTION...]",
        description = {
            "Says whether this machine can judge: each line is what was tried, whether it works, and what to do.",
            "",
            "Settings count as in a run. With --comfyui and --base one picture is made on that server as well.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:everything that is needed works", "3:something does not", "64:the command line is wrong"})
final class DoctorCommand extends Judging {
    private static final int OLDEST = 17;
    private static final long ROOM = 2L << 30; // bytes: pictures of a few runs

    @Override
    public Integer call() {
        Map<String, String> properties = door.properties(settings());
        Settings settings;
        try {
            settings = Settings.read(door.root(), environment, properties);
        } catch (AssayException unreadable) {
            throw wrong(unreadable.getMessage());
        }
        boolean fine = java();
        fine &= home();
        fine &= disk();
        fine &= models(settings);
        gpu(settings);
        weights(properties);
        spec.commandLine().getOut().flush();
        int code = door.start("doctor", properties);
        return fine && code == 0 ? 0 : FrontDoor.BROKEN;
    }

    private boolean java() {
        long memory = Runtime.getRuntime().maxMemory();
        int version = Runtime.version().feature();
        return line(
                "Java",
                version >= OLDEST,
                Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                        + ", up to "
                        + Numbers.bytes(memory) + " of memory for it"
                        + (version >= OLDEST ? "" : "; Assay needs Java " + OLDEST + " or newer"));
    }

    private boolean home() {
        return door.home()
                .map(h -> line(
                        "Assay", Files.isDirectory(h.microcosm()), h.folder() + ", bundled models in " + h.microcosm()))
                .orElseGet(
                        () -> line(
                                "Assay",
                                false,
                                "the bundled models are not beside this jar: start Assay from its release, or from a checkout"));
    }

    private boolean disk() {
        Path there = door.root();
        try {
            Path folder = Files.isDirectory(door.folder()) ? door.folder() : there;
            long free = Files.getFileStore(folder).getUsableSpace();
            boolean may = Files.isWritable(folder);
            return line(
                    "disk",
                    may && free > ROOM,
                    Numbers.bytes(free) + " free in " + folder
                            + (may ? "" : "; it may not be written to: stand in a folder of yours")
                            + (free > ROOM ? "" : "; make room, or keep pictures elsewhere: --store DIR"));
        } catch (IOException e) {
            return line("disk", false, there + ": " + e.getMessage());
        }
    }

    private boolean models(Settings settings) {
        String written = settings.get(MODELS);
        if (written == null) {
            return true;
        }
        Path folder = door.root().resolve(written);
        if (!Files.isDirectory(folder)) {
            return line("models", false, folder + ": no such folder; ComfyUI's is named models");
        }
        int files = ModelFiles.in(folder).size();
        return line(
                "models",
                files > 0,
                Numbers.counted(files, "model file", "model files") + " in " + folder
                        + (files > 0 ? "" : "; expected ComfyUI's folder models, with checkpoints and loras in it"));
    }

    /** Of who renders here; a server has its own. */
    private void gpu(Settings settings) {
        if (settings.get(DEVICE).equals("cpu") && !settings.get(RENDERER).equals("comfyui")) {
            line("GPU", true, "not used; with the build for CUDA (docs/cuda.md): --device cuda");
        }
    }

    /** The user's, else that for real models. */
    private String suite(Map<String, String> properties) {
        String given = Settings.read(door.root(), environment, properties).get(SUITE);
        return given != null ? given : BundledSuites.names().contains("everyday") ? "everyday" : null;
    }

    /** What is missing keeps no run from beginning: it is fetched, or done without. */
    private void weights(Map<String, String> properties) {
        try {
            MetricWeights weights = MetricWeights.read(suite(properties), environment, properties, Transfer.QUIET);
            List<MetricWeights.Need> missing = weights.needs().stream()
                    .filter(n -> !n.suggested() && !n.state().isReady())
                    .toList();
            String suite = weights.suite();
            if (suite == null) {
                return;
            }
            line(
                    "weights",
                    missing.isEmpty(),
                    missing.isEmpty()
                            ? "all that the suite " + suite + " needs"
                            : "the suite " + suite + " lacks "
                                    + String.join(
                                            ", ",
                                            missing.stream()
                                                    .map(MetricWeights.Need::role)
                                                    .toList())
                                    + ": assay models --suite " + suite + " --download, or judge --without-weights");
        } catch (RuntimeException trouble) {
            line("weights", false, Words.line(trouble.getMessage(), 300));
        }
    }

    private boolean line(String what, boolean fine, String found) {
        write(spec.commandLine().getOut(), what, fine, found);
        return fine;
    }

    /** {@code ok  disk  120 GB free}. */
    static void write(PrintWriter out, String what, boolean fine, String found) {
        List<String> lines = Words.wrapped(found, 78 - 20);
        for (int i = 0; i < lines.size(); i++) {
            out.println((i == 0 ? String.format("  %-3s %-13s ", fine ? "ok" : "NO", what) : " ".repeat(20))
                    + lines.get(i));
        }
        out.flush();
    }
}
