package dev.assay.reports.cli;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraOverlaps;
import dev.assay.harness.model.lora.LoraOverlaps.Pair;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;

/** {@code assay inspect --overlap}: LoRAs beside each other. */
final class Overlap {
    private static final int NAME = 38;
    private static final String ROW = "%-" + NAME + "s %-" + NAME + "s %8s %7s";
    private static final long PAUSE = 200_000_000; // ns between two updates

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean terminal;
    private final boolean json;
    private final Paint paint;
    private long last;

    Overlap(CommandLine line, boolean terminal, boolean json) {
        this.out = line.getOut();
        this.err = line.getErr();
        this.terminal = terminal;
        this.json = json;
        this.paint = new Paint(terminal);
    }

    /**
     * Prints the pairs; what was left out goes beside them, to the standard error.
     *
     * @return the exit code: a problem where fewer than two LoRAs could be compared, and where a LoRA, or a file that was named,
     *     could not be
     */
    int of(List<Path> files, Optional<Path> base) {
        Set<Path> named = new LinkedHashSet<>();
        Set<Path> found = new LinkedHashSet<>();
        for (Path path : files) {
            if (!ModelFiles.isShelf(path)) {
                named.add(path.normalize());
            }
            ModelFiles.in(path).forEach(f -> found.add(f.normalize()));
        }
        Map<Path, String> left = new LinkedHashMap<>();
        List<Path> loras = new ArrayList<>();
        int others = 0;
        LoraReader headers = new LoraReader();
        for (Report report :
                found.parallelStream().map(f -> inspected(headers, f)).toList()) {
            Optional<String> problem = unfit(headers, report);
            if (problem.isEmpty()) {
                loras.add(report.file());
            } else if (report.isAdapter() || report.broken() || named.contains(report.file())) {
                left.put(report.file(), problem.get());
            } else {
                others++;
            }
        }
        Optional<BaseModules> modules;
        try {
            modules = base.map(b -> BaseModules.of(ModelHeader.read(b).shapes()));
        } catch (ModelFileException e) {
            err.println(PlainText.line(e.getMessage(), 1000));
            return InspectCommand.PROBLEMS;
        }
        LoraOverlaps overlaps = LoraOverlaps.of(loras, modules, headers, this::progress);
        left.putAll(overlaps.left());
        if (json) {
            out.println(InspectJson.pairs(overlaps));
        } else if (overlaps.loras() > 1) {
            lines(files.size() == 1 ? files.get(0) : null, overlaps).forEach(out::println);
        }
        left.forEach((file, why) ->
                err.println("not compared: " + PlainText.line(file.toString(), 200) + ": " + PlainText.line(why, 500)));
        if (others > 0) {
            err.println("not compared: " + counted(others, "file") + " of other kinds");
        }
        if (overlaps.loras() < 2) {
            err.println("expected two LoRAs or more, found " + overlaps.loras() + " that can be compared");
            return InspectCommand.PROBLEMS;
        }
        return left.isEmpty() ? InspectCommand.FINE : InspectCommand.PROBLEMS;
    }

    private static Report inspected(LoraReader headers, Path file) {
        try {
            return Report.of(Inspector.ofHeaders().inspect(file, headers::read));
        } catch (RuntimeException | Error e) {
            return Report.failed(file, "Assay failed on this file, please report it: " + Trouble.words(e));
        }
    }

    /** Why a file is not compared, as far as its header tells. */
    private static Optional<String> unfit(LoraReader headers, Report report) {
        if (report.broken()) {
            return Optional.of(report.problems().get(0).text());
        }
        if (!report.isAdapter()) {
            return Optional.of("is no LoRA, but "
                    + report.inspection().kind().map(ModelKind::title).orElse("nothing that Assay knows"));
        }
        try {
            ModelHeader header = headers.read(report.file()).header();
            return Report.isOneSafetensors(header)
                    ? Optional.empty()
                    : Report.numbersUnread(header)
                            .or(() -> Optional.of("is in several files: join them to compare it"));
        } catch (ModelFileException e) {
            return Optional.of(e.getMessage());
        }
    }

    private synchronized void progress(int pairs, int of) {
        long now = System.nanoTime();
        if (!terminal) {
            return;
        }
        if (pairs == of) {
            err.print("\r\u001b[K");
            err.flush();
        } else if (now - last > PAUSE) {
            last = now;
            err.print("\r\u001b[Kcomparing pair " + pairs + " of " + of);
            err.flush();
        }
    }

    private List<String> lines(Path root, LoraOverlaps overlaps) {
        List<String> lines = new ArrayList<>();
        if (!overlaps.pairs().isEmpty()) {
            lines.add(paint.bold(String.format(ROW, "FIRST", "SECOND", "COSINE", "LAYERS")));
        }
        for (Pair pair : overlaps.pairs()) {
            lines.add(String.format(
                    ROW,
                    InspectTable.name(root, pair.first(), NAME),
                    InspectTable.name(root, pair.second(), NAME),
                    pair.cosine().isPresent()
                            ? String.format(Locale.ROOT, "%.3f", pair.cosine().getAsDouble())
                            : "-",
                    pair.overlap().map(o -> "" + o.common()).orElse("-")));
            remark(pair).ifPresent(r -> lines.add("  " + r));
        }
        lines.add("");
        long copies = overlaps.copies();
        lines.add(counted(overlaps.loras(), "LoRA") + ": " + counted(overlaps.allPairs(), "pair")
                + " compared by fingerprint, "
                + overlaps.compared() + " layer by layer; "
                + (copies == 0 ? "no copies" : paint.yellow(copies == 1 ? "1 copy" : copies + " copies")));
        if (overlaps.loras() > LoraOverlaps.MAX_LORAS) {
            lines.add("More than " + LoraOverlaps.MAX_LORAS
                    + " LoRAs: only pairs with a common origin are shown. Name fewer files for the whole table.");
        }
        return lines;
    }

    private Optional<String> remark(Pair pair) {
        // Names of layers differ by tool; then only the fingerprints tell.
        boolean strangers = pair.cosine().isEmpty() && pair.overlap().isPresent();
        String names = strangers ? "; no layer has the same name in both (--base tells which are the same)" : "";
        if (pair.copy()) {
            return Optional.of(paint.yellow((pair.fingerprints() > 0
                            ? "copy: the same LoRA under another name or scale"
                            : "copy: the same LoRA with the opposite sign")
                    + names));
        }
        if (pair.related()) {
            return Optional.of(paint.yellow("related: of one training, or one made from the other" + names));
        }
        return strangers ? Optional.of(paint.dim("no layer has the same name in both")) : Optional.empty();
    }

    private static String counted(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}
