package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.render.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What lines of the server's log mean for the LoRAs of a model. */
final class LoraFindings {
    private static final int SHOWN = 3;
    private static final Pattern TEXT = Pattern.compile("(lora_te\\d?_|text_encoder|te\\d?\\.|text_model).*");

    private LoraFindings() {}

    /**
     * A LoRA of which no module of the diffusion model was loaded is not applied, whatever it did to a text encoder: keys of
     * text encoders fit other families too.
     *
     * @param lines of the log while the model was loaded
     * @param files the LoRAs' files by their names, where they are at hand; without them only unloaded keys are known
     * @param names of the LoRAs, all of them
     */
    static List<Finding> of(Collection<LoraLog.Line> lines, Map<String, Path> files, Collection<String> names) {
        Set<String> missing = keys(lines, LoraLog.Kind.NOT_LOADED);
        Set<String> wrong = keys(lines, LoraLog.Kind.WRONG_SHAPE);
        List<Finding> findings = new ArrayList<>();
        Set<String> left = new TreeSet<>(missing);
        Set<String> wrongParts =
                wrong.stream().filter(k -> k.contains("diffusion_model.")).collect(Collectors.toSet());
        modules(files).forEach((file, modules) -> {
            List<LoraModule> here = modules.stream()
                    .filter(m -> m.keys().values().stream().anyMatch(missing::contains))
                    .toList();
            here.forEach(m -> left.removeAll(m.keys().values()));
            if (!here.isEmpty()) {
                findings.add(ofFile(file, modules, here));
            }
            // Of a wrong shape the log tells the model's weight, not the LoRA's module: counting must do.
            long denoiser = denoiser(modules).size();
            if (names.size() == 1
                    && !wrongParts.isEmpty()
                    && wrongParts.size() + denoiser(here).size() >= denoiser) {
                findings.add(new Finding(
                        Finding.Level.ERROR,
                        file + ": the server applied none of the LoRA's " + denoiser
                                + " modules of the diffusion model; " + wrongParts.size()
                                + " have another shape than the model"));
            }
        });
        String all = String.join(", ", names);
        if (!left.isEmpty()) {
            boolean textOnly = left.stream().allMatch(k -> TEXT.matcher(k).matches());
            findings.add(new Finding(
                    textOnly ? Finding.Level.NOTE : Finding.Level.WARNING,
                    all + ": the server did not load " + left.size() + " keys, for which the model has no place ("
                            + some(left) + ")"));
        }
        if (!wrong.isEmpty()) {
            findings.add(new Finding(
                    Finding.Level.WARNING,
                    all + ": the server left " + wrong.size()
                            + " weights unchanged because the LoRA has another shape there" + " (" + some(wrong)
                            + "); is it for another size of this model?"));
        }
        return findings;
    }

    /**
     * Whether header and log tell how much of the diffusion model a LoRA changes. A wrong shape does not: the log names the
     * model's weight, once for all modules that are merged in it, and of several LoRAs not which.
     *
     * @param heard whether the log was read while the LoRA was loaded
     */
    static boolean settles(ServerFile lora, boolean heard, Collection<LoraLog.Line> lines) {
        if (lora.local().isEmpty()) {
            return false;
        }
        List<LoraModule> modules =
                modules(Map.of(lora.name(), lora.local().get())).get(lora.name());
        boolean textOnly = !modules.isEmpty() && denoiser(modules).isEmpty();
        return textOnly || (heard && keys(lines, LoraLog.Kind.WRONG_SHAPE).isEmpty());
    }

    private static Set<String> keys(Collection<LoraLog.Line> lines, LoraLog.Kind kind) {
        return lines.stream()
                .filter(l -> l.kind() == kind)
                .map(LoraLog.Line::what)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Finding ofFile(String file, List<LoraModule> modules, List<LoraModule> missing) {
        List<LoraModule> denoiser = denoiser(modules);
        if (!denoiser.isEmpty() && missing.containsAll(denoiser)) {
            return new Finding(
                    Finding.Level.ERROR,
                    file + ": the server loaded none of the LoRA's " + denoiser.size()
                            + " modules of the diffusion model (" + someOf(denoiser) + "); is it for another family?");
        }
        boolean textOnly = missing.stream().allMatch(m -> m.part().isTextEncoder());
        return new Finding(
                textOnly ? Finding.Level.NOTE : Finding.Level.WARNING,
                file + ": the server did not load " + missing.size() + " of the LoRA's " + modules.size()
                        + " modules, for which the model has no place (" + someOf(missing) + ")");
    }

    private static List<LoraModule> denoiser(List<LoraModule> modules) {
        return modules.stream().filter(m -> !m.part().isTextEncoder()).toList();
    }

    /** By the header of a LoRA's file. */
    static List<LoraModule> modules(Path file) {
        return LoraGrammar.parse(ModelHeader.read(file).shapes()).modules();
    }

    /** A file that cannot be read tells nothing here: the check of the files says what is wrong with it. */
    private static Map<String, List<LoraModule>> modules(Map<String, Path> files) {
        Map<String, List<LoraModule>> modules = new LinkedHashMap<>();
        files.forEach((name, file) -> {
            try {
                modules.put(name, modules(file));
            } catch (ModelFileException e) {
                modules.put(name, List.of());
            }
        });
        return modules;
    }

    private static String someOf(List<LoraModule> modules) {
        return some(modules.stream().map(LoraModule::name).toList());
    }

    private static String some(Collection<String> all) {
        String first = all.stream().limit(SHOWN).map(s -> Words.line(s, 120)).collect(Collectors.joining(", "));
        return all.size() > SHOWN ? first + ", ..." : first;
    }
}
