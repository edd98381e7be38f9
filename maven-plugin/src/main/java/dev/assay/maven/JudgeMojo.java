package dev.assay.maven;

import dev.assay.harness.run.BuildEnd;
import dev.assay.harness.run.BuildStep;
import dev.assay.harness.run.Caller;
import dev.assay.harness.text.SettingsException;
import dev.assay.reports.cli.ModelFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Judges every LoRA of a folder, as {@code assay judge} does, and fails the build unless all passed. What it is asked (base, suite, renderer) stands in
 * {@code assay.yaml} beside the pom, or on the command line ({@code -Dassay.base=...}). The verdicts are in {@code .assay}: a page for each file in
 * {@code report}, the card of the last one and its {@code junit.xml} in {@code card}. A file that was judged before under the same question is answered at once.
 */
@Mojo(name = "judge", defaultPhase = LifecyclePhase.VERIFY)
public final class JudgeMojo extends AbstractMojo {
    private static final String COMMAND = "dev.assay.reports.cli.AssayMain";

    /** Settings of this plugin, and of Maven's own steps, that are no options of the command. */
    private static final List<String> OURS = List.of("assay.loras", "assay.home", "assay.root");

    @Parameter(defaultValue = "${project.basedir}", readonly = true, required = true)
    private File basedir = new File("");

    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private MavenSession session;

    @Parameter(defaultValue = "${plugin.artifacts}", readonly = true, required = true)
    private List<Artifact> artifacts = List.of();

    /** Folder of the LoRAs: every model file in it or below it; or one file. */
    @Parameter(property = "assay.loras", defaultValue = "loras", required = true)
    private String loras = "loras";

    /** A checkout or an unpacked zip of Assay, where its bundled models ({@code microcosm:NAME}) are; models of one's own need none. */
    @Parameter(property = "assay.home")
    private String home = "";

    @Override
    public void execute() throws MojoExecutionException {
        try {
            int code = judge(candidates(basedir.toPath().resolve(loras)));
            if (code != 0) {
                throw BuildEnd.fail(new SettingsException("not passed; why stands above and in the report"), code);
            }
        } catch (IOException wrong) {
            throw new MojoExecutionException(
                    "the process that judges could not be started: " + wrong.getMessage(), wrong);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("stopped", stopped);
        }
    }

    /** Nothing passes on nothing: a folder without a LoRA fails the build. */
    static List<Path> candidates(Path place) throws MojoExecutionException {
        if (!Files.exists(place)) {
            throw new MojoExecutionException(
                    "there is no folder " + place + " with LoRAs to judge (<loras>, or -Dassay.loras)");
        }
        List<Path> found = ModelFiles.in(place);
        if (found.isEmpty()) {
            throw new MojoExecutionException("there is no model file (" + String.join(", ", ModelFiles.ENDINGS)
                    + ") in " + place + " or below it: nothing was judged");
        }
        return found;
    }

    /** {@code -Dassay.comfyui.url=X} of the build as {@code --comfyui-url X} of the command. */
    static List<String> options(Properties given) {
        List<String> options = new ArrayList<>();
        given.stringPropertyNames().stream()
                .filter(name -> name.startsWith("assay.") && !name.startsWith("assay.build.") && !OURS.contains(name))
                .sorted()
                .forEach(name -> {
                    options.add(Caller.option(name));
                    options.add(given.getProperty(name));
                });
        return options;
    }

    private int judge(List<Path> files) throws IOException, InterruptedException {
        Map<String, String> properties = new TreeMap<>();
        properties.put("assay.root", basedir.getAbsolutePath());
        if (home != null && !home.isBlank()) {
            properties.put(
                    "assay.home", basedir.toPath().resolve(home).normalize().toString());
        }
        List<String> arguments = new ArrayList<>(List.of("judge"));
        arguments.addAll(options(session.getUserProperties()));
        files.forEach(f -> arguments.add(f.toString()));
        List<String> classPath =
                artifacts.stream().map(a -> a.getFile().toString()).toList();
        ProcessBuilder builder = BuildStep.process(properties, classPath, COMMAND, arguments.toArray(String[]::new));
        System.out.flush();
        Process process = builder.directory(basedir).inheritIO().start();
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }
}
