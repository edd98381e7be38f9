package dev.assay.harness.run;

import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.text.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The bundled base serves whoever names none, but not a file that was evidently made for another one. */
final class DefaultBase {
    private DefaultBase() {}

    /**
     * @param microcosm folder of the bundled models, which may all be tried on their base, also those made for another
     * @param headers of LoRAs, used again
     * @throws SettingsException which asks for the base
     */
    static void require(Path base, Path checkpoint, List<Lora> loras, Path microcosm, LoraReader headers) {
        if (!checkpoint.equals(base) && !isBelow(checkpoint, microcosm)) {
            ask(checkpoint, Inspector.ofHeaders().inspect(checkpoint));
        }
        List<Lora> others =
                loras.stream().filter(l -> !isBelow(l.path(), microcosm)).toList();
        if (others.isEmpty()) {
            return;
        }
        BaseModules modules = BaseModules.of(headers.read(base).header().shapes());
        for (Lora lora : others) {
            Inspection file = Inspector.ofHeaders().inspect(lora.path(), headers::read);
            if (file.kind().filter(ModelKind::isAdapter).isPresent()
                    && !file.broken()
                    && !fits(lora, modules, headers)) {
                ask(lora.path(), file);
            } // what is no LoRA, or broken, is so on any base: the pre-flight says it
        }
    }

    private static boolean isBelow(Path path, Path folder) {
        return path.toAbsolutePath()
                .normalize()
                .startsWith(folder.toAbsolutePath().normalize());
    }

    private static boolean fits(Lora lora, BaseModules modules, LoraReader headers) {
        LoraCheck check = LoraCheck.of(headers.read(lora.path()), lora.strength(), Optional.of(modules), true);
        return check.works() && check.fit().orElseThrow().belongs();
    }

    private static void ask(Path file, Inspection found) {
        boolean known = !found.family().equals(FamilyMatch.UNKNOWN);
        throw new SettingsException("which base? " + file.getFileName() + " is "
                + found.kind().map(k -> "of the kind " + k.title()).orElse("a model")
                + (known ? " for " + found.familyTitle() : "")
                + "; give -Dassay.base=FILE"
                + (known && !isLocal(found.family()) ? " -Dassay.renderer=comfyui" : "")
                + " (without a base, the bundled toy model of 64 x 64 pixels would be it)");
    }

    /** What the first LoRA is made for, where its file is here and tells: {@code ; my-style.safetensors is for Flux.1}. */
    static String hint(ModelReference references, String loras) {
        try {
            for (Lora lora : loras == null ? List.<Lora>of() : references.loras(loras)) {
                Inspection found =
                        Files.isRegularFile(lora.path()) ? Inspector.ofHeaders().inspect(lora.path()) : null;
                if (found != null && !found.family().equals(FamilyMatch.UNKNOWN)) {
                    return "; " + lora.path().getFileName() + " is for " + found.familyTitle();
                }
            }
        } catch (ModelFileException unreadable) {
            return ""; // the run says it, once it has a base
        }
        return "";
    }

    private static boolean isLocal(String family) {
        return ModelFamilies.of(family).filter(f -> f.has(FamilyTrait.LOCAL)).isPresent();
    }
}
