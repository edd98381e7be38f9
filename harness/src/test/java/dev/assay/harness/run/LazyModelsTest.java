package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.hub.HubAccess;
import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.hub.WeightsTable;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.WeightsEntry;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LazyModelsTest {
    private static final WeightsTable NONE = new WeightsTable(List.of());

    @TempDir
    Path folder;

    private final List<String> closed = new ArrayList<>();
    private final ModelRole<Network> large = role("large");
    private final ModelRole<Network> small = role("small");
    private final ModelRole<Network> absent = role("absent");

    /** A network that says when it is closed. */
    private final class Network implements AutoCloseable {
        private final String name;

        Network(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    @Test
    void networks_are_shared_and_stay_open_while_their_files_fit_the_budget() throws IOException {
        try (LazyModels models = models(1_100)) {
            Network first = models.get(large);
            models.makeRoomFor(List.of(small));
            models.get(small);
            assertThat(models.get(large)).isSameAs(first);
            assertThat(closed).isEmpty();
        }
        assertThat(closed).containsExactly("large", "small");
    }

    @Test
    void where_memory_will_not_do_the_others_are_closed_and_opened_again_when_asked_for() throws IOException {
        try (LazyModels models = models(1_099)) {
            Network first = models.get(large);
            models.makeRoomFor(List.of(small));
            models.get(small);
            assertThat(closed).containsExactly("large");
            models.makeRoomFor(List.of(small, large));
            assertThat(models.get(large)).isNotSameAs(first);
            assertThat(closed).containsExactly("large"); // both are needed at once
        }
    }

    @Test
    void missing_weights_take_no_room_and_are_said_when_opened() throws IOException {
        try (LazyModels models = models(1)) {
            models.makeRoomFor(List.of(absent, role("unnamed")));
            assertThatThrownBy(() -> models.get(absent))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("models.absent of suite tiny")
                    .hasMessageContaining(folder.resolve("nowhere.onnx") + ": no such file");
            assertThatThrownBy(() -> models.get(role("unnamed")))
                    .hasMessageContaining("a criterion needs a unnamed (some file), the suite names none");
        }
    }

    @Test
    void what_was_opened_is_told_with_its_hash_and_licence() throws IOException {
        try (LazyModels models = models(10_000)) {
            assertThat(models.used()).isEmpty();
            models.get(small);
            models.get(large);
            models.get(small);
            assertThat(models.used())
                    .containsExactly(
                            new WeightsEntry(
                                    "small",
                                    "small.onnx",
                                    "not stated",
                                    List.of(new ModelPart("small.onnx", Hashes.sha256(new byte[100]), 100))),
                            new WeightsEntry(
                                    "large",
                                    "large",
                                    "not stated",
                                    List.of(new ModelPart("model.safetensors", Hashes.sha256(new byte[1000]), 1000))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "small, classes.txt",
        "small, config.json",
        "small, ../config.json",
        "small, selected_tags.csv",
        "small, preprocessor_config.json",
        "small, small.onnx_data",
        "small, vocab.txt",
        "sharded, sharded-1.safetensors"
    })
    void what_a_network_reads_beside_its_file_decides_its_scores_and_may_not_change(String name, String beside)
            throws IOException {
        folder = Files.createDirectory(folder.resolve("room"));
        Files.writeString(
                folder.resolve("sharded.safetensors.index.json"),
                "{\"weight_map\": {\"w\": \"sharded-1.safetensors\"}}");
        Path shard = folder.resolve("sharded-1.safetensors");
        HeaderFiles.safetensors(shard, Map.of(), List.of(Entry.of("w", "F32", 2)));
        ModelRole<Network> role = role(name);
        Optional<Map<String, String>> before = models(10_000).identity(List.of(role));
        assertThat(before).isPresent();
        Path file = folder.resolve(beside);
        Files.deleteIfExists(file);
        HeaderFiles.safetensors(file, Map.of("more", "x"), List.of(Entry.of("w", "F32", 2)));
        assertThat(models(10_000).identity(List.of(role))).isPresent().isNotEqualTo(before);
        FileHashes watched = new FileHashes();
        try (LazyModels models = models(10_000, watched)) {
            models.get(role);
            Files.delete(file);
            assertThatThrownBy(() -> watched.requireUnchanged("before the run had ended"))
                    .hasMessageContaining(file.getFileName() + ": changed before the run had ended");
        }
    }

    private ModelRole<Network> role(String name) {
        return new ModelRole<>(name, "some file", (weights, place) -> {
            assertThat(weights.path()).exists();
            return new Network(name);
        });
    }

    private LazyModels models(long budget) throws IOException {
        return models(budget, new FileHashes());
    }

    private LazyModels models(long budget, FileHashes hashes) throws IOException {
        Files.createDirectories(folder.resolve("large"));
        Files.write(folder.resolve("large/model.safetensors"), new byte[1_000]);
        Files.write(folder.resolve("small.onnx"), new byte[100]);
        Suite suite = new Suite(
                "tiny",
                "1",
                "",
                null,
                Map.of(
                        "large",
                        "large",
                        "small",
                        "small.onnx",
                        "absent",
                        "nowhere.onnx",
                        "sharded",
                        "sharded.safetensors.index.json"),
                List.of(new PromptCase("a", "a cat", "", List.of(1L), List.of(), null)),
                List.of(new Criterion("grid", List.of(), null, 1, 1, null, Map.of())));
        return new LazyModels(
                suite,
                new WeightsResolver(
                        new ModelReference(folder, Map.of()),
                        NONE,
                        HubAccess.of(Map.of("HF_HUB_OFFLINE", "1"), folder),
                        false,
                        Set.of(),
                        Transfer.QUIET)::find,
                NONE,
                "cpu",
                budget,
                hashes,
                VectorFolder.NONE);
    }
}
