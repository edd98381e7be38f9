package dev.assay.harness.nn.perceptual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("try") // scopes work by being open
class LpipsTest {
    private static final Path LIN = Golden.path("lpips_alex.pth"); // of hashes, written by torch as LPIPS's own file is

    @TempDir
    private Path folder;

    private static List<Image> pictures(int width, int height) {
        return IntStream.range(0, 3)
                .mapToObj(i -> Pictures.hashed("picture " + i, width, height))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"alex", "vgg"})
    void distances_equal_those_of_the_lpips_package(String net) {
        LpipsTrunk trunk = net.equals("alex") ? LpipsTrunk.ALEX : LpipsTrunk.VGG;
        try (PointerScope scope = new PointerScope();
                Lpips lpips = Lpips.of(StateDict.of(TestWeights.lpips(trunk)))) {
            JsonNode runs = Pictures.golden().path("lpips").path(net);
            assertThat(runs).isNotEmpty();
            for (JsonNode run : runs) {
                double[][] found = lpips.distances(
                        pictures(run.path("width").asInt(), run.path("height").asInt()));
                int pair = 0;
                for (int i = 0; i < 3; i++) {
                    assertThat(found[i][i]).isZero();
                    for (int j = 0; j < i; j++) {
                        double expected = run.path("distances").path(pair++).asDouble();
                        assertThat(found[i][j]).isEqualTo(found[j][i]).isCloseTo(expected, within(1e-5 * expected));
                    }
                }
                assertThat(pair).isEqualTo(run.path("distances").size());
            }
        }
    }

    @Test
    void two_files_of_a_folder_one_of_both_and_a_saved_lpips_give_the_same() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> all = TestWeights.lpips(LpipsTrunk.ALEX);
            Path two = Files.createDirectory(folder.resolve("two"));
            Map<String, Tensor> network = TestWeights.only(all, "features.");
            network.put("classifier.1.weight", all.get("lin0.model.1.weight")); // torchvision's files have it
            TestWeights.write(two.resolve("alexnet.safetensors"), network);
            Files.copy(LIN, two.resolve("alex.pth"));
            Path one = TestWeights.write(folder.resolve("one.safetensors"), all);
            Map<String, Tensor> saved = new TreeMap<>(TestWeights.only(all, "lin"));
            network.keySet().stream()
                    .filter(name -> name.startsWith("features."))
                    .forEach(name -> saved.put("net.slice1." + name.substring("features.".length()), all.get(name)));
            saved.put("lins.0.model.1.weight", all.get("lin0.model.1.weight"));
            Path own = TestWeights.write(folder.resolve("own.safetensors"), saved);

            List<Image> pictures = pictures(64, 64);
            double expected = Pictures.golden().at("/lpips/alex/0/distances/0").asDouble();
            for (Path path : List.of(two, one, own)) {
                try (Lpips lpips = Lpips.open(path, "cpu")) {
                    assertThat(lpips.distances(pictures)[1][0])
                            .as(path.toString())
                            .isCloseTo(expected, within(1e-5 * expected));
                }
            }
        }
    }

    @Test
    void a_folder_that_lacks_one_file_says_which() throws IOException {
        Files.copy(LIN, folder.resolve("alex.pth"));
        assertThatThrownBy(() -> Lpips.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("alexnet-owt-7be5be79.pth or vgg16-397923af.pth")
                .hasMessageContaining("found no tensor features.0.weight");
    }

    @Test
    void two_of_a_kind_and_none_at_all_are_refused() throws IOException {
        assertThatThrownBy(() -> Lpips.open(folder, "cpu")).hasMessageContaining("found no model files");
        Files.copy(LIN, folder.resolve("alex.pth"));
        Files.copy(LIN, folder.resolve("vgg.pth"));
        assertThatThrownBy(() -> Lpips.open(folder, "cpu")).hasMessageContaining("found alex.pth and vgg.pth");
    }

    @Test
    void weights_for_the_other_network_and_negative_ones_are_refused() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> mixed = TestWeights.lpips(LpipsTrunk.VGG);
            mixed.putAll(TestWeights.only(TestWeights.lpips(LpipsTrunk.ALEX), "lin"));
            assertThatThrownBy(() -> Lpips.of(StateDict.of(mixed)))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("lin1.model.1.weight (expected [1, 128, 1, 1], found [1, 192, 1, 1])");
            Map<String, Tensor> negative = TestWeights.lpips(LpipsTrunk.ALEX);
            negative.computeIfPresent("lin2.model.1.weight", (name, t) -> t.neg());
            assertThatThrownBy(() -> Lpips.of(StateDict.of(negative)))
                    .hasMessageContaining("lin2.model.1.weight: expected weights of at least 0");
        }
    }

    @Test
    void pictures_of_two_sizes_and_pictures_too_small_are_refused() {
        try (PointerScope scope = new PointerScope();
                Lpips lpips = Lpips.of(StateDict.of(TestWeights.lpips(LpipsTrunk.ALEX)))) {
            Image small = Pictures.hashed("picture 0", 31, 40);
            assertThat(lpips.distances(List.of(small, Pictures.hashed("picture 1", 31, 40)))[1][0])
                    .isPositive();
            assertThatThrownBy(() -> lpips.distances(List.of(small, Pictures.hashed("picture 0", 40, 31))))
                    .hasMessageContaining("pictures of one size, found Image 31 x 40 and Image 40 x 31");
            assertThatThrownBy(() -> lpips.distances(List.of(Pictures.hashed("picture 0", 30, 40))))
                    .hasMessageContaining("at least 31 pixels");
        }
    }
}
