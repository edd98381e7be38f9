package dev.assay.reports.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.usage.FileUsage;
import dev.assay.harness.usage.Usage;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import dev.assay.reports.card.Sidecars.Kind;
import dev.assay.reports.facts.FileFacts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SidecarsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Kind> ALL = List.of(Kind.values());

    @TempDir
    Path folder;

    private Path lora;
    private Path picture;
    private VerdictCard card;

    @BeforeEach
    void prepare() throws IOException {
        lora = Files.writeString(folder.resolve("style.safetensors"), "weights");
        picture = Files.writeString(folder.resolve("picture.bin"), "pixels");
        FileFacts facts = new FileFacts("lora", "sd15", null, List.of("mystyle"), null);
        card = VerdictCard.of(Runs.passed(folder, "cd".repeat(32), "id"), Outcome.PASSED, List.of(), facts, null);
    }

    @ParameterizedTest
    @CsvSource({
        "sd3, SD 3.5, Unknown",
        "flux1, Flux.1 D, Unknown",
        "chroma, Chroma, Unknown",
        "qwen-image, Qwen, Unknown",
        "hidream-i1, HiDream, Unknown",
        "z-image, ZImageTurbo, Unknown",
        "sdxl, SDXL 1.0, SDXL",
        "sd2, SD 2.1, SD2",
        "no-family, Unknown, Unknown",
    })
    void the_base_model_has_the_name_that_each_program_gives_it(String family, String civitai, String webUi)
            throws IOException {
        FileFacts facts = new FileFacts("lora", family, null, List.of("mystyle"), null);
        VerdictCard other =
                VerdictCard.of(Runs.passed(folder, "cd".repeat(32), "id"), Outcome.PASSED, List.of(), facts, null);
        Sidecars.write(other, lora, ALL, Optional.of(picture));
        assertThat(read("style.metadata.json").get("base_model").textValue()).isEqualTo(civitai);
        assertThat(read("style.civitai.info").get("baseModel").textValue()).isEqualTo(civitai);
        assertThat(read("style.json").get("sd version").textValue()).isEqualTo(webUi);
    }

    @Test
    void what_lora_manager_needs_is_written() throws IOException {
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        JsonNode fields = read("style.metadata.json");
        for (String required : List.of(
                "file_name", "model_name", "file_path", "size", "modified", "sha256", "base_model", "preview_url")) {
            assertThat(fields.has(required)).as(required).isTrue();
        }
        assertThat(fields.get("sha256").textValue()).isEqualTo("cd".repeat(32));
        assertThat(fields.get("base_model").textValue()).isEqualTo("SD 1.5");
        assertThat(JSON.readTree(fields.get("usage_tips").textValue())
                        .get("strength")
                        .doubleValue())
                .isEqualTo(0.8);
        assertThat(fields.at("/civitai/trainedWords/0").textValue()).isEqualTo("mystyle");
        assertThat(fields.get("preview_url").textValue()).endsWith("/style.preview.png");
    }

    @Test
    void what_civitai_helpers_and_the_web_ui_read_is_written() throws IOException {
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        assertThat(read("style.civitai.info").at("/trainedWords/0").textValue()).isEqualTo("mystyle");
        assertThat(read("style.civitai.info").at("/files/0/hashes/SHA256").textValue())
                .isEqualTo("CD".repeat(32));
        JsonNode web = read("style.json");
        assertThat(web.get("activation text").textValue()).isEqualTo("mystyle");
        assertThat(web.get("preferred weight").doubleValue()).isEqualTo(0.8);
        assertThat(web.get("sd version").textValue()).isEqualTo("SD1");
    }

    /** Other programs put these texts into pages and prompts. */
    @Test
    void markup_of_strangers_reaches_no_other_program() throws IOException {
        Path evil = Files.writeString(folder.resolve("a<img src=x onerror=y>.safetensors"), "weights");
        FileFacts facts = new FileFacts(
                "lora",
                "sd15",
                null,
                List.of(
                        "<script>alert(1)</script>",
                        "good style",
                        "<lora:other:2>",
                        "two\nlines",
                        "a\u202eb",
                        "\u001b]52;c;eA==\u0007",
                        "&lt;b&gt;",
                        "black & white"),
                null);
        VerdictCard said =
                VerdictCard.of(Runs.passed(folder, "cd".repeat(32), "id"), Outcome.PASSED, List.of(), facts, null);
        Sidecars.write(said, evil, List.of(Kind.LORA_MANAGER, Kind.CIVITAI, Kind.A1111), Optional.empty());
        String stem = "a<img src=x onerror=y>";
        assertThat(read(stem + ".json").get("activation text").textValue()).isEqualTo("good style, black & white");
        for (String path : List.of(stem + ".civitai.info", stem + ".metadata.json")) {
            JsonNode words = path.endsWith("info")
                    ? read(path).get("trainedWords")
                    : read(path).at("/civitai/trainedWords");
            assertThat(words).extracting(JsonNode::textValue).containsExactly("good style", "black & white");
        }
        assertThat(read(stem + ".civitai.info").get("name").textValue()).isEqualTo("a img src=x onerror=y");
        assertThat(read(stem + ".metadata.json").get("model_name").textValue()).isEqualTo("a img src=x onerror=y");
        assertThat(read(stem + ".metadata.json").get("file_name").textValue())
                .as("by which the manager finds it")
                .isEqualTo(stem);
    }

    @Test
    void what_a_person_wrote_stays() throws IOException {
        Files.writeString(folder.resolve("style.metadata.json"), """
            {"notes": "my favourite", "usage_tips": "{\\"strength\\": 0.55, \\"strength_max\\": 0.9}", "tags": [],
             "civitai": {"id": 7, "trainedWords": ["hers"]}, "favorite": true, "base_model": "Pony", "unknown": [1]}
            """);
        Files.writeString(folder.resolve("style.json"), "{\"activation text\": \"\", \"preferred weight\": 0.4}");
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        JsonNode fields = read("style.metadata.json");
        assertThat(fields.get("notes").textValue()).isEqualTo("my favourite");
        assertThat(fields.get("base_model").textValue()).isEqualTo("Pony");
        assertThat(fields.at("/civitai/trainedWords/0").textValue()).isEqualTo("hers");
        assertThat(fields.get("favorite").booleanValue()).isTrue();
        assertThat(fields.get("unknown").size()).isEqualTo(1);
        JsonNode tips = JSON.readTree(fields.get("usage_tips").textValue());
        assertThat(tips.get("strength").doubleValue()).isEqualTo(0.55);
        assertThat(tips.get("strength_max").doubleValue()).isEqualTo(0.9);
        assertThat(fields.get("sha256").textValue()).hasSize(64);
        assertThat(read("style.json").get("preferred weight").doubleValue()).isEqualTo(0.4);
        assertThat(read("style.json").get("activation text").textValue()).isEqualTo("mystyle");
        List<String> again = Sidecars.write(card, lora, ALL, Optional.of(picture));
        assertThat(again).allMatch(l -> l.contains("kept"));
    }

    private Usage use() {
        return FileUsage.of(lora, Map.of(), Set.of()).usage();
    }

    @Test
    void nobody_takes_for_a_persons_word_what_a_verdict_wrote() throws IOException {
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        assertThat(read("style.metadata.json").at("/assayWrote/strength").doubleValue())
                .isEqualTo(0.8);
        assertThat(use()).isEqualTo(Usage.OPEN);
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        assertThat(use()).isEqualTo(Usage.OPEN);
    }

    @Test
    void what_a_person_wrote_beside_it_is_read_and_what_a_person_changes_is_too() throws IOException {
        Files.writeString(folder.resolve("style.metadata.json"), "{\"usage_tips\": \"{\\\"strength\\\": 0.55}\"}");
        Sidecars.write(card, lora, ALL, Optional.of(picture));
        assertThat(use().strength()).isEqualTo(0.55);
        assertThat(use().triggers()).isEmpty();
        ObjectNode civitai = (ObjectNode) read("style.civitai.info");
        Files.writeString(
                folder.resolve("style.civitai.info"),
                civitai.set("trainedWords", JSON.valueToTree(List.of("hers"))).toString());
        assertThat(use().triggers()).containsExactly("hers");
    }

    @Test
    void a_file_that_is_no_json_object_is_left_alone() throws IOException {
        Files.writeString(folder.resolve("style.metadata.json"), "{ broken");
        Files.writeString(folder.resolve("style.json"), "[1]");
        assertThat(Sidecars.write(card, lora, List.of(Kind.LORA_MANAGER, Kind.A1111), Optional.empty()))
                .allMatch(l -> l.contains("left alone"));
        assertThat(folder.resolve("style.metadata.json")).hasContent("{ broken");
        assertThat(folder.resolve("style.json")).hasContent("[1]");
    }

    @Test
    void a_file_too_large_for_what_it_is_called_is_left_alone() throws IOException {
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("style.json"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(new byte[1]), 3L << 30);
        }
        assertThat(Sidecars.write(card, lora, List.of(Kind.A1111), Optional.empty()))
                .allMatch(l -> l.contains("left alone, has more than"));
    }

    @Test
    void a_preview_is_written_only_where_there_is_none() throws IOException {
        assertThat(Sidecars.write(card, lora, List.of(Kind.PREVIEW), Optional.of(picture)))
                .containsExactly("style.preview.png: written");
        Files.delete(folder.resolve("style.preview.png"));
        Files.writeString(folder.resolve("style.webp"), "hers");
        assertThat(Sidecars.write(card, lora, List.of(Kind.PREVIEW), Optional.of(picture)))
                .containsExactly("style.webp: kept");
        assertThat(folder.resolve("style.preview.png")).doesNotExist();
    }

    @Test
    void a_wrong_word_is_an_error_that_names_the_right_ones() {
        assertThat(Sidecars.parse("lora-manager, preview")).containsExactly(Kind.LORA_MANAGER, Kind.PREVIEW);
        assertThat(Sidecars.parse("")).isEmpty();
        assertThatThrownBy(() -> Sidecars.parse("civit")).hasMessageContaining("lora-manager, civitai, a1111, preview");
    }

    private JsonNode read(String name) throws IOException {
        return JSON.readTree(folder.resolve(name).toFile());
    }
}
