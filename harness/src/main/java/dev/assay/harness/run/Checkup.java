package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.BASE;
import static dev.assay.harness.run.SettingKeys.COMFYUI_URL;
import static dev.assay.harness.run.SettingKeys.RENDERER;

import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.nn.onnx.OnnxRuntimeVersion;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Trouble;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Whether this machine can judge, found out by doing the least of everything that a run does. */
public final class Checkup {
    private final Map<String, String> environment;
    private final Map<String, String> properties;
    private final Consumer<Line> told;

    /**
     * One thing that was tried.
     *
     * @param fine whether it works
     * @param found what there is, or what is wrong and what to do
     */
    public record Line(String what, boolean fine, String found) {}

    /** @param told hears each line as soon as it is known: what is tried next may end the process */
    public Checkup(Map<String, String> environment, Map<String, String> properties, Consumer<Line> told) {
        this.environment = Map.copyOf(environment);
        this.properties = Map.copyOf(properties);
        this.told = told;
    }

    /** Whether all is fine. */
    public boolean run() {
        boolean networks = tell("networks", () -> "ONNX Runtime " + OnnxRuntimeVersion.get() + " loads");
        boolean picture = tell("picture", () -> "one of the bundled model, " + proof(bundled()));
        return tellServer() && networks && picture;
    }

    private boolean tellServer() {
        Settings settings;
        Path root = Workspace.of(properties).root();
        try {
            settings = Settings.read(root, environment, properties);
        } catch (RuntimeException wrong) {
            told.accept(new Line("settings", false, Trouble.words(wrong)));
            return false;
        }
        if (!settings.get(RENDERER).equals("comfyui")) {
            return true;
        }
        String url = settings.get(COMFYUI_URL);
        String where = url == null ? "" : url + ", ";
        if (!tell("server", () -> where + server(settings, root))) {
            return false;
        }
        if (settings.get(BASE) == null) {
            return true;
        }
        Map<String, String> own = new TreeMap<>(properties);
        own.put("assay.seedOffset", "1"); // the base alone
        own.put("assay.build.candidate", "given");
        return tell("picture there", () -> "one of " + settings.get(BASE) + ", " + proof(own));
    }

    private static String server(Settings settings, Path root) {
        try (Renderers renderers = Renderers.open(settings, root, new LoraReader())) {
            Renderer first = renderers.all().get(0);
            return "ComfyUI " + first.version() + " on " + first.device();
        }
    }

    /** The user's machine with the bundled model, whatever the settings name. */
    private Map<String, String> bundled() {
        Map<String, String> own = new TreeMap<>(properties);
        own.put("assay.renderer", "local");
        own.put("assay.base", "microcosm:base");
        own.put("assay.suite", BundledSuites.MICROCOSM);
        own.put("assay.seedOffset", "1");
        own.put("assay.build.candidate", "given");
        return own;
    }

    /** {@code 64 x 64 pixels in 0.4 s on cpu}. */
    private String proof(Map<String, String> run) {
        Session session = Session.read(Session.DEFAULT_SUITE, environment, run);
        Session.Proof proof = session.proof();
        Rendered made = proof.picture();
        return made.image().width() + " x " + made.image().height() + " pixels in "
                + Numbers.time(made.cost().seconds()) + " on " + proof.device();
    }

    private boolean tell(String what, Supplier<String> trial) {
        try {
            told.accept(new Line(what, true, trial.get()));
            return true;
        } catch (RuntimeException | LinkageError trouble) {
            told.accept(new Line(what, false, Trouble.words(trouble)));
            return false;
        }
    }
}
