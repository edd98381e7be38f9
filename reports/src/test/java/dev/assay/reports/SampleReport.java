package dev.assay.reports;

import dev.assay.harness.run.*;
import java.nio.file.*;

class SampleReport {
    public static void main(String[] a) throws Exception {
        Path out = Path.of(a[0]);
        RunRecord r = switch (a[1]) {
            case "mixed" -> Runs.mixed(out.resolve("runs/20261122-120000-000-three-legs"));
            case "hostile" -> Runs.hostile(out.resolve("runs/hostile"));
            default ->
                Runs.stopped(
                        "style-v3.safetensors: 3 of 264 keys match no layer of SDXL:\n  lora_te3_a\n  lora_te3_b\n  lora_te3_c\nis this a LoRA for another family?");
        };
        if (a[1].equals("hostile")) {
            var j = new com.fasterxml.jackson.databind.ObjectMapper();
            j.writeValue(out.resolve("runs/hostile/run.json").toFile(), r);
        } else RunRecords.write(out, r);
    }
}
