package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.TextReader;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Numbers;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether something is written that nobody asked for: 1 if so. A watermark, a signature, a date, the caption of a training picture. Asked for is what
 * the case states or its prompt quotes, also where it is badly misspelt, and every word of the prompt.
 */
public final class StrayTextMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "stray-text",
            "1",
            "Is there no writing, watermark or signature that nobody asked for?",
            Family.ARTIFACT,
            Direction.LOWER,
            "defect rate",
            Range.rate(),
            "own definition; lines that PP-OCR reads (Du et al. 2020, arXiv 2009.09941)");

    private static final double ATTEMPT = 0.4; // from here on a line is an attempt at what was asked for

    private final TextReader reader;

    public StrayTextMetric(TextReader reader) {
        this.reader = reader;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (!prompt.promptKnown()) {
            return NoScore.noPrompt();
        }
        List<TextReader.Line> stray = reader.read(image).stream()
                .filter(line -> AskedText.judged(line.text()) && !asked(line.text(), prompt))
                .toList();
        return new Score.Measured(
                stray.isEmpty() ? 0 : 1,
                stray.isEmpty()
                        ? "nothing is written that nobody asked for"
                        : Numbers.counted(stray.size(), "line", "lines") + " that nobody asked for: "
                                + stray.stream()
                                        .map(line -> "\"" + TextMetric.shown(line.text()) + "\"")
                                        .collect(Collectors.joining(", ")),
                TextMetric.marks(stray));
    }

    private static boolean asked(String line, PromptCase prompt) {
        String plain = AskedText.plain(line);
        if (AskedText.plain(prompt.prompt()).contains(plain)) {
            return true;
        }
        return AskedText.of(prompt).stream()
                .anyMatch(text -> AskedText.plain(text).contains(plain)
                        || AskedText.nearest(line, AskedText.words(List.of(text))) >= ATTEMPT);
    }
}
