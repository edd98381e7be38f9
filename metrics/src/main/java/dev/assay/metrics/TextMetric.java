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
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;

/**
 * How near what is written in a picture is to what the prompt asks for: for each text the similarity of the nearest run of words that a reader sees, the
 * mean over the texts. The normalised edit distance is that of AnyText's benchmark (Tuo et al. 2023), which reads with PP-OCR, too.
 */
public final class TextMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "text",
            "1",
            "Are the words that the prompt quotes still written in the picture?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "similarity",
            Range.closed(0, 1),
            "normalised edit distance of Tuo et al. 2023 (AnyText), arXiv 2311.03054, to the nearest run of words");

    private static final int SHOWN = 60; // letters of a text in evidence

    private final TextReader reader;

    public TextMetric(TextReader reader) {
        this.reader = reader;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        List<String> asked =
                AskedText.of(prompt).stream().filter(AskedText::judged).toList();
        if (asked.isEmpty()) {
            return new Score.Unscored("no-text", "the case asks for no text of three letters or more");
        }
        for (String text : asked) {
            if (!AskedText.plain(text).codePoints().allMatch(reader::knows)) {
                return new Score.Unscored(
                        "unknown-letters", "the reader does not know all letters of \"" + shown(text) + "\"");
            }
        }
        List<TextReader.Line> lines = reader.read(image);
        List<String> words =
                AskedText.words(lines.stream().map(TextReader.Line::text).toList());
        double sum = 0;
        List<String> evidence = new ArrayList<>();
        for (String text : asked) {
            double similarity = AskedText.nearest(text, words);
            sum += similarity;
            evidence.add("\"" + shown(text) + "\" " + Bodies.fixed(similarity));
        }
        String read = lines.isEmpty()
                ? "nothing"
                : shown(String.join(
                        " / ", lines.stream().map(TextReader.Line::text).toList()));
        return new Score.Measured(sum / asked.size(), String.join(", ", evidence) + "; read: " + read, marks(lines));
    }

    static String shown(String text) {
        return PlainText.line(text, SHOWN);
    }

    static List<Score.Mark> marks(List<TextReader.Line> lines) {
        return lines.stream()
                .map(l -> new Score.Mark(shown(l.text()), l.x0(), l.y0(), l.x1(), l.y1(), l.confidence()))
                .toList();
    }
}
