package dev.assay.harness.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsResolverTest {
    private static final WeightsTable TABLE =
            new WeightsTable(ModelRoles.ALL.stream().map(ModelRole::weights).toList());

    private static final HubTimes QUICK =
            new HubTimes(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMillis(1), 2);
    private static final String CLIP = "hf:" + FakeHub.REPOSITORY;

    @TempDir
    Path folder;

    private FakeHub hub;
    private Path cache;
    private Path comfy;

    @BeforeEach
    void open() throws IOException {
        hub = new FakeHub()
                .small("config.json", "{}")
                .small("preprocessor_config.json", "{\"size\": 224}")
                .small("vocab.json", "{\"a\": 1}")
                .small("merges.txt", "a b")
                .small("README.md", "read me")
                .large("model.safetensors", HubDownloadTest.pattern(50_000))
                .large("pytorch_model.bin", HubDownloadTest.pattern(60_000))
                .large("detectors/hands.onnx", HubDownloadTest.pattern(1_000));
        cache = folder.resolve("hub");
        comfy = Files.createDirectories(folder.resolve("ComfyUI/models"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private WeightsResolver resolver(boolean download, String... licences) {
        return new WeightsResolver(
                new ModelReference(folder, Map.of("microcosm", folder.resolve("microcosm")), Optional.of(comfy), true),
                TABLE,
                hub.access(cache),
                QUICK,
                download,
                Set.of(licences),
                Transfer.QUIET);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    @Test
    void nothing_is_downloaded_unless_that_was_asked_for() {
        assertThatThrownBy(() -> resolver(false).find("clip", CLIP))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("tokenizer.json or vocab.json and merges.txt")
                .hasMessageContaining(cache.toString())
                .hasMessageContaining("assay models --download clip=" + CLIP)
                .hasMessageContaining("-Dassay.download=on")
                .hasMessageContaining("-Dassay.weights=clip=PATH");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void of_a_folder_come_the_files_that_the_role_needs_and_no_pickle() throws IOException {
        FoundWeights found = resolver(true).find("clip", CLIP);
        assertThat(found.files().stream().map(f -> f.getFileName().toString()))
                .containsExactly(
                        "config.json", "preprocessor_config.json", "vocab.json", "merges.txt", "model.safetensors");
        try (var inside = Files.list(found.path())) {
            assertThat(inside).hasSize(5);
        }
        hub.asked.clear();
        assertThat(resolver(false).find("clip", CLIP)).isEqualTo(found);
        assertThat(resolver(false).find("clip", CLIP + "@" + FakeHub.COMMIT).path())
                .isEqualTo(found.path());
        assertThat(hub.asked).isEmpty();
    }

    /** One repository serves several roles: each takes its own files, below the folders in which they lie. */
    @Test
    void of_a_repository_of_many_networks_come_the_two_of_the_role() {
        String palms = "models/palm_detection_mediapipe/palm_detection_mediapipe_2023feb.onnx";
        String hands = "models/handpose_estimation_mediapipe/handpose_estimation_mediapipe_2023feb.onnx";
        hub.large(palms, HubDownloadTest.pattern(700)).large(hands, HubDownloadTest.pattern(800));
        WeightsResolver resolver = resolver(true);
        assertThat(resolver.sizeOf(resolver.look("hands", CLIP))).hasValue(1_500);
        FoundWeights found = resolver.find("hands", CLIP);
        assertThat(found.files())
                .containsExactly(found.path().resolve(palms), found.path().resolve(hands));
        assertThat(resolver.look("hands", CLIP).isReady()).isTrue();
    }

    @Test
    void known_weights_of_several_files_say_all_that_is_missing_and_their_bytes_together() {
        WeightsState hands = resolver(false).look("hands", "hf:opencv/opencv_zoo");
        assertThat(hands.licence()).isEqualTo("Apache-2.0");
        assertThat(hands.problem())
                .contains("palm_detection_mediapipe_2023feb.onnx", "handpose_estimation_mediapipe_2023feb.onnx")
                .contains("(licence Apache-2.0, 8 MB)");
        WeightsState people = resolver(false).look("people", "hf:opencv/opencv_zoo");
        assertThat(people.problem())
                .contains("person_detection_mediapipe_2023mar.onnx")
                .contains("(licence Apache-2.0, 18 MB)");
        assertThat(resolver(false)
                        .look("people", "hf:yzd-v/DWPose/yolox_l.onnx")
                        .problem())
                .contains("yolox_l.onnx has 217 MB");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void a_pickle_comes_when_it_is_named() {
        FoundWeights found = resolver(true).find("hps", CLIP + "/pytorch_model.bin");
        assertThat(found.files()).containsExactly(found.path());
        assertThat(found.path()).hasFileName("pytorch_model.bin").exists();
    }

    @Test
    void a_download_says_its_size_before_it_begins() {
        WeightsResolver resolver = resolver(false);
        assertThat(resolver.sizeOf(resolver.look("clip", CLIP))).hasValue(50_000 + 2 + 13 + 8 + 3);
        assertThat(resolver.sizeOf(resolver.look("detector", CLIP + "/detectors/hands.onnx")))
                .hasValue(1_000);
        assertThat(resolver.sizeOf(resolver.look("detector", "nowhere.onnx"))).isEqualTo(OptionalLong.empty());
        assertThat(cache).doesNotExist();
    }

    @Test
    void a_repository_without_the_files_of_a_role_is_told_so() {
        assertThatThrownBy(() -> resolver(true).find("detector", CLIP))
                .hasMessageContaining("has not the files of a detector; it lacks detector.onnx");
        assertThatThrownBy(() -> resolver(true).find("detector", CLIP + "/other.onnx"))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> resolver(true).find("aesthetic", CLIP))
                .hasMessageContaining("the role aesthetic takes a file")
                .hasMessageContaining(CLIP + "/FILE");
    }

    @Test
    void paths_and_bundled_names_are_found_as_ever() throws IOException {
        write("detectors/a.onnx", new byte[10]);
        write("microcosm/clip/visual.onnx", new byte[10]);
        write("microcosm/clip/notes.txt", new byte[10]);
        assertThat(resolver(false).find("detector", "detectors/a.onnx").licence())
                .isEqualTo("not stated");
        FoundWeights bundled = resolver(false).find("clip", "microcosm:clip");
        assertThat(bundled.licence()).isEqualTo("Apache-2.0");
        assertThat(bundled.files()).hasSize(2); // no layout that we know: all of it
        // A server that knows the name is no place for weights that are opened here.
        assertThatThrownBy(() -> resolver(false).find("detector", "elsewhere.onnx"))
                .hasMessageContaining("no such file");
    }

    @Test
    void files_that_a_layout_does_not_name_do_not_decide() throws IOException {
        for (String name : List.of("config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors")) {
            write("local/" + name, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        List<Path> before = resolver(false).find("clip", "local").files();
        write("local/pytorch_model.bin", new byte[10]);
        assertThat(resolver(false).find("clip", "local").files())
                .isEqualTo(before)
                .hasSize(4);
    }

    @Test
    void the_folders_of_a_comfyui_are_searched_by_name() throws IOException {
        Path hands = write("ComfyUI/models/ultralytics/bbox/hands.onnx", new byte[100]);
        write("ComfyUI/custom_nodes/comfyui_controlnet_aux/ckpts/yzd-v/DWPose/pose.onnx", new byte[10]);
        assertThat(resolver(false).find("detector", "hands.onnx").path()).isEqualTo(hands);
        assertThat(resolver(false)
                        .find("detector", "comfyui:ultralytics/bbox/hands.onnx")
                        .path())
                .isEqualTo(hands);
        assertThat(resolver(false).find("detector", "pose.onnx").path()).exists();
        write("ComfyUI/models/other/hands.onnx", new byte[100]); // a copy
        assertThat(resolver(false).find("detector", "hands.onnx").path()).exists();
        write("ComfyUI/models/third/hands.onnx", new byte[101]);
        assertThatThrownBy(() -> resolver(false).find("detector", "hands.onnx"))
                .hasMessageContaining("different files of this name");
    }

    @Test
    void a_name_cannot_leave_the_folders_of_a_comfyui() throws IOException {
        write("secret.onnx", new byte[10]);
        for (String hostile : List.of("comfyui:../../secret.onnx", "comfyui:x/../../../secret.onnx", "comfyui:")) {
            assertThatThrownBy(() -> resolver(false).find("detector", hostile))
                    .hasMessageContaining("expected FOLDER/NAME");
        }
    }

    @Test
    void a_comfyui_that_is_not_known_is_asked_for() {
        WeightsResolver without = new WeightsResolver(
                new ModelReference(folder, Map.of()), TABLE, hub.access(cache), false, Set.of(), Transfer.QUIET);
        assertThatThrownBy(() -> without.find("detector", "comfyui:x/y.onnx")).hasMessageContaining("-Dassay.models=");
    }

    @Test
    void a_file_with_a_known_hash_is_found_under_any_name() throws IOException {
        byte[] bytes = HubDownloadTest.pattern(2_000);
        Path file = write("ComfyUI/models/any/renamed.pth", bytes);
        write("ComfyUI/models/any/other.pth", new byte[2_000]);
        ComfyModelFolders shelves = new ComfyModelFolders(comfy);
        assertThat(shelves.hashed(new KnownWeights.File("x", 2_000, Hashes.sha256(bytes))))
                .contains(file);
        assertThat(shelves.hashed(new KnownWeights.File("x", 3_000, Hashes.sha256(bytes))))
                .isEmpty();
        assertThat(shelves.hashed(new KnownWeights.File("x", 2_000, null))).isEmpty();
    }

    @Test
    void weights_whose_licence_forbids_much_are_used_only_where_it_is_named() throws IOException {
        write("hand_yolov8s.pt", new byte[10]);
        assertThatThrownBy(() -> resolver(true).find("detector", "hand_yolov8s.pt"))
                .hasMessageContaining("under AGPL-3.0")
                .hasMessageContaining("-Dassay.licences=AGPL-3.0");
        assertThat(resolver(true, "agpl-3.0")
                        .find("detector", "hand_yolov8s.pt")
                        .licence())
                .isEqualTo("AGPL-3.0");
        assertThatThrownBy(() -> resolver(true).find("detector", "hf:Bingsu/adetailer/hand_yolov8s.pt"))
                .hasMessageContaining("-Dassay.licences=AGPL-3.0");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void a_file_of_a_known_name_with_other_bytes_has_no_known_licence() throws IOException {
        Path file = write("yolox_l.onnx", new byte[10]);
        FoundWeights found = resolver(false).find("detector", "yolox_l.onnx");
        assertThat(TABLE.licence(found, Map.of(file, Hashes.sha256(file)))).isEqualTo("not stated");
        assertThat(TABLE.licence(
                        found,
                        Map.of(
                                file,
                                TABLE.named("yolox_l.onnx")
                                        .orElseThrow()
                                        .files()
                                        .get(0)
                                        .sha256())))
                .isEqualTo("Apache-2.0");
    }

    @Test
    void what_cannot_be_found_is_offered_from_where_it_is_known_to_be() {
        assertThatThrownBy(() -> resolver(false).find("aesthetic", "sac+logos.pth"))
                .hasMessageContaining("no such file")
                .hasMessageContaining("assay models --download aesthetic=hf:camenduru/");
    }
}
