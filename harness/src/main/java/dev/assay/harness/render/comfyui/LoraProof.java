package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Finding.Level;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Proves of every LoRA of a model by itself that the server applies it: by what the server's log says while it alone is loaded, and by
 * pictures of it alone where the pictures of the run prove nothing of it, which is beside other LoRAs, with a part for text encoders,
 * and where the log was not heard. One rule, wherever the server is.
 */
final class LoraProof {
    private final List<List<LoraModule>> modules; // of the LoRAs' headers
    private final List<LoraUse> loras;
    private final List<Boolean> onText; // whether the graph gives text encoders their part, by LoRA
    private final Server server;

    /** What is asked of the server. */
    interface Server extends LoraReach.Painter {
        /** What the log says while the LoRAs are loaded at these strengths; empty when it cannot be heard. */
        Optional<Collection<LoraLog.Line>> listen(List<LoraUse> loras);
    }

    LoraProof(List<List<LoraModule>> modules, List<LoraUse> loras, List<Boolean> onText, Server server) {
        this.modules = List.copyOf(modules);
        this.loras = List.copyOf(loras);
        this.onText = List.copyOf(onText);
        this.server = server;
    }

    /**
     * In the order of the LoRAs.
     *
     * @param heard while all were loaded together; empty when the log was not heard
     * @param guard turns a server's failure into a finding about a LoRA
     */
    List<Finding> find(Optional<Collection<LoraLog.Line>> heard, Guard guard) {
        LoraReach reach = new LoraReach(loras, server);
        List<Finding> all = new ArrayList<>();
        for (int i = 0; i < loras.size(); i++) {
            int index = i;
            all.addAll(
                    loras.get(i).strengthModel() == 0 && loras.get(i).strengthClip() == 0
                            ? List.of(new Finding(
                                    Level.ERROR,
                                    loras.get(i).file() + ": its strength is 0, at which it changes nothing"))
                            : guard.of(loras.get(i).file(), () -> of(index, heard, reach)));
        }
        return all;
    }

    /** Says that nothing could be told of a LoRA where the server does not answer. */
    interface Guard {
        List<Finding> of(String file, Supplier<List<Finding>> question);
    }

    private List<Finding> of(int index, Optional<Collection<LoraLog.Line>> heard, LoraReach reach) {
        Optional<Collection<LoraLog.Line>> own =
                heard.isEmpty() || heard.get().isEmpty() || loras.size() == 1 ? heard : server.listen(alone(index));
        Collection<LoraLog.Line> lines = own.orElse(List.of());
        List<Finding> told = LoraFindings.of(loras.get(index).file(), modules.get(index), onText.get(index), lines);
        LoraReach.Holds holds = LoraReach.Holds.of(modules.get(index));
        boolean shapes = lines.stream().anyMatch(l -> l.kind() == LoraLog.Kind.WRONG_SHAPE);
        boolean text = onText.get(index) && loras.get(index).hasTextEncoder();
        if (isNothing(told)
                || !(loras.size() > 1 || text || shapes || own.isEmpty() || holds == LoraReach.Holds.TEXT)) {
            return told;
        }
        List<Finding> seen = reach.of(index, holds, own.isPresent() && !LoraFindings.missesModel(lines));
        if (isNothing(seen)) {
            return seen.stream().map(f -> because(f, told)).toList();
        }
        List<Finding> both = new ArrayList<>(told);
        both.addAll(seen);
        return both;
    }

    /** What the server left out is the reason then, and no part. */
    private static Finding because(Finding nothing, List<Finding> told) {
        String reasons = told.stream()
                .map(Finding::text)
                .filter(t -> t.contains(LoraFindings.IN_PART))
                .map(t -> t.substring(t.indexOf(LoraFindings.IN_PART) + LoraFindings.IN_PART.length()))
                .collect(Collectors.joining("; "));
        return reasons.isEmpty() ? nothing : new Finding(nothing.level(), nothing.text() + " (" + reasons + ")");
    }

    private static boolean isNothing(List<Finding> findings) {
        return findings.stream()
                .anyMatch(f -> f.level() == Level.ERROR && !f.text().contains(LoraFindings.IN_PART));
    }

    private List<LoraUse> alone(int index) {
        List<LoraUse> all = new ArrayList<>();
        for (int i = 0; i < loras.size(); i++) {
            LoraUse lora = loras.get(i);
            all.add(i == index ? lora : new LoraUse(lora.file(), 0, 0, lora.hasTextEncoder()));
        }
        return Collections.unmodifiableList(all);
    }
}
