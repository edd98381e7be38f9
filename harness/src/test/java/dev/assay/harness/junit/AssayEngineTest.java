package dev.assay.harness.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.verdict.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The engine without models: what happens when the settings lead nowhere. With models: the tests of the suites. */
class AssayEngineTest {
    @TempDir
    Path folder;

    @BeforeEach
    void settings() {
        System.setProperty("assay.root", folder.toString());
        System.setProperty("assay.out", folder.resolve("out").toString());
    }

    @AfterEach
    void restore() {
        List.of("assay.root", "assay.out").forEach(System::clearProperty);
    }

    private static Events tests(DiscoverySelector selector) {
        return EngineTestKit.engine(AssayEngine.ID)
                .selectors(selector)
                .execute()
                .testEvents();
    }

    @Test
    void unit_test_classes_are_none_of_its_business() {
        assertThat(EngineTestKit.engine(AssayEngine.ID)
                        .selectors(selectClass(AssayEngineTest.class))
                        .discover()
                        .getEngineDescriptor()
                        .getChildren())
                .isEmpty();
    }

    @Test
    void what_cannot_be_planned_is_one_broken_test_and_a_broken_record() {
        Events events = tests(selectClasspathResource("suites/tiny.yaml"));

        events.assertStatistics(s -> s.started(1).failed(1));
        RunRecord record = RunRecords.read(RunRecords.last(folder.resolve("out")));
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("no metrics on the class path");
    }

    @Test
    void a_unique_id_of_another_engine_selects_nothing() {
        TestDescriptor engine = EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectUniqueId("[engine:other]/[suite:tiny]"))
                .discover()
                .getEngineDescriptor();

        assertThat(engine.getChildren()).isEmpty();
    }
}
