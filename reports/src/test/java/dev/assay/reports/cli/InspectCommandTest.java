package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.SafetensorsWriter;
import dev.assay.harness.model.SafetensorsWriter.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectCommandTest {
    private static final Path MICROCOSM = Path.of("..", "suites", "microcosm");
    private static final String ESCAPE = "\u001b";

    @TempDir
    Path folder;

    record Answer(int exit, String out, String err) {}

    static Answer assay(String... arguments) {
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

    /** From wherever: names of files, of options, of commands. */
    @Test
    void no_escape_reaches_the_terminal_whatever_went_wrong() {
        String evil = "\u001b]52;c;eA==\u0007\u202e.safetensors";
        for (String[] arguments : new String[][] {
            {"inspect", folder.resolve(evil).toString()},
            {"inspect", "--base", folder.resolve(evil).toString(), "--lora", evil + "@x"},
            {"inspect", "--" + evil},
            {evil},
            {"inspect", "--overlap", folder.resolve(evil).toString()},
            {"collection", "--collection", folder.resolve(evil).toString(), "list"},
            {"models", "--suite", evil}
        }) {
            PrintStream out = System.out;
            PrintStream err = System.err;
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            try {
                System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
                System.setErr(System.out);
                AssayMain.commandLine().execute(arguments);
            } finally {
                System.setOut(out);
                System.setErr(err);
            }
            assertThat(said.toString(StandardCharsets.UTF_8)).isNotEmpty().doesNotContain(ESCAPE, "\u0007", "\u202e");
        }
    }

    @Test
    void an_index_that_names_itself_hides_no_other_file() throws IOException {
        lora("a.safetensors", "sks");
        Files.writeString(
                folder.resolve("loop.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"loop.safetensors.index.json\"}}");
        Answer answer = assay("inspect", folder.toString());
        assertThat(answer.exit()).isEqualTo(1);
        assertThat(answer.out())
                .contains("a.safetensors", "loop.safetensors.index.json", "which is an index or a folder");
        assertThat(answer.err()).isEmpty();
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
                        "families",
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
    void many_files_are_not_blamed_for_a_base_that_is_not_there() {
        String loras = MICROCOSM.resolve("loras").toString();
        Answer table = assay("inspect", "--base", "none.safetensors", loras);
        assertThat(table.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(table.out()).contains("on none.safetensors: cannot be used", "no such file; check the path");
        assertThat(table.out()).doesNotContain("FITS", "grid");
        Answer csv = assay("inspect", "--csv", "--base", "none.safetensors", loras);
        assertThat(csv.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(csv.out()).isEmpty();
        assertThat(csv.err()).contains("no such file; check the path");
    }

    @Test
    void convert_says_what_no_new_names_help() throws IOException {
        onFlux("comfyui", "transformer.transformer_blocks.0.attn.to_q");
        String base = folder.resolve("base.safetensors").toString();
        String out = folder.resolve("out.safetensors").toString();
        Answer model = assay("convert", base, "--base", base, "-o", out);
        assertThat(model.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(model.err()).contains("base.safetensors: is no LoRA but a file of the kind diffusion model only");
        Answer foreign = assay("convert", lora("sd.safetensors", "x").toString(), "--base", base, "-o", out);
        assertThat(foreign.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(foreign.err())
                .contains("sd.safetensors: is a LoRA for Stable Diffusion 1.5", "give the base that it was trained on");
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void convert_writes_no_safetensors_under_another_ending() {
        for (String name : List.of("x.pt", "x", "x.safetensors.pt")) {
            Path out = folder.resolve(name);
            Answer answer = assay("convert", "lora.safetensors", "--base", "base.safetensors", "-o", out.toString());
            assertThat(answer.exit()).isEqualTo(64);
            assertThat(answer.err()).contains("-o " + out + ": expected a name that ends in .safetensors");
            assertThat(out).doesNotExist();
        }
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
        assertThat(assay("inspect").exit()).isEqualTo(64);
        assertThat(assay("inspect", "--base", "x").exit()).isEqualTo(64);
        assertThat(assay("inspect", "--no-such-option").exit()).isEqualTo(64);
        assertThat(assay("inspect", "--base", "x", "--lora", "no-such.safetensors")
                        .exit())
                .isEqualTo(64);
    }

    @Test
    void help_tells_the_exit_codes() {
        assertThat(assay("inspect", "--help").out()).contains("Exit codes:", "64   the command line is wrong");
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

    /** A LoRA of these modules, (out, 1) and (1, in), on a Flux of one block that is 8 wide. */
    private Answer onFlux(String renderer, String... modules) throws IOException {
        StringBuilder base = new StringBuilder();
        int at = 0;
        for (String tensor : List.of(
                "img_in.weight 8 4",
                "vector_in.in_layer.weight 8 4",
                "guidance_in.in_layer.weight 8 4",
                "double_blocks.0.img_attn.norm.key_norm.scale 4 1",
                "double_blocks.0.img_attn.qkv.weight 24 8",
                "double_blocks.0.img_attn.proj.weight 8 8",
                "double_blocks.0.txt_attn.qkv.weight 24 8",
                "single_blocks.0.linear1.weight 56 8")) {
            String[] t = tensor.split(" ", -1);
            boolean vector = t[2].equals("1");
            int bytes = 2 * Integer.parseInt(t[1]) * Integer.parseInt(t[2]);
            base.append(base.isEmpty() ? "{" : ",")
                    .append("\"" + t[0] + "\":{\"dtype\":\"F16\",\"shape\":[" + t[1] + (vector ? "" : "," + t[2])
                            + "],\"data_offsets\":[" + at + "," + (at + bytes) + "]}");
            at += bytes;
        }
        Path model = safetensors("base.safetensors", base.append("}").toString(), at);
        StringBuilder lora = new StringBuilder();
        at = 0;
        for (String module : modules) {
            for (String suffix : List.of(".lora_A.weight", ".lora_B.weight")) {
                lora.append(lora.isEmpty() ? "{" : ",")
                        .append("\"" + module + suffix + "\":{\"dtype\":\"F16\",\"shape\":["
                                + (suffix.contains("A") ? "1,8" : "8,1") + "],\"data_offsets\":[" + at + "," + (at + 16)
                                + "]}");
                at += 16;
            }
        }
        Path file = safetensors("lora.safetensors", lora.append("}").toString(), at);
        byte[] bytes = Files.readAllBytes(file);
        for (int i = bytes.length - at; i < bytes.length; i += 2) {
            bytes[i + 1] = 0x3c; // 1 as a half
        }
        Files.write(file, bytes);
        return assay("inspect", "--renderer", renderer, "--base", model.toString(), "--lora", file.toString());
    }

    @Test
    void works_is_said_for_a_renderer_whose_loader_takes_the_names() throws IOException {
        Answer known = onFlux("comfyui", "transformer.transformer_blocks.0.attn.to_q");
        assertThat(known.out()).contains("lora.safetensors on base.safetensors: works (ComfyUI 0.33.0)");
        assertThat(known.exit()).isZero();
        Answer renamed = onFlux("comfyui", "base_model.model.transformer_blocks.0.attn.to_q");
        assertThat(renamed.out())
                .contains(
                        "works after conversion (ComfyUI 0.33.0)",
                        "assay convert lora.safetensors --base base.safetensors");
        assertThat(renamed.exit()).isEqualTo(InspectCommand.PROBLEMS);
        Answer part = onFlux(
                "comfyui", "transformer.transformer_blocks.0.attn.to_q", "transformer.transformer_blocks.9.attn.to_q");
        assertThat(part.out().replaceAll("\\s+", " "))
                .contains("works in part (ComfyUI 0.33.0)")
                .contains("would not load 1 of its 2 modules (50 % of the change): they name no layer of the base");
        assertThat(part.exit()).isEqualTo(InspectCommand.PROBLEMS);
    }

    @Test
    void what_diffusers_takes_is_another_question() throws IOException {
        Answer known = onFlux("diffusers", "transformer.transformer_blocks.0.attn.to_q");
        assertThat(known.out()).contains("lora.safetensors on base.safetensors: works (diffusers 0.42.1)");
        assertThat(known.exit()).isZero();
        Answer foreign = onFlux("diffusers", "diffusion_model.double_blocks.0.img_attn.proj");
        assertThat(foreign.out().replaceAll("\\s+", " "))
                .contains("does not work (diffusers 0.42.1)")
                .contains("names that it does not know for flux1");
        assertThat(foreign.exit()).isEqualTo(InspectCommand.PROBLEMS);
        Answer renamed = onFlux("diffusers", "base_model.model.double_blocks.0.img_attn.proj");
        assertThat(renamed.out().replaceAll("\\s+", " "))
                .contains("works after conversion (diffusers 0.42.1)")
                .contains("it ends with an error: it lacks base_model.model.double_blocks.0.img_a");
    }

    @Test
    void a_renderer_that_nobody_knows_is_a_wrong_command_line() throws IOException {
        Answer answer = onFlux("forge", "transformer.transformer_blocks.0.attn.to_q");
        assertThat(answer.exit()).isEqualTo(64);
        assertThat(answer.err()).contains("--renderer forge: expected one of [comfyui, local");
    }

    @Test
    void convert_writes_what_comfyui_loads_and_nothing_twice() throws IOException {
        onFlux("comfyui", "base_model.model.transformer_blocks.0.attn.to_q");
        String[] convert = {
            "convert",
            folder.resolve("lora.safetensors").toString(),
            "--base",
            folder.resolve("base.safetensors").toString(),
            "-o",
            folder.resolve("out.safetensors").toString()
        };
        Answer answer = assay(convert);
        assertThat(answer.out()).contains("out.safetensors: 2 keys renamed; ComfyUI loads all of it");
        assertThat(answer.exit()).isZero();
        Answer again = assay(convert);
        assertThat(again.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(again.err()).contains("nothing is overwritten");
        Answer works = assay(
                "inspect",
                "--base",
                folder.resolve("base.safetensors").toString(),
                "--lora",
                folder.resolve("out.safetensors").toString());
        assertThat(works.out()).contains("out.safetensors on base.safetensors: works (ComfyUI");
        assertThat(works.exit()).isZero();
        assertThat(assay(
                                "inspect",
                                folder.resolve("out.safetensors").toString(),
                                "--base",
                                folder.resolve("base.safetensors").toString())
                        .out())
                .as("one file is answered in full, with --lora or without")
                .isEqualTo(works.out());
    }

    @Test
    void weights_of_zero_are_a_problem_that_the_header_does_not_show() throws IOException {
        String file = lora("zero.safetensors", "sks").toString();
        assertThat(assay("inspect", file).exit()).isZero();
        Answer answer = assay("inspect", "--weights", file);
        assertThat(answer.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(answer.out()).contains("changes nothing");
    }

    /** The microcosm's LoRA with zeros in the tensors whose names end so. */
    private Path withZeros(String name, String suffix) {
        Path out = folder.resolve(name);
        try (SafetensorsFile sound = SafetensorsFile.open(MICROCOSM.resolve("loras/sound.safetensors"))) {
            List<Entry> entries = new ArrayList<>();
            for (String tensor : sound.tensors().keySet()) {
                Entry own = Entry.of(tensor, sound, tensor);
                entries.add(
                        tensor.endsWith(suffix)
                                ? new Entry(
                                        tensor,
                                        own.dtype(),
                                        own.shape(),
                                        own.length(),
                                        () -> ByteBuffer.allocate(Math.toIntExact(own.length())))
                                : own);
            }
            SafetensorsWriter.write(out, entries, sound.metadata());
        }
        return out;
    }

    @Test
    void a_lora_with_alpha_0_fits_nothing_though_only_its_header_and_alphas_are_read() {
        withZeros("all.safetensors", ".alpha");
        withZeros("some.safetensors", "attn2_to_k.alpha");
        Answer answer = assay(
                "inspect",
                "--renderer",
                "local",
                "--hash-cache",
                folder.resolve("cache/hashes.json").toString(),
                "--base",
                MICROCOSM.resolve("base").toString(),
                folder.toString());
        List<String> lines = answer.out().lines().toList();
        assertThat(lines.get(2)).matches("some.safetensors +fits +112 of 112 .*");
        assertThat(lines.get(3)).matches("all.safetensors +no +112 of 112 .*");
        assertThat(lines.get(4))
                .contains("problem: changes nothing: its alpha is 0, so the scale of all of its 112 modules is 0");
        assertThat(answer.out()).contains("2 files: 1 fits, 1 no");
    }

    @Test
    void of_a_lora_of_zeros_no_layer_is_changed_the_most() {
        String base = MICROCOSM.resolve("base").toString();
        for (String zero : List.of("lora_up.weight", ".alpha")) {
            Answer answer = assay(
                    "inspect",
                    "--base",
                    base,
                    "--lora",
                    withZeros("zeros" + zero + ".safetensors", zero).toString());
            assertThat(answer.out())
                    .contains("does not work", "changes nothing: ")
                    .doesNotContain("most on");
        }
        assertThat(assay(
                                "inspect",
                                "--base",
                                base,
                                "--lora",
                                MICROCOSM.resolve("loras/sound.safetensors").toString())
                        .out())
                .contains("most on", "largest singular value");
    }

    /** An SD 1.5 UNet cut down to a few layers; every number is the half with these bits. */
    static Path model(Path file, int bits) throws IOException {
        Map<String, String> shapes = new LinkedHashMap<>();
        shapes.put("input_blocks.0.0.weight", "[320,4,3,3]");
        shapes.put("time_embed.0.weight", "[1280,320]");
        shapes.put("input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", "[320,768]");
        StringBuilder header = new StringBuilder();
        int at = 0;
        for (Map.Entry<String, String> shape : shapes.entrySet()) {
            int bytes = 2;
            for (String dimension :
                    shape.getValue().substring(1, shape.getValue().length() - 1).split(",", -1)) {
                bytes *= Integer.parseInt(dimension);
            }
            header.append(header.isEmpty() ? "{" : ",")
                    .append("\"model.diffusion_model." + shape.getKey() + "\":{\"dtype\":\"F16\",\"shape\":")
                    .append(shape.getValue() + ",\"data_offsets\":[" + at + "," + (at + bytes) + "]}");
            at += bytes;
        }
        byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        while (bytes.hasRemaining()) {
            bytes.putShort((short) bits);
        }
        return Files.write(file, bytes.array());
    }

    @Test
    void the_numbers_of_a_model_are_looked_at_too() throws IOException {
        String fine = model(folder.resolve("fine.safetensors"), 0x3c00).toString();
        Answer answer = assay("inspect", "--weights", fine);
        assertThat(answer.out()).contains("looked at the numbers of 3 tensors: all finite");
        assertThat(answer.exit()).isZero();
        assertThat(assay("inspect", fine).out()).doesNotContain("looked at");

        Answer nan = assay(
                "inspect",
                "--weights",
                model(folder.resolve("nan.safetensors"), 0x7e00).toString());
        assertThat(nan.exit()).isEqualTo(InspectCommand.PROBLEMS);
        assertThat(nan.out())
                .contains("problem   NaN or infinite values in 3 of 3 tensors", "(11520 NaN)")
                .doesNotContain("all finite");
        assertThat(assay(
                                "inspect",
                                "--weights",
                                model(folder.resolve("zero.safetensors"), 0).toString())
                        .out())
                .contains("all of its 3 tensors are zero");
    }

    /** {@code torch.save({"..._to_k.lora_up.weight": half(320, 4), ...})}, as PyTorch before 1.6 wrote it. */
    static byte[] pickledLora() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."));
        out.writeBytes(latin("\u0080\u0002M\u00e9\u0003."));
        out.writeBytes(latin("\u0080\u0002}" + text("little_endian") + "\u0088s."));
        String layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_";
        out.writeBytes(latin("\u0080\u0002}("
                + text(layer + "up.weight") + tensor("0", 320, 4)
                + text(layer + "down.weight") + tensor("1", 4, 768)
                + "u."));
        out.writeBytes(latin("\u0080\u0002](" + text("0") + text("1") + "e."));
        for (int elements : new int[] {1280, 3072}) {
            out.writeBytes(latin(little(elements) + "\u0000\u0000\u0000\u0000"));
            out.writeBytes(new byte[2 * elements]);
        }
        return out.toByteArray();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String little(int value) {
        return "" + (char) (value & 0xff) + (char) (value >> 8 & 0xff) + "\u0000\u0000";
    }

    private static String text(String text) {
        return "X" + little(text.length()) + text;
    }

    private static String tensor(String key, int rows, int columns) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nHalfStorage\n" + text(key)
                + text("cpu")
                + "J" + little(rows * columns) + "tQJ" + little(0) + "(J" + little(rows) + "J" + little(columns) + "t(J"
                + little(columns) + "J" + little(1) + "t\u0089ccollections\nOrderedDict\n)RtR";
    }

    @Test
    void a_pickled_lora_is_a_row_that_says_its_numbers_were_not_read() throws IOException {
        Files.write(folder.resolve("old.pt"), pickledLora());
        lora("zero.safetensors", "sks");
        Answer answer = assay("inspect", "--weights", folder.toString());
        assertThat(answer.out().lines().toList())
                .anySatisfy(l -> assertThat(l).startsWith("old.pt").contains("lora", "sd15"))
                .anySatisfy(l -> assertThat(l).startsWith("  note: its numbers are not read: it is a pickle"))
                .anySatisfy(l -> assertThat(l).startsWith("  problem: changes nothing"));
        assertThat(answer.out()).doesNotContain("Assay failed");
        assertThat(answer.err()).isEmpty();
    }

    @Test
    void of_gguf_it_is_said_that_its_numbers_were_not_read() throws IOException {
        ByteBuffer gguf = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        gguf.put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(1)
                .putLong(0);
        byte[] name = "input_blocks.0.0.weight".getBytes(StandardCharsets.US_ASCII);
        gguf.putLong(name.length).put(name).putInt(1).putLong(8).putInt(1).putLong(0); // 8 values of F16
        Path file = Files.write(folder.resolve("a.gguf"), gguf.array());
        Answer answer = assay("inspect", "--weights", file.toString());
        assertThat(answer.out().replaceAll("\\s+", " "))
                .contains("its numbers are not read: it is GGUF, and Assay reads those of safetensors alone");
        assertThat(assay("inspect", file.toString()).out()).doesNotContain("not read");
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

    @Test
    void a_folder_on_a_base_is_a_table_of_what_fits() throws IOException {
        Path loras = MICROCOSM.resolve("loras");
        for (String name : List.of("sound", "foreign")) {
            Files.copy(loras.resolve(name + ".safetensors"), folder.resolve(name + ".safetensors"));
        }
        Files.copy(loras.resolve("sound.safetensors"), folder.resolve("again.safetensors"));
        Files.writeString(
                folder.resolve("page.safetensors"),
                "{\"error\":\"Unauthorized\",\"message\":\"" + "The creator requires you to be logged in. ".repeat(4)
                        + "\"}");
        String base = MICROCOSM.resolve("base").toString();
        String cache = folder.resolve("cache/hashes.json").toString();
        Answer answer =
                assay("inspect", "--renderer", "local", "--hash-cache", cache, "--base", base, folder.toString());
        List<String> lines = answer.out().lines().toList();
        assertThat(lines.get(0)).startsWith("on base: ");
        assertThat(lines.get(1)).startsWith("FILE").contains("FITS", "MODULES", "FOR", "COPY OF");
        assertThat(lines.get(2)).matches("again.safetensors +fits +112 of 112 .*");
        assertThat(lines.get(3)).matches("sound.safetensors +fits +112 of 112 .*again.safetensors");
        assertThat(lines.get(4)).matches("foreign.safetensors +no +0 of \\d+ +flux1.*");
        assertThat(lines).anySatisfy(l -> assertThat(l).matches("page.safetensors +unreadable"));
        assertThat(answer.out().replaceAll("\\s+", " "))
                .contains("give the download an access token, then download again");
        assertThat(lines).allSatisfy(l -> assertThat(l.length()).isLessThan(100));
        assertThat(answer.out()).contains("4 files: 2 fits, 1 no, 1 unreadable; 1 copy");
        assertThat(answer.exit()).isZero();

        String csv = assay(
                        "inspect",
                        "--csv",
                        "--renderer",
                        "local",
                        "--hash-cache",
                        cache,
                        "--base",
                        base,
                        "--lora",
                        folder.toString())
                .out();
        assertThat(csv.lines().toList())
                .hasSize(5)
                .first()
                .isEqualTo("file,fits,matched,modules,kind,families,rank,bytes,copy_of,problems");
        assertThat(csv.lines().toList().get(2)).contains("sound.safetensors\",\"fits\",112,112,\"locon\"");

        Answer none = assay(
                "inspect",
                "--hash-cache",
                cache,
                "--base",
                base,
                folder.resolve("foreign.safetensors").toString());
        assertThat(none.exit()).isEqualTo(InspectCommand.PROBLEMS);
    }

    @Test
    void advice_is_never_cut_in_a_table() throws IOException {
        Files.writeString(folder.resolve("page.safetensors"), "<!DOCTYPE html><html>log in</html>");
        assertThat(assay("inspect", folder.toString()).out().replaceAll("\\s+", " "))
                .contains("open the address in a browser, then download again");
    }

    @Test
    void a_lora_without_a_base_is_asked_for_one_of_its_family() throws IOException {
        Answer answer = assay("inspect", "--lora", lora("a.safetensors", "sks") + "@0.5");
        assertThat(answer.exit()).isEqualTo(64);
        assertThat(answer.err().replaceAll("\\s+", " "))
                .contains("Which base? a.safetensors is a LoRA for Stable Diffusion 1.5: name a model of that family"
                        + " with --base");
    }
}
