package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectCommandTest {
    private static final Path MICROCOSM = Path.of("..", "suites", "microcosm");
    private static final String ESCAPE = "\u001b";

    @TempDir
    Path folder;

    private record Answer(int exit, String out, String err) {}

    private static Answer assay(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = AssayMain.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int exit = line.execute(arguments);
        return new Answer(exit, out.toString(), err.toString());
    }

    /** A file with this header and as many bytes of zeros as it asks for. */
    private Path safetensors(String name, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        return Files.write(folder.resolve(name), bytes.array());
    }

    private Path lora(String name, String trigger) throws IOException {
        return safetensors(
                name,
                "{\"__metadata__\":{\"modelspec.trigger_phrase\":\"" + trigger
                        + "\",\"ss_network_module\":\"networks.lora\"},"
                        + "\"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight\":"
                        + "{\"dtype\":\"F16\",\"shape\":[320,4],\"data_offsets\":[0,2560]},"
                        + "\"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight\":"
                        + "{\"dtype\":\"F16\",\"shape\":[4,768],\"data_offsets\":[2560,8704]}}",
                8704);
    }

    @Test
    void a_lora_is_told_at_a_glance_and_without_colours_when_piped() throws IOException {
        Answer answer = assay("inspect", lora("a.safetensors", "sks").toString());
        assertThat(answer.exit()).isZero();
        assertThat(answer.out())
                .contains("LoRA for Stable Diffusion 1.5", "rank      4", "unet: 1 layers (attention 1)")
                .contains("trigger   sks (modelspec.trigger_phrase)")
                .contains("kohya sd-scripts (ss_network_module networks.lora)")
                .doesNotContain(ESCAPE);
        assertThat(answer.out().lines()).allSatisfy(l -> assertThat(l.length()).isLessThan(100));
    }

    @Test
    void json_has_every_field_of_the_contract() throws IOException {
        Answer answer = assay(
                "inspect",
                "--json",
                lora("a.safetensors", "\\u202esks\\u001b[31m\\nwoman").toString());
        JsonNode array = new ObjectMapper().readTree(answer.out());
        assertThat(array.isArray()).isTrue();
        List<String> fields = new ArrayList<>();
        array.get(0).fieldNames().forEachRemaining(fields::add);
        assertThat(fields)
                .containsExactly(
                        "file",
                        "kind",
                        "family",
                        "contents",
                        "rank",
                        "alpha",
                        "trainer",
                        "triggerWords",
                        "claimedBase",
                        "predictionType",
                        "quantization",
                        "parameters",
                        "hashes",
                        "problems");
        JsonNode lora = array.get(0);
        assertThat(lora.path("kind").asText()).isEqualTo("lora");
        assertThat(lora.path("family").asText()).isEqualTo("sd15");
        assertThat(lora.path("rank").path("median").asInt()).isEqualTo(4);
        assertThat(lora.path("quantization").path("F16").asInt()).isEqualTo(2);
        assertThat(lora.path("parameters").asLong()).isEqualTo(4352);
        assertThat(lora.path("triggerWords").get(0).path("word").asText()).isEqualTo("sks woman");
        assertThat(answer.out()).doesNotContain(ESCAPE, "\u202e");
    }

    @Test
    void a_folder_is_a_table_in_which_bad_files_are_rows() throws IOException {
        lora("a.safetensors", "sks");
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/page.safetensors"), "<!DOCTYPE html><html>log in</html>");
        Files.writeString(folder.resolve("notes.txt"), "no model");
        Answer answer = assay("inspect", folder.toString());
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.out().lines().toList())
                .anySatisfy(l -> assertThat(l).startsWith("a.safetensors").contains("lora", "sd15", "F16"))
                .anySatisfy(l -> assertThat(l)
                        .startsWith(Path.of("sub", "page.safetensors").toString()))
                .anySatisfy(l -> assertThat(l).contains("problem: is a web page"))
                .last()
                .isEqualTo("2 files, 1 cannot work");
        assertThat(answer.out()).doesNotContain("notes.txt");
    }

    @Test
    void a_pickle_that_would_run_something_is_a_row_that_names_it() throws IOException {
        byte[] evil = "\u0080\u0002cos\nsystem\n(X\u0002\u0000\u0000\u0000idtR.".getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("evil.ckpt"), evil);
        Answer answer = assay("inspect", file.toString());
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.out()).contains("refused, nothing was run", "\"os.system\"");
    }

    @Test
    void nothing_found_is_not_fine() {
        Answer answer = assay("inspect", folder.toString());
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.err()).contains("no model file in");
        assertThat(assay("inspect", folder.resolve("missing.safetensors").toString())
                        .out())
                .contains("no such file");
    }

    @Test
    void wrong_usage_is_exit_code_2() {
        assertThat(assay("inspect").exit()).isEqualTo(2);
        assertThat(assay("inspect", "--base", "x").exit()).isEqualTo(2);
        assertThat(assay("inspect", "--no-such-option").exit()).isEqualTo(2);
        assertThat(assay("inspect", "--base", "x", "--lora", "no-such.safetensors")
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void help_tells_the_exit_codes() {
        assertThat(assay("inspect", "--help").out()).contains("Exit codes:", "2   the command line is wrong");
        assertThat(assay("--help").out()).contains("inspect", "collection");
    }

    @Test
    void a_lora_for_the_base_works() {
        Answer answer = assay(
                "inspect",
                "--base",
                MICROCOSM.resolve("base").toString(),
                "--lora",
                MICROCOSM.resolve("loras/sound.safetensors") + "@0.8");
        assertThat(answer.out()).contains("sound.safetensors on base: works", "112 of 112 modules match", "at 0.8");
        assertThat(answer.exit()).isZero();
    }

    @Test
    void a_lora_of_another_family_does_not_work_and_says_why() throws IOException {
        Answer answer = assay(
                "inspect",
                "--json",
                "--base",
                MICROCOSM.resolve("base").toString(),
                "--lora",
                MICROCOSM.resolve("loras/foreign.safetensors").toString());
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        JsonNode lora = new ObjectMapper().readTree(answer.out()).get(1);
        assertThat(lora.path("family").asText()).isEqualTo("flux1");
        assertThat(lora.path("fit").path("works").asBoolean()).isFalse();
        assertThat(lora.path("fit").path("matched").asInt()).isZero();
        assertThat(lora.path("problems").toString()).contains("it would do nothing");
    }

    @Test
    void weights_of_zero_are_a_problem_that_the_header_does_not_show() throws IOException {
        String file = lora("zero.safetensors", "sks").toString();
        assertThat(assay("inspect", file).exit()).isZero();
        Answer answer = assay("inspect", "--weights", file);
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.out()).contains("changes nothing");
    }

    @Test
    void hashes_are_told_on_request() throws IOException {
        Path file = lora("a.safetensors", "sks");
        Answer answer = assay(
                "inspect",
                "--hash",
                "--hash-cache",
                folder.resolve("cache.json").toString(),
                file.toString());
        assertThat(answer.out()).contains("AutoV2", "AutoV3", "SHA256");
        assertThat(folder.resolve("cache.json")).isNotEmptyFile();
        assertThat(assay("inspect", file.toString()).out()).doesNotContain("AutoV2");
    }
}
