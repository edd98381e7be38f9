package dev.assay.harness.usage;

import dev.assay.harness.model.inspect.Inspection.Trigger;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.text.SettingsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is said of the use of one file: in {@code NAME.assay.yaml} beside it, then by LoRA Manager, Civitai and the web UI, then by its own
 * metadata. Whoever comes first has the word on a fact.
 *
 * @param name of the file, for messages
 * @param hints what was seen and is not used, and why, in words
 * @param lookedIn where something could have been said: names of files, {@code its own metadata}
 */
public record FileUsage(String name, Usage usage, List<String> hints, List<String> lookedIn) {
    private static final int MAX_SHOWN = 3; // guesses

    public FileUsage {
        hints = List.copyOf(hints);
        lookedIn = List.copyOf(lookedIn);
    }

    /**
     * @param file a model, or a folder of one; where it is not on this machine, the metadata alone are asked
     * @param metadata its own; empty where they cannot be had
     * @param untaken facts that models of its kind have no place for: where another program says one it is not used
     * @throws SettingsException on a mistake in {@code NAME.assay.yaml}, which a person wrote
     */
    public static FileUsage of(Path file, Map<String, String> metadata, Set<Fact> untaken) {
        Facts facts = new Facts();
        Set<String> hints = new LinkedHashSet<>();
        List<String> lookedIn = new ArrayList<>();
        Path own = Beside.of(file, Beside.ASSAY);
        Path misnamed = Beside.of(file, ".assay.yml");
        if (Files.exists(misnamed)) {
            throw new SettingsException(misnamed + ": is not read under this name; call it " + own.getFileName());
        }
        if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) { // a link that leads nowhere was meant, too
            facts.addAll(AssayFile.read(own));
        }
        lookedIn.add(String.valueOf(own.getFileName()));
        for (String ending : List.of(Beside.LORA_MANAGER, Beside.CIVITAI, Beside.WEB_UI)) {
            Path sidecar = Beside.of(file, ending);
            if (Files.exists(sidecar)) {
                Strangers.file(sidecar, ending, facts, untaken, hints);
            }
            lookedIn.add(String.valueOf(sidecar.getFileName()));
        }
        Strangers.metadata(metadata, facts, untaken, hints);
        lookedIn.add("its own metadata");
        if (!facts.has(Fact.TRIGGERS)) {
            guesses(metadata, hints);
        }
        return new FileUsage(String.valueOf(file.getFileName()), facts.usage(), List.copyOf(hints), lookedIn);
    }

    /** Names of folders and tags of captions: what it was trained on, and perhaps what calls it. */
    private static void guesses(Map<String, String> metadata, Set<String> hints) {
        List<String> words = Inspector.triggers(metadata).stream()
                .filter(t -> !t.source().startsWith("modelspec."))
                .map(Trigger::word)
                .limit(MAX_SHOWN)
                .toList();
        if (!words.isEmpty()) {
            hints.add("its training data name " + String.join(", ", words)
                    + ", which may be its trigger; if so, give assay.triggerWords=" + words.get(0));
        }
    }
}
