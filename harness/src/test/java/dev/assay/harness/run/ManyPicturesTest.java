package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.PatternRenderer;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricEntry;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.verdict.BuiltIn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory of a run does not grow with the number of its pictures: whole runs in a JVM with a small heap. For 10,000 pictures of 1024 x 1024 in 2
 * GB (half an hour, and 240 MB of disk, for its pictures are plain): {@code -Dassay.pictures=10000 -Dassay.pixels=1024 -Dassay.heap=2g}.
 */
@Tag("slow")
class ManyPicturesTest {
    private static final int SEEDS = 4; // of a prompt

    @TempDir
    Path folder;

    @Test
    void pictures_that_are_many_times_the_memory_are_judged() throws Exception {
        int pictures = Integer.getInteger("assay.pictures", 320);
        int pixels = Integer.getInteger("assay.pixels", 512);
        assertThat(run(pictures, pixels, System.getProperty("assay.heap", "128m")))
                .isEqualTo("REGRESSED null [PASSED, PASSED, PASSED, PASSED, REGRESSED, PASSED, PASSED, PASSED] "
                        + pictures);
    }

    @Test
    void one_picture_that_is_too_large_for_the_memory_gives_a_record_that_says_what_to_raise() throws Exception {
        assertThat(run(8, 4096, "96m"))
                .startsWith("BROKEN Java's memory is used up: at most 96 MiB are allowed here; allow more with"
                        + " JDK_JAVA_OPTIONS=-Xmx192m in the environment");
    }

    private String run(int pictures, int pixels, String heap) throws IOException, InterruptedException {
        Path out = folder.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Run.class.getName(),
                        folder.toString(),
                        Integer.toString(pictures),
                        Integer.toString(pixels))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        int code = process.waitFor();
        List<String> said = Files.readAllLines(out, StandardCharsets.UTF_8);
        assertThat(code).as(() -> String.join("\n", said)).isZero();
        return said.get(said.size() - 1);
    }

    /** A run that writes its outcomes. */
    static final class Run {
        private Run() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            int prompts = Integer.parseInt(arguments[1]) / SEEDS / 2;
            int pixels = Integer.parseInt(arguments[2]);
            PatternRenderer renderer = new PatternRenderer();
            renderer.paints = Run::paint;
            Plan plan = plan(folder, prompts, pixels);
            List<Criterion> all = Stream.concat(
                            Stream.of(BuiltIn.PREFLIGHT, BuiltIn.APPLIED, BuiltIn.DISTINCT), criteria().stream())
                    .toList();
            FileHashes hashes = new FileHashes();
            RunRecord record = new Evaluation(
                            plan,
                            all,
                            new RenderQueue(
                                    plan,
                                    List.of(renderer),
                                    new RenderStore(folder.resolve("renders")),
                                    hashes,
                                    Progress.QUIET,
                                    p -> List.of(),
                                    p -> false),
                            new ScoreStore(folder.resolve("scores"), new FileHashes()),
                            new Catalog(),
                            new NoModels(),
                            Progress.QUIET,
                            hashes,
                            false)
                    .run(all);
            System.out.println(record.outcome() + " " + record.problem() + " "
                    + record.verdicts().stream().map(VerdictEntry::outcome).toList() + " "
                    + record.renderings().size());
        }

        private static Plan plan(Path folder, int prompts, int pixels) throws IOException {
            Checkpoint base = new Checkpoint(Files.writeString(folder.resolve("base.safetensors"), "base"));
            Path lora = Files.writeString(folder.resolve("lora.safetensors"), "lora");
            List<Long> seeds = LongStream.range(0, SEEDS).boxed().toList();
            List<PromptCase> cases = IntStream.range(0, prompts)
                    .mapToObj(i -> new PromptCase("case-" + i, "prompt " + i, "", seeds, List.of(), null))
                    .toList();
            return new Plan(
                    new Suite(
                            "many",
                            "1",
                            "",
                            new SuiteSettings(pixels, pixels, 4, 3.0, "ddim", "normal", 0, null, null),
                            Map.of(),
                            cases,
                            criteria()),
                    "hash",
                    new ModelUnderTest(base, List.of()),
                    "base",
                    new ModelUnderTest(base, List.of(new Lora(lora, 1))),
                    "candidate",
                    0,
                    List.of(),
                    Use.OPEN,
                    folder.resolve("out"));
        }

        /** Squares by prompt and seed, as many as the picture's hash has bits: quick to make and to encode, and none like another. */
        private static Image paint(RenderRequest request) {
            int pixels = request.settings().width();
            int cell = pixels / 8;
            long bits = (31L * request.prompt().hashCode() + request.seed()) * 0x9E3779B97F4A7C15L;
            bits ^= bits >>> 32;
            int light = request.model().loras().isEmpty() ? 180 : 220;
            byte[] rgb = new byte[pixels * pixels * 3];
            for (int y = 0; y < pixels; y++) {
                for (int x = 0; x < pixels; x++) {
                    boolean on = (bits >>> (y / cell * 8 + x / cell) & 1) != 0;
                    int at = (y * pixels + x) * 3;
                    rgb[at] = (byte) (on ? light : 20);
                    rgb[at + 1] = (byte) (on ? 60 : 90);
                    rgb[at + 2] = (byte) (on ? 20 : light / 2);
                }
            }
            return Image.of(pixels, pixels, rgb);
        }
    }

    private static List<Criterion> criteria() {
        return Stream.of("blank-frame", "brightness", "distance", "spread", "rank")
                .map(name -> new Criterion(
                        name,
                        List.of(),
                        name.equals("distance") ? Criterion.Rule.HAS_EFFECT : Criterion.Rule.NON_INFERIOR,
                        name.equals("blank-frame") ? 0.5 : 3,
                        8,
                        null,
                        null))
                .toList();
    }

    /** A metric of each shape. */
    private static final class Catalog implements MetricCatalog {
        private static MetricInfo info(String name) {
            return new MetricInfo(
                    name,
                    "1",
                    "Is it still as good?",
                    Family.ARTIFACT,
                    Direction.LOWER,
                    "grey levels",
                    Range.closed(-255, 255),
                    "test");
        }

        @Override
        public List<MetricEntry> entries() {
            return Stream.of("blank-frame", "brightness", "distance", "spread", "rank")
                    .map(name -> MetricEntry.of(info(name), (models, parameters) -> open(info(name))))
                    .toList();
        }

        private static Metric open(MetricInfo info) {
            return switch (info.name()) {
                case "blank-frame" -> new OfImage(info, 1.0 / 255);
                case "brightness" -> new OfImage(info, 1);
                case "distance" -> new OfPair(info);
                case "spread" -> new OfSet(info);
                default -> new OfSuite(info);
            };
        }

        private static double red(Image image) {
            double sum = 0;
            for (int x = 0; x < image.width(); x++) {
                sum += image.value(x, x, 0);
            }
            return sum / image.width();
        }

        private record OfImage(MetricInfo info, double scale) implements Metric.ImageMetric {
            @Override
            public void prepare(Collection<Image> images) {
                images.forEach(Catalog::red);
            }

            @Override
            public Score score(PromptCase prompt, Image image) {
                return new Score.Measured(info.name().equals("blank-frame") ? 0 : scale * red(image), "mean");
            }
        }

        private record OfPair(MetricInfo info) implements Metric.PairMetric {
            @Override
            public Score score(PromptCase prompt, Image base, Image candidate) {
                return new Score.Measured(base.rmsTo(candidate), "distance");
            }
        }

        private record OfSet(MetricInfo info) implements Metric.SetMetric {
            @Override
            public Score score(PromptCase prompt, List<Image> images) {
                return new Score.Measured(images.get(0).rmsTo(images.get(1)) / 255, "spread");
            }
        }

        private record OfSuite(MetricInfo info) implements Metric.SuiteMetric {
            @Override
            public Accumulation begin() {
                List<Double> all = new ArrayList<>();
                return new Accumulation() {
                    @Override
                    public void add(PromptImages prompt) {
                        prompt.base().forEach(image -> all.add(red(image)));
                    }

                    @Override
                    public Score score(PromptImages prompt) {
                        double rank = rank(prompt.candidate().get(0))
                                - rank(prompt.base().get(0));
                        return new Score.Measured(rank / all.size(), "rank");
                    }

                    private double rank(Image image) {
                        double own = red(image);
                        return all.stream().filter(v -> v < own).count();
                    }

                    @Override
                    public String summary() {
                        return all.size() + " pictures";
                    }
                };
            }
        }
    }
}
