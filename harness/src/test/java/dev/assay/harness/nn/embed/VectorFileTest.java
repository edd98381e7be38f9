package dev.assay.harness.nn.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {
    private static final int RECORD = 32 + 4 * 3 + 4;

    @TempDir
    Path folder;

    private VectorFile open() {
        return VectorFile.open(folder, "encoder");
    }

    private Path file() {
        return folder.resolve("encoder.vectors");
    }

    private static String key(int i) {
        return Hashes.sha256(("picture " + i).getBytes(StandardCharsets.UTF_8));
    }

    private static float[] vector(int i) {
        return new float[] {i, 0.5f, -i};
    }

    private static void add(VectorFile vectors, int... numbers) {
        for (int i : numbers) {
            vectors.add(Map.of(key(i), vector(i)));
        }
    }

    @Test
    void what_one_run_added_the_next_finds_and_another_encoder_does_not() {
        add(open(), 1, 2);
        assertThat(open().find(key(1))).contains(vector(1));
        assertThat(open().find(key(2))).contains(vector(2));
        assertThat(open().find(key(3))).isEmpty();
        assertThat(VectorFile.open(folder, "another").find(key(1))).isEmpty();
    }

    @Test
    void a_record_with_a_wrong_bit_does_not_exist_and_the_others_do() throws IOException {
        add(open(), 1, 2, 3);
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.seek(16 + RECORD + 40); // in the second vector
            int old = bytes.read();
            bytes.seek(16 + RECORD + 40);
            bytes.write(old ^ 1);
        }
        VectorFile damaged = open();
        assertThat(damaged.find(key(1))).contains(vector(1));
        assertThat(damaged.find(key(2))).isEmpty();
        assertThat(damaged.find(key(3))).contains(vector(3));
        add(damaged, 2);
        assertThat(damaged.find(key(2))).contains(vector(2));
        assertThat(open().find(key(2))).contains(vector(2));
    }

    @Test
    void half_a_record_at_the_end_is_overwritten() throws IOException {
        add(open(), 1, 2);
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.setLength(16 + RECORD + 20);
        }
        VectorFile cut = open();
        assertThat(cut.find(key(2))).isEmpty();
        add(cut, 3);
        assertThat(open().find(key(1))).contains(vector(1));
        assertThat(open().find(key(3))).contains(vector(3));
        assertThat(Files.size(file())).isEqualTo(16 + 2 * RECORD);
    }

    @Test
    void a_file_of_something_else_is_ignored_and_replaced() throws IOException {
        Files.writeString(file(), "no vectors in here, but something longer than a header");
        VectorFile foreign = open();
        assertThat(foreign.find(key(1))).isEmpty();
        add(foreign, 1);
        assertThat(open().find(key(1))).contains(vector(1));
    }

    @Test
    void a_place_that_cannot_be_written_is_no_trouble_of_a_run() throws IOException {
        Path taken = Files.writeString(folder.resolve("taken"), "a file where the folder would be");
        VectorFile nowhere = VectorFile.open(taken, "encoder");
        add(nowhere, 1);
        assertThat(nowhere.find(key(1))).isEmpty();
        assertThat(taken).hasContent("a file where the folder would be");
    }

    @Test
    void several_runs_write_to_one_file_at_once() throws Exception {
        ExecutorService runs = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int run = 0; run < 4; run++) {
                int first = run * 25;
                done.add(runs.submit(
                        () -> add(open(), IntStream.range(first, first + 25).toArray())));
            }
            for (Future<?> run : done) {
                run.get();
            }
        } finally {
            runs.shutdown();
        }
        VectorFile all = open();
        for (int i = 0; i < 100; i++) {
            assertThat(all.find(key(i))).contains(vector(i));
        }
        assertThat(Files.size(file())).isEqualTo(16 + 100 * RECORD);
    }

    @Test
    void a_file_that_grows_beyond_its_bound_loses_its_older_half() throws IOException {
        VectorFile small = VectorFile.open(folder, "encoder", 16 + 10 * RECORD);
        add(small, IntStream.range(0, 11).toArray());
        assertThat(Files.size(file())).isEqualTo(16 + 6 * RECORD);
        for (VectorFile vectors : List.of(small, open())) {
            assertThat(vectors.find(key(4))).isEmpty();
            assertThat(vectors.find(key(5))).contains(vector(5));
            assertThat(vectors.find(key(10))).contains(vector(10));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void a_place_that_another_run_has_used_for_another_vector_is_noticed() throws IOException {
        VectorFile mine = open();
        add(mine, 1, 2);
        Files.write(file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        add(open(), 3, 4);
        assertThat(mine.find(key(1))).isEmpty();
        assertThat(mine.find(key(2))).isEmpty();
    }
}
