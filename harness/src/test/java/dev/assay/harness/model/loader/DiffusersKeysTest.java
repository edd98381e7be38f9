package dev.assay.harness.model.loader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.lora.BaseModules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The keys that we say diffusers takes are those that it took itself: golden/diffusers_loader.json.gz, of golden_diffusers_loader.py. */
class DiffusersKeysTest {
    private static final JsonNode GOLDEN = read();
    private static final int RANK = 4;

    private static JsonNode read() {
        try (InputStream in =
                new GZIPInputStream(DiffusersKeysTest.class.getResourceAsStream("/golden/diffusers_loader.json.gz"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> bases() {
        return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
                .map(c -> c.get("base").asText())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("bases")
    void keys_are_taken_as_by_diffusers(String base) {
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        int taken = 0;
        for (JsonNode test : GOLDEN.get("cases")) {
            if (test.get("base").asText().equals(base)) {
                cases++;
                taken += compare(test.toString(), base, keys(test, base), test, wrong);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(cases).isGreaterThan(100);
        assertThat(taken).isGreaterThan(100);
    }

    @Test
    void keys_of_whole_files_are_taken_as_by_diffusers() {
        List<String> wrong = new ArrayList<>();
        int taken = 0;
        for (JsonNode file : GOLDEN.get("files")) {
            String name = file.get("name").asText();
            Map<String, List<Long>> keys = GoldenLoader.shapes(
                    file.has("shapes")
                            ? file.get("shapes")
                            : StreamSupport.stream(
                                            GoldenLoader.GOLDEN.get("files").spliterator(), false)
                                    .filter(f -> f.get("name").asText().equals(name)
                                            && f.get("base").equals(file.get("base")))
                                    .findFirst()
                                    .orElseThrow()
                                    .get("shapes"));
            taken += compare(name, file.get("base").asText(), keys, file, wrong);
        }
        assertThat(wrong).isEmpty();
        assertThat(taken).isGreaterThan(1000);
    }

    @Test
    void alphas_go_to_the_wrong_modules_as_in_diffusers() {
        int wrong = 0;
        for (JsonNode test : GOLDEN.get("alphas")) {
            Map<String, List<Long>> lora = new LinkedHashMap<>();
            Map<String, Double> scales = new LinkedHashMap<>();
            test.get("alphas").properties().forEach(e -> {
                String name = e.getKey();
                long in = name.endsWith("ff_net_2") ? 1280 : name.contains("attn2_to_k") ? 768 : 320;
                long out = name.endsWith("ff_net_0_proj") ? 2560 : 320;
                LoaderCheckTest.pair(lora, name, out, in);
                lora.put(name + ".alpha", List.of());
                scales.put(name, e.getValue().asDouble() / RANK);
            });
            LoaderReport report = DiffusersAlphas.applied(
                    LoraLoaders.DIFFUSERS.load(lora, "sd15", GoldenLoader.base("sd15")), scales);
            Set<String> ours = report.modules().stream()
                    .filter(m -> !m.whole())
                    .map(m -> m.module().name())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> theirs = new TreeSet<>();
            test.get("wrong").forEach(n -> theirs.add(n.asText()));
            assertThat(ours).as(test.toString()).isEqualTo(theirs);
            wrong += theirs.size();
        }
        assertThat(wrong).isGreaterThan(2);
    }

    @Test
    void names_and_shapes_of_any_file_get_an_answer() {
        int answers = 0;
        for (JsonNode file : GoldenLoader.GOLDEN.get("files")) {
            Map<String, List<Long>> scalars = new LinkedHashMap<>();
            Map<String, List<Long>> cut = new LinkedHashMap<>();
            GoldenLoader.shapes(file.get("shapes")).forEach((key, shape) -> {
                scalars.put(key, List.of());
                cut.put(key.substring(0, key.length() / 2) + key.substring(key.length() / 2 + 1), shape);
                cut.put(key.substring(key.indexOf('_') + 1), shape);
            });
            for (String base : List.of(file.get("base").asText(), "chroma")) {
                for (Map<String, List<Long>> lora : List.of(scalars, cut)) {
                    LoaderReport report =
                            LoraLoaders.DIFFUSERS.load(lora, GoldenLoader.FAMILIES.get(base), GoldenLoader.base(base));
                    answers += report.grammar().modules().size()
                                    == report.modules().size()
                            ? 1
                            : 0;
                }
            }
        }
        assertThat(answers).isGreaterThan(200);
    }

    @Test
    void a_family_that_is_not_in_the_golden_file_is_not_known() {
        Set<String> known = bases().map(GoldenLoader.FAMILIES::get).collect(Collectors.toSet());
        for (String family : Set.copyOf(GoldenLoader.FAMILIES.values())) {
            assertThat(DiffusersFamilies.of(family).isPresent()).as(family).isEqualTo(known.contains(family));
        }
    }

    /** The keys of a case, in the order of its answers. */
    private static Map<String, List<Long>> keys(JsonNode test, String base) {
        String kind = test.get("names").asText();
        JsonNode names = kind.startsWith("text")
                ? GOLDEN.get("names").get(kind)
                : GoldenLoader.GOLDEN.get("names").get(base).get(kind);
        List<String> modules = new ArrayList<>();
        names.properties().forEach(e -> {
            if (e.getValue().size() > 1) {
                modules.add(e.getKey());
            }
        });
        Set<Integer> only = new TreeSet<>();
        test.path("only").forEach(n -> only.add(n.asInt()));
        Map<String, List<Long>> keys = new LinkedHashMap<>();
        for (int i = 0; i < modules.size(); i++) {
            if (test.has("only") && !only.contains(i)) {
                continue;
            }
            String module = modules.get(i);
            List<Long> weight = new ArrayList<>();
            names.get(module).forEach(d -> weight.add(d.asLong()));
            String name =
                    test.get("prefix").asText() + (test.get("flat").asBoolean() ? module.replace('.', '_') : module);
            test.get("suffixes").forEach(s -> keys.put(name + s.asText(), shape(s.asText(), weight)));
        }
        return keys;
    }

    /** Of a tensor of rank 4 beside a weight, as the script makes it. */
    private static List<Long> shape(String suffix, List<Long> weight) {
        long out = weight.get(0);
        List<Long> inner = weight.subList(1, weight.size());
        List<Long> kernel = inner.subList(1, inner.size()).stream().map(d -> 1L).toList();
        return switch (suffix) {
            case ".alpha" -> List.of();
            case ".lora_B.bias", ".diff_b", ".lora_magnitude_vector", ".lora_magnitude_vector.weight" -> List.of(out);
            case ".dora_scale" -> joined(List.of(out, 1L), kernel);
            case ".diff" -> weight;
            case ".lora_mid.weight" -> joined(List.of(4L, 4L), inner.subList(1, inner.size()));
            case ".oft_blocks" -> List.of(4L, out / 4, out / 4);
            case ".lokr_w1" -> List.of(4L, 4L);
            case ".lokr_w2" -> List.of(out / 4, inner.get(0) / 4);
            case ".lokr_w2_a", ".hada_w1_a", ".hada_w2_a" -> List.of(suffix.startsWith(".h") ? out : out / 4, 4L);
            case ".lokr_w2_b", ".hada_w1_b", ".hada_w2_b" ->
                List.of(4L, suffix.startsWith(".h") ? inner.get(0) : inner.get(0) / 4);
            default ->
                suffix.contains("down") || suffix.contains("lora_A")
                        ? joined(List.of((long) RANK), inner)
                        : joined(List.of(out, (long) RANK), kernel);
        };
    }

    private static List<Long> joined(List<Long> first, List<Long> rest) {
        return Stream.concat(first.stream(), rest.stream()).toList();
    }

    /** Adds a sentence where the two differ. @return number of keys that diffusers takes */
    private static int compare(
            String title, String base, Map<String, List<Long>> keys, JsonNode answer, List<String> wrong) {
        String family = GoldenLoader.FAMILIES.get(base);
        BaseModules modules = GoldenLoader.base(base);
        LoaderReport report = LoraLoaders.DIFFUSERS.load(keys, family, modules);
        if (!report.known()) {
            return 0;
        }
        Set<String> ours;
        String refusal = "";
        try {
            ours = DiffusersLoader.taken(keys, DiffusersFamilies.of(family).orElseThrow(), modules);
        } catch (DiffusersTensor.Refusal e) {
            ours = Set.of();
            refusal = e.getMessage();
        }
        boolean fails = answer.has("error") || answer.path("unset").asBoolean();
        String answers = fails ? "0".repeat(keys.size()) : answer.get("taken").asText();
        assertThat(answers).as(title).hasSameSizeAs(keys.keySet());
        Set<String> theirs = new TreeSet<>();
        int i = 0;
        for (String key : keys.keySet()) {
            if (answers.charAt(i++) == '1') {
                theirs.add(key);
            }
        }
        if (!theirs.equals(ours) || fails == refusal.isEmpty()) {
            Set<String> lost = new TreeSet<>(theirs);
            lost.removeAll(ours);
            Set<String> invented = new TreeSet<>(ours);
            invented.removeAll(theirs);
            wrong.add(title.substring(0, Math.min(title.length(), 300)) + "\n    lost "
                    + lost.stream().limit(3).toList() + " invented "
                    + invented.stream().limit(3).toList() + " ours: " + refusal + " theirs: "
                    + answer.path("error").asText() + " "
                    + answer.path("unset").asText());
        }
        return theirs.size();
    }
}
