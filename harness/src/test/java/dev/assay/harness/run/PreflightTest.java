package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Finding;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightTest {
    @Test
    void a_lora_that_is_not_at_hand_does_not_pass_for_one_that_was_looked_into() {
        Checkpoint base = new Checkpoint(Path.of("on-the-server.safetensors"));
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(base, List.of()),
                "base",
                new ModelUnderTest(base, List.of(new Lora(Path.of("style.safetensors"), 1))),
                "style",
                0,
                Path.of("out"));

        List<Finding> findings = Preflight.of(plan);

        assertThat(findings)
                .singleElement()
                .satisfies(f -> assertThat(f.level()).isEqualTo(Finding.Level.WARNING))
                .satisfies(f -> assertThat(f.text()).startsWith("style.safetensors: is on the server alone"));
        assertThat(BuiltIn.preflight(plan, findings).reason()).contains("was not looked into");
    }
}
