package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import dev.assay.harness.render.comfyui.graph.ModelSource;
import dev.assay.harness.render.comfyui.graph.PartFiles;
import java.util.List;

/**
 * How pictures of one model are made on one server.
 *
 * @param family null with the user's own workflow, as are {@code parts}
 * @param files of the model: base, text encoders, VAE, the user's workflow
 * @param loraFiles in the order of {@code loras}
 * @param loraModules what their headers tell, in the same order; empty for one that is not at hand, or cannot be read
 */
record Recipe(
        ComfyVariant family,
        ModelSource source,
        PartFiles parts,
        List<LoraUse> loras,
        List<ServerFile> files,
        List<ServerFile> loraFiles,
        List<List<LoraModule>> loraModules) {
    Recipe {
        loras = List.copyOf(loras);
        files = List.copyOf(files);
        loraFiles = List.copyOf(loraFiles);
        loraModules = List.copyOf(loraModules);
    }
}
