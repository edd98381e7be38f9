package dev.assay.harness.nn.weights;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.loader.LocalNames;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every name that LoRA files use for the layers of one component, from the component's own module paths: flattened names are
 * looked up, never taken apart, since an underscore may stand for a dot or for itself.
 */
final class ModuleNames {
    private final Map<String, String> modules = new HashMap<>(); // name in a file -> module path

    private ModuleNames() {}

    /** For a component with these module paths ({@code unet} or {@code text_encoder}). */
    static ModuleNames of(String component, Collection<String> paths) {
        ModuleNames names = new ModuleNames();
        LdmNames ldm = new LdmNames(paths);
        for (String path : paths) {
            if (component.equals("unet")) {
                names.addUnet(path, path);
                ldm.of(path).ifPresent(p -> names.addUnet(p, path));
            } else {
                String bare = path.startsWith("text_model.") ? path.substring("text_model.".length()) : path;
                names.addText(bare, path);
                names.addText("text_model." + bare, path);
            }
        }
        return names;
    }

    /** The module path that a file means; empty where this component has no such layer. */
    Optional<String> find(String nameInFile) {
        return Optional.ofNullable(modules.get(nameInFile));
    }

    private void addUnet(String name, String path) {
        LocalNames.UNET_FLAT.forEach(prefix -> add(prefix + name.replace('.', '_'), path));
        LocalNames.UNET_DOTTED.forEach(prefix -> add(prefix + name, path));
        int attention = name.lastIndexOf(".to_");
        if (attention >= 0) { // attention processors, as diffusers wrote them before PEFT
            String processor = name.substring(0, attention) + ".processor"
                    + name.substring(attention).replace("to_out.0", "to_out");
            LocalNames.UNET_DOTTED.forEach(prefix -> add(prefix + processor, path));
        }
    }

    private void addText(String name, String path) {
        LocalNames.TEXT_FLAT.forEach(prefix -> add(prefix + name.replace('.', '_'), path));
        LocalNames.TEXT_DOTTED.forEach(prefix -> add(prefix + name, path));
        int attention = name.lastIndexOf(".self_attn.");
        if (attention >= 0) { // to_q_lora for q_proj, as diffusers wrote text encoders before PEFT
            String old = name.substring(0, attention) + ".self_attn.to_"
                    + name.substring(attention + ".self_attn.".length()).replace("_proj", "");
            LocalNames.TEXT_DOTTED.forEach(prefix -> add(prefix + old, path));
        }
    }

    private void add(String name, String path) {
        String other = modules.put(name, path);
        if (other != null && !other.equals(path)) {
            throw new ModelFileException(
                    "the model's layers " + other + " and " + path + " have the same name in LoRA files: " + name);
        }
    }
}
