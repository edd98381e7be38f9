package dev.assay.reports.cli;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.inspect.TensorScan;
import dev.assay.harness.model.loader.LoaderCheck.Answer;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraWeights;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One file in a few lines that fit a terminal of 100 columns. */
final class InspectText {
    private static final int WIDTH = 98;
    private static final int LABEL = 12; // columns of a line's name with its margins
    private static final int MAX_TYPES = 4;
    private static final int MAX_TRIGGERS = 4;

    private final Paint paint;

    InspectText(boolean colours) {
        this.paint = new Paint(colours);
    }

    static String name(Path file) {
        Path name = file.getFileName();
        return PlainText.line(String.valueOf(name == null ? file : name), 80);
    }

    List<String> lines(Report report) {
        List<String> lines = new ArrayList<>();
        Inspection i = report.inspection();
        String size = i == null || i.bytes() == 0 ? "" : "  " + paint.dim(Numbers.bytes(i.bytes()));
        lines.add(paint.bold(name(report.file())) + size);
        if (i != null && i.kind().isPresent()) {
            facts(report, i, lines);
        }
        // Of files of no known kind too.
        add(lines, "looked at", report.scan().map(InspectText::scanned).orElse(""));
        problems(report.problems(), lines);
        lines.add("");
        return lines;
    }

    private void facts(Report report, Inspection i, List<String> lines) {
        ModelKind kind = i.kind().orElseThrow();
        wrapped(what(i, kind), WIDTH - 2).forEach(l -> lines.add("  " + l));
        if (kind.isAdapter()) {
            String[] rank = rank(i).split(" ", 2); // its first word names the line
            add(lines, rank[0], rank.length < 2 ? "" : rank[1]);
            add(lines, "changes", String.join(", ", i.contents()) + ": " + i.modules() + " layers" + sorts(i.layers()));
            report.check().ifPresent(c -> strength(c.weights(), lines));
        } else if (!i.contents().equals(List.of(kind.word()))) {
            add(
                    lines,
                    "contains",
                    String.join(", ", i.contents()) + (i.ema() ? "; EMA weights besides (unpruned)" : ""));
        }
        add(lines, "numbers", Numbers.count(i.parameters()) + " parameters; " + types(i));
        add(lines, "predicts", i.predictionType());
        add(lines, "for", i.claimedBase().isEmpty() ? "" : i.claimedBase() + paint.dim(" (says its metadata)"));
        add(lines, "trigger", triggers(i));
        add(lines, "made by", i.trainer());
        add(lines, "licence", i.license());
        add(lines, "hashes", hashes(i.hashes()));
    }

    private String what(Inspection i, ModelKind kind) {
        String family = i.familyTitle().isEmpty() ? "an unknown model" : i.familyTitle();
        return switch (kind) {
            case TEXT_ENCODER -> "text encoder " + String.join(", ", i.contents());
            case VAE -> "VAE, " + family;
            case EMBEDDING -> "embedding (textual inversion) for " + family;
            case CHECKPOINT, DIFFUSION_MODEL -> family + paint.dim(" (" + kind.title() + ")");
            default ->
                kind.title()
                        + (kind.isAdapter() || !i.familyTitle().isEmpty() ? " for " + family : "")
                        + (kind.isAdapter() ? "" : ": Assay does not judge it");
        };
    }

    /** {@code rank 4, alpha 4}, or the one of them that there is. */
    private static String rank(Inspection i) {
        return Stream.concat(
                        i
                                .rank()
                                .map(r -> "rank "
                                        + (r.min() == r.max()
                                                ? "" + r.min()
                                                : r.min() + " to " + r.max() + ", median " + r.median()))
                                .stream(),
                        i.alpha().stream().mapToObj(a -> "alpha " + Numbers.of(a)))
                .collect(Collectors.joining(", "));
    }

    private static String sorts(Map<String, Integer> sorts) {
        return sorts.isEmpty()
                ? ""
                : sorts.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String scanned(TensorScan scan) {
        return "the numbers of " + scan.read() + " tensors"
                + (scan.read() > 0 && scan.broken().isEmpty() && !scan.allZero() ? ": all finite" : "")
                + (scan.zeroVectors().isEmpty() || scan.allZero()
                        ? ""
                        : "; " + scan.zeroVectors().size() + " biases or other vectors are zero");
    }

    private static String types(Inspection i) {
        String types = i.quantization().entrySet().stream()
                .limit(MAX_TYPES)
                .map(e -> e.getKey() + " in " + e.getValue() + " tensors")
                .collect(Collectors.joining(", "));
        int more = i.quantization().size() - MAX_TYPES;
        return types
                + (more > 0 ? " and " + more + " more types" : "")
                + (i.quantizationNote().isEmpty() ? "" : "; " + i.quantizationNote());
    }

    private String triggers(Inspection i) {
        String words = i.triggerWords().stream()
                .limit(MAX_TRIGGERS)
                .map(t -> t.word() + paint.dim(" (" + t.source() + ")"))
                .collect(Collectors.joining(", "));
        int more = i.triggerWords().size() - MAX_TRIGGERS;
        return more > 0 ? words + " and " + more + " more" : words;
    }

    private static String hashes(Map<String, String> hashes) {
        return hashes.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining("\n"));
    }

    private void strength(LoraWeights weights, List<String> lines) {
        if (weights.norm() > 0) {
            String relative = weights.relative().isPresent()
                    ? String.format(
                            Locale.ROOT,
                            ", %.2g %% of the base's weights there",
                            100 * weights.relative().getAsDouble())
                    : "";
            add(
                    lines,
                    "strength",
                    "the change measures " + Numbers.of(weights.norm()) + " at " + Numbers.of(weights.strength())
                            + relative);
        }
    }

    private void problems(List<Finding> problems, List<String> lines) {
        for (Finding problem : problems) {
            String label = problem.isError() ? paint.red("problem") : paint.yellow("note");
            String text = PlainText.line(problem.text(), 1000);
            List<String> wrapped = wrapped(text);
            lines.add("  " + label + " ".repeat(LABEL - 2 - (problem.isError() ? 7 : 4)) + wrapped.get(0));
            wrapped.subList(1, wrapped.size()).forEach(l -> lines.add(" ".repeat(LABEL) + l));
        }
    }

    /** Nothing where the text is empty. */
    private static void add(List<String> lines, String label, String text) {
        if (text.isEmpty()) {
            return;
        }
        boolean first = true;
        for (String part : text.split("\n", -1)) {
            for (String line : wrapped(part)) {
                lines.add("  " + (first ? label : "") + " ".repeat(LABEL - 2 - (first ? label.length() : 0)) + line);
                first = false;
            }
        }
    }

    /** Lines that end between words; colour codes count as letters, which only makes lines shorter. */
    private static List<String> wrapped(String text) {
        return wrapped(text, WIDTH - LABEL);
    }

    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** Will it work, how much of it, how strong is it. */
    List<String> onBase(Report base, Report lora) {
        List<String> lines = new ArrayList<>();
        Answer answer = base.broken() ? Answer.DOES_NOT_WORK : lora.answer();
        String words = answer.words();
        String painted = switch (answer) {
            case WORKS -> paint.green(words);
            case IN_PART, AFTER_CONVERSION -> paint.yellow(words);
            case DOES_NOT_WORK -> paint.red(words);
        };
        String by = lora.loading().map(l -> " (" + l.report().title() + ")").orElse("");
        lines.add(paint.bold(name(lora.file())) + " on " + paint.bold(name(base.file())) + ": " + painted
                + paint.dim(by));
        if (lora.inspection() != null && lora.inspection().kind().isPresent()) {
            Inspection i = lora.inspection();
            String rank = rank(i);
            add(lines, "LoRA", what(i, i.kind().orElseThrow()) + (rank.isEmpty() ? "" : "; " + rank));
        }
        if (base.inspection() != null && base.inspection().kind().isPresent()) {
            Inspection i = base.inspection();
            add(lines, "base", what(i, i.kind().orElseThrow()) + "; " + types(i));
        }
        lora.fit().map(LoraFit::words).ifPresent(w -> add(lines, "how much", w));
        lora.loading()
                .filter(l -> answer == Answer.AFTER_CONVERSION)
                .ifPresent(l -> add(
                        lines,
                        "convert",
                        "assay convert " + name(lora.file()) + " --base " + name(base.file()) + " -o OUT.safetensors"));
        lora.check().ifPresent(c -> {
            strength(c.weights(), lines);
            c.weights()
                    .strongest()
                    .ifPresent(m -> add(
                            lines,
                            "most on",
                            PlainText.line(m.name(), 80)
                                    + String.format(
                                            Locale.ROOT,
                                            " (largest singular value %.2g)",
                                            m.largest().getAsDouble())));
        });
        problems(base.problems(), lines);
        problems(lora.problems(), lines);
        lines.add("");
        return lines;
    }
}
