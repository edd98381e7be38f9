package dev.assay.harness.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderStoreTest {
    private static final GenerationSettings SETTINGS = new GenerationSettings(16, 16, 4, 3, "ddim", "normal", 0);
    private static final ModelUnderTest MODEL = new ModelUnderTest(new Checkpoint(Path.of("base")), List.of());

    @TempDir
    Path folder;

    private final PatternRenderer renderer = new PatternRenderer();

    private static RenderRequest request(long seed) {
        return new RenderRequest(MODEL, "a cat, \"quoted\" – ünïcode", "", seed, SETTINGS, 0);
    }

    private Picture put(RenderStore store, RenderRequest request) {
        Rendered picture = new Rendered(renderer.render(request).image(), new Cost(0.25, 0.0625, 123, true));
        return store.put(origin(request), picture, Infotext.with(request, Map.of()));
    }

    private PictureOrigin origin(RenderRequest request) {
        return PictureOrigin.rendered(request, "hash", renderer);
    }

    private String key(RenderRequest request) {
        return origin(request).key();
    }

    @Test
    void a_finished_picture_is_found_again_with_its_costs() {
        Picture stored = put(new RenderStore(folder), request(1));

        Picture found = new RenderStore(folder).find(key(request(1))).orElseThrow();

        assertThat(found.cost()).isEqualTo(stored.cost());
        assertThat(found.cost().seconds()).isEqualTo(0.25);
        assertThat(found.seed()).isEqualTo(1);
        assertThat(found.image()).isEqualTo(stored.image());
        assertThat(found.sha256()).isEqualTo(stored.image().sha256());
    }

    @Test
    void whatever_decides_the_pixels_is_in_the_key() {
        String key = key(request(1));
        RenderRequest more = new RenderRequest(
                MODEL, request(1).prompt(), "", 1, new GenerationSettings(16, 16, 5, 3, "ddim", "normal", 0), 0);
        RenderRequest again = new RenderRequest(MODEL, request(1).prompt(), "", 1, SETTINGS, 1);

        assertThat(key).isEqualTo(key(request(1)));
        assertThat(Stream.of(
                        key(request(2)),
                        PictureOrigin.rendered(request(1), "other", renderer).key(),
                        key(more),
                        key(again)))
                .doesNotContain(key)
                .doesNotHaveDuplicates();
    }

    @Test
    void a_picture_carries_what_was_really_sent() {
        Map<String, String> sent = Map.of("prompt", "{\"5\":{}}", Renderer.NEGATIVE, "bad ugly jpeg artifacts");
        RenderStore store = new RenderStore(folder);
        Rendered picture = new Rendered(renderer.render(request(7)).image(), new Cost(0.25, 0.0625, 123, true));
        Path file = store.put(origin(request(7)), picture, Infotext.with(request(7), sent))
                .file();

        assertThat(Png.read(file).text())
                .containsEntry("prompt", "{\"5\":{}}")
                .containsEntry("assay:sentNegativePrompt", "bad ugly jpeg artifacts");
        assertThat(Png.read(file).text().get("parameters")).contains("\nNegative prompt: bad ugly jpeg artifacts\n");
        assertThat(store.find(key(request(7)))).isPresent();
    }

    @Test
    void a_picture_carries_its_provenance() {
        Path file = put(new RenderStore(folder), request(7)).file();

        assertThat(Png.read(file).text())
                .containsEntry("assay:seed", "7")
                .containsEntry("assay:prompt", request(7).prompt())
                .containsEntry("assay:renderer", "pattern 1")
                .containsKey("parameters");
    }

    @Test
    void a_damaged_or_foreign_file_counts_as_absent() throws IOException {
        RenderStore store = new RenderStore(folder);
        String key = key(request(1));
        Path file = put(store, request(1)).file();
        byte[] whole = Files.readAllBytes(file);

        for (int length : new int[] {0, 7, 60, whole.length / 2, whole.length - 13}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(store.find(key)).as("%s bytes", length).isEmpty();
        }
        Files.write(file, Png.encode(renderer.render(request(1)).image(), java.util.Map.of("assay:key", "another")));
        assertThat(store.find(key)).isEmpty();
    }

    @Test
    void a_file_appears_under_its_name_only_when_whole() throws IOException {
        put(new RenderStore(folder), request(1));

        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(p -> p.getFileName().toString()))
                    .containsExactly(key(request(1)) + ".png");
        }
    }

    @Test
    void a_picture_whose_pixels_are_not_those_that_were_kept_is_rendered_again() {
        RenderStore store = new RenderStore(folder);
        String key = key(request(1));
        Path file = put(store, request(1)).file();
        Map<String, String> text = Png.read(file).text();
        Image other = renderer.render(request(2)).image();

        assertThat(with(store, key, file, other, text)).as("its texts kept").isEmpty();
        Map<String, String> old = new HashMap<>(text);
        old.keySet().removeAll(List.of("assay:pixels", "assay:seal"));
        Image own = renderer.render(request(1)).image();
        assertThat(with(store, key, file, own, old)).as("of before").isEmpty();
        Map<String, String> named = new HashMap<>(text);
        named.put("assay:pixels", other.sha256());
        assertThat(with(store, key, file, other, named))
                .as("its hash written in")
                .isEmpty();
        Map<String, String> quick = new HashMap<>(text);
        quick.put("assay:seconds", "0.001");
        assertThat(with(store, key, file, own, quick)).as("its cost changed").isEmpty();
        Map<String, String> ofAnother = Png.read(put(store, request(2)).file()).text();
        Map<String, String> moved = new HashMap<>(ofAnother);
        moved.put("assay:key", key);
        assertThat(with(store, key, file, other, moved)).as("of another key").isEmpty();
        assertThat(with(store, key, file, own, text)).as("as it was").isPresent();
    }

    private static Optional<Picture> with(
            RenderStore store, String key, Path file, Image image, Map<String, String> text) {
        try {
            Files.write(file, Png.encode(image, text));
            return store.find(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void of_two_runs_that_make_the_same_picture_the_first_one_stays_and_both_have_it() throws IOException {
        RenderStore store = new RenderStore(folder);
        Picture first = put(store, request(1));
        Image noisy = renderer.render(request(2)).image();
        Picture second = store.put(origin(request(1)), new Rendered(noisy, new Cost(9, 0, 0, true)), Map.of());

        assertThat(second.cost()).isEqualTo(first.cost());
        assertThat(second.image()).isEqualTo(first.image());
        assertThat(Png.read(second.file()).image()).isEqualTo(first.image());
        Files.write(first.file(), new byte[] {1, 2, 3});
        assertThat(store.put(origin(request(1)), new Rendered(noisy, new Cost(9, 0, 0, true)), Map.of())
                        .image())
                .isEqualTo(noisy);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }
}
