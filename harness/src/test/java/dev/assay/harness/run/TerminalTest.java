package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.render.Cost;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "120, 340,  0, 139,    0,    , 'rendering base       120/340  reused  139 to render'",
        "201, 340,  0, 139,    0,    , 'rendering base       201/340  reused  139 to render'",
        "211, 340, 10, 139,  4.1, 529, 'rendering base       211/340  4.1 s/picture  8 min 49 s left'",
        "211, 340, 10, 139, 0.25,  33, 'rendering base       211/340  4.0 pictures/s  33 s left'",
        "340, 340, 139, 139, 0.25,  0, 'rendering base       340/340  4.0 pictures/s'",
        "340, 340,  0,   0,    0,   0, 'rendering base       340/340  reused'",
    })
    void what_is_left_is_what_must_be_rendered(
            int done, int total, int made, int toMake, double pace, Double left, String line) {
        assertThat(Terminal.line(new Progress.Pictures(
                        "base", done, total, made, toMake, pace, left == null ? Double.NaN : left)))
                .isEqualTo(line);
    }

    @Test
    void the_tally_counts_time_for_pictures_that_are_made_and_none_for_reused_ones() {
        List<Progress.Pictures> told = new ArrayList<>();
        RenderStats tally = new RenderStats(new Progress() {
            @Override
            public void say(String line) {}

            @Override
            public void rendered(Pictures pictures) {
                told.add(pictures);
            }
        });
        tally.expect(5, 2);
        tally.reused("base");
        tally.reused("base");
        tally.expect(0, 1); // a stored one proved to be damaged
        tally.begins();
        assertThat(told).allSatisfy(p -> assertThat(p.secondsLeft()).isNaN());
        tally.made("candidate", cost(2), 0);
        tally.made("candidate", cost(4), 0);
        Progress.Pictures last = told.get(told.size() - 1);
        assertThat(last.secondsPerPicture()).isEqualTo(3);
        assertThat(last.toMake()).isEqualTo(3);
        assertThat(last.secondsLeft()).isBetween(0.0, 1.0); // by the clock, which counts several renderers right
        tally.made("candidate", cost(3), 0);
        assertThat(told.get(told.size() - 1).secondsLeft()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | 5.8 | 4 | '  4 s a picture on the first 2: the other 20 take about 1 min 20 s and 20 MB, if the candidate is as quick as the base'
            2 | 5.8 | 4 | '  4 s a picture on the first 4, on 2 renderers at once: the other 18 take about 36 s and 18 MB, if the candidate is as quick as the base'
            """)
    void after_two_pictures_of_each_renderer_the_rest_is_foretold_once_by_those_that_loaded_nothing(
            int lanes, double loading, double pace, String line) {
        List<String> said = new ArrayList<>();
        RenderStats tally = new RenderStats(new Progress() {
            @Override
            public void say(String words) {
                said.add(words);
            }

            @Override
            public void rendered(Pictures pictures) {}
        });
        for (int i = 0; i < lanes; i++) {
            tally.expect(22 / lanes, 22 / lanes);
        }
        for (int i = 0; i < 2 * lanes; i++) {
            assertThat(said).isEmpty();
            tally.made("base", new Cost(i < lanes ? loading : pace, 0, 0, i >= lanes), 1_000_000);
        }
        tally.made("base", cost(9), 1_000_000);
        assertThat(said).containsExactly(line);
    }

    private static Cost cost(double seconds) {
        return new Cost(seconds, 0, 0, true);
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    @DisabledOnOs(OS.WINDOWS) // it has no such signals
    @Timeout(300)
    void a_process_without_a_terminal_tells_how_far_it_is_and_when_stopped_how_to_go_on(String signal, int code)
            throws Exception {
        Process process = start();
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("judging a against b");
            String soFar = "rendering candidate  201/340  4.1 s/picture  9 min 30 s left";
            assertThat(lines.readLine()).isEqualTo(soFar);
            String later = lines.readLine();
            while (soFar.equals(
                    later)) { // once a second, whether or not there is news; on a busy machine it waits longer for news
                later = lines.readLine();
            }
            assertThat(later).isEqualTo(soFar + "  step 7/20");
            assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            String next = lines.readLine();
            while (next != null && next.startsWith("rendering")) {
                next = lines.readLine();
            }
            assertThat(next).isEqualTo("stopped after 201 of 340 pictures; the same command goes on");
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(code);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Watched.class.getName())
                .start();
    }

    /** A run that does not end by itself. */
    static final class Watched {
        private Watched() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Progress progress = Terminal.find("on", "the same command goes on", 1)) {
                progress.say("judging a against b");
                progress.rendered(new Progress.Pictures("candidate", 201, 340, 0, 139, 4.1, 570));
                Thread.sleep(1_500);
                progress.step(7, 20);
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void a_run_that_does_not_fit_on_the_disk_does_not_begin() {
        assertThatThrownBy(() -> DiskSpace.require(folder.resolve("not/yet"), 139, Long.MAX_VALUE / 2))
                .hasMessageContaining("139 pictures take up to ")
                .hasMessageContaining("not/yet, where ")
                .hasMessageContaining("-Dassay.store=DIR");
        assertThatThrownBy(() -> DiskSpace.require(folder, 2, 1_000_000, 3_000_000))
                .hasMessageContaining("2 pictures take up to 1.0 MB in " + folder + ", where 3.0 MB are free");
        assertThatCode(() -> DiskSpace.require(folder, 2, 1_000_000, 1L << 30)).doesNotThrowAnyException();
        assertThatCode(() -> DiskSpace.require(folder, 2, 1_000_000, -1)).doesNotThrowAnyException();
    }
}
