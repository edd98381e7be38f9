package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.LoraGrammar;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a loader makes of a LoRA on one base.
 *
 * @param loader for people: {@code ComfyUI}
 * @param version whose rules these are; may be empty
 * @param known whether the loader's rules for this family are known; if not, all is taken as loaded
 * @param modules of the file, in the order of their names
 * @param stray keys of no known form, which no loader here uses
 */
public record LoaderReport(
        String loader,
        String version,
        boolean known,
        LoraGrammar grammar,
        List<LoadedModule> modules,
        List<String> stray) {
    public LoaderReport {
        modules = List.copyOf(modules);
        stray = List.copyOf(stray);
    }

    /** {@code ComfyUI 0.33.0}. */
    public String title() {
        return version.isEmpty() ? loader : loader + " " + version;
    }

    /** Keys of the file that change nothing: those of lost modules, what is left out of others, and stray ones. */
    public Set<String> dropped() {
        Set<String> dropped = new TreeSet<>(stray);
        modules.forEach(m -> dropped.addAll(m.dropped()));
        return dropped;
    }

    /** By the module's name in the file. */
    public Map<String, LoadedModule> byName() {
        return modules.stream().collect(Collectors.toMap(m -> m.module().name(), m -> m));
    }

    /** Modules of the diffusion model. */
    public List<LoadedModule> denoiser() {
        return modules.stream().filter(LoadedModule::inDenoiser).toList();
    }

    public List<LoadedModule> textEncoders() {
        return modules.stream().filter(m -> !m.inDenoiser()).toList();
    }

    /** Whether every module is used whole. */
    public boolean whole() {
        return modules.stream().allMatch(LoadedModule::whole);
    }
}
