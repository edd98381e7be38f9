package dev.assay.harness.model.lora;

import dev.assay.harness.model.ModelHeader;
import java.nio.file.Path;
import java.util.Optional;

/** Checks of LoRAs by their paths, for tests. */
public final class LoraChecks {
    private LoraChecks() {}

    public static LoraCheck of(Path lora, double strength, Optional<Path> base) {
        LoraFile file = LoraFile.read(lora);
        return base.map(b -> LoraCheck.onWeights(file, strength, ModelHeader.read(b), true))
                .orElseGet(() -> LoraCheck.of(file, strength, Optional.empty(), true));
    }
}
