package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.reports.cli.InspectCommandTest.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlapTest {
    private static final Path LORAS = Path.of("..", "suites", "microcosm", "loras");
    private static final String SOUND = LORAS.resolve("sound.safetensors").toString();
    private static final String NARROW = LORAS.resolve("narrow.safetensors").toString();

    @TempDir
    Path folder;

    private static Answer overlap(String... more) {
        List<String> arguments = new ArrayList<>(List.of("inspect", "--overlap"));
        arguments.addAll(List.of(more));
        return InspectCommandTest.assay(arguments.toArray(new String[0]));
    }

    @Test
    void a_copy_under_another_name_comes_first_and_says_so() throws IOException {
        Files.copy(Path.of(SOUND), folder.resolve("my-own-work.safetensors"));
        Files.copy(Path.of(SOUND), folder.resolve("sound.safetensors"));
        Files.copy(Path.of(NARROW), folder.resolve("narrow.safetensors"));
        Answer answer = overlap(folder.toString());
        List<String> lines = answer.out().lines().toList();
        assertThat(lines.get(0)).startsWith("FIRST").contains("SECOND", "COSINE", "LAYERS");
        assertThat(lines.get(1))
                .startsWith("my-own-work.safetensors ")
                .contains(" sound.safetensors ", " 1.000 ")
                .endsWith(" 112");
        assertThat(lines.get(2)).isEqualTo("  copy: the same LoRA under another name or scale");
        assertThat(lines).last().isEqualTo("3 LoRAs: 3 pairs compared by fingerprint, 3 layer by layer; 1 copy");
        assertThat(lines).allSatisfy(l -> assertThat(l.length()).isLessThan(100));
        assertThat(answer.err()).isEmpty();
        assertThat(answer.exit()).isZero();
    }

    @Test
    void json_is_an_array_of_pairs() throws IOException {
        Answer answer = overlap("--json", SOUND, NARROW);
        JsonNode pairs = new ObjectMapper().readTree(answer.out());
        assertThat(pairs).hasSize(1);
        List<String> fields = new ArrayList<>();
        pairs.get(0).fieldNames().forEachRemaining(fields::add);
        assertThat(fields).containsExactly("first", "second", "cosine", "commonLayers", "copy");
        assertThat(pairs.get(0).path("first").asText())
                .isEqualTo(Path.of(SOUND).normalize().toString());
        assertThat(pairs.get(0).path("cosine").isNumber()).isTrue();
        assertThat(Math.abs(pairs.get(0).path("cosine").asDouble())).isLessThan(0.9);
        assertThat(pairs.get(0).path("commonLayers").asInt()).isPositive();
        assertThat(pairs.get(0).path("copy").isBoolean()).isTrue();
        assertThat(pairs.get(0).path("copy").asBoolean()).isFalse();
        assertThat(answer.exit()).isZero();
    }

    @Test
    void loras_without_a_common_layer_have_no_cosine() throws IOException {
        String foreign = LORAS.resolve("foreign.safetensors").toString();
        JsonNode pair = new ObjectMapper()
                .readTree(overlap("--json", SOUND, foreign).out())
                .get(0);
        assertThat(pair.path("cosine").isNull()).isTrue();
        assertThat(pair.path("commonLayers").asInt(-1)).isZero();
        assertThat(overlap(SOUND, foreign).out()).contains("no layer has the same name in both");
    }

    @Test
    void what_is_no_lora_is_counted_in_a_folder_and_a_problem_where_it_is_named() throws IOException {
        Path model = InspectCommandTest.model(folder.resolve("model.safetensors"), 0);
        Files.copy(Path.of(SOUND), folder.resolve("a.safetensors"));
        Files.copy(Path.of(NARROW), folder.resolve("b.safetensors"));
        Answer ofFolder = overlap(folder.toString());
        assertThat(ofFolder.exit()).isZero();
        assertThat(ofFolder.err()).isEqualToIgnoringNewLines("not compared: 1 file of other kinds");
        Answer named = overlap(SOUND, NARROW, model.toString());
        assertThat(named.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(named.err()).contains("model.safetensors: is no LoRA, but");
        assertThat(named.out()).contains("2 LoRAs: 1 pair compared");
    }

    @Test
    void a_broken_or_pickled_lora_is_left_out_with_the_reason() throws IOException {
        Files.copy(Path.of(SOUND), folder.resolve("a.safetensors"));
        Files.copy(Path.of(NARROW), folder.resolve("b.safetensors"));
        Files.write(folder.resolve("old.pt"), InspectCommandTest.pickledLora());
        Files.writeString(folder.resolve("page.safetensors"), "<!DOCTYPE html><html>log in</html>");
        Answer answer = overlap(folder.toString());
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.err().lines().toList())
                .hasSize(2)
                .anySatisfy(l -> assertThat(l).contains("old.pt: its numbers are not read: it is a pickle"))
                .anySatisfy(l -> assertThat(l).contains("page.safetensors: is a web page"));
        assertThat(answer.out()).contains("2 LoRAs: 1 pair compared");
    }

    @Test
    void one_lora_alone_is_not_fine_and_the_same_path_twice_is_one() throws IOException {
        Answer answer = overlap(SOUND, SOUND);
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.err()).contains("expected two LoRAs or more, found 1");
        assertThat(new ObjectMapper()
                        .readTree(overlap("--json", folder.toString()).out()))
                .isEmpty();
    }

    @Test
    void a_base_is_taken_and_one_that_cannot_be_read_is_named() {
        assertThat(overlap("--base", "../suites/microcosm/base", SOUND, NARROW).exit())
                .isZero();
        Answer missing = overlap("--base", folder.resolve("none.gguf").toString(), SOUND, NARROW);
        assertThat(missing.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(missing.err()).contains("none.gguf", "no such file");
    }

    @Test
    void options_that_make_no_sense_with_it_are_refused() {
        assertThat(overlap().exit()).isEqualTo(64);
        assertThat(overlap("--hash", SOUND, NARROW).exit()).isEqualTo(64);
        assertThat(overlap("--weights", SOUND, NARROW).exit()).isEqualTo(64);
        assertThat(overlap("--base", "x", "--lora", SOUND).exit()).isEqualTo(64);
    }
}
