package dev.assay.reports.card;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.usage.Beside;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes a card in all its forms. */
public final class Cards {
    private static final int MAX_CARD = 256 << 20; // bytes

    private Cards() {}

    /**
     * Every form into a folder that is the build's own: {@code NAME.assay.json}, {@code .html}, {@code .svg}, {@code .md}, {@code
     * .csv}, {@code .junit.xml}. Cards of earlier runs in it are deleted first.
     *
     * @param html for people
     * @param inconclusiveAllowed whether the build goes on with an open criterion
     * @return the page
     */
    public static Path write(VerdictCard card, String html, Path folder, boolean inconclusiveAllowed)
            throws IOException {
        clean(folder);
        String name = fileName(card.name());
        Path page = folder.resolve(name + ".assay.html");
        text(page, html);
        text(folder.resolve(name + ".assay.json"), CardJson.of(card));
        text(folder.resolve(name + ".assay.svg"), Badge.svg(card));
        text(folder.resolve(name + ".assay.md"), CardMarkdown.of(card));
        text(folder.resolve(name + ".assay.csv"), CardCsv.of(card));
        text(folder.resolve(name + ".assay.junit.xml"), JunitXml.of(card, inconclusiveAllowed));
        return page;
    }

    /**
     * JSON, page and badge beside a file, in place of cards of earlier runs. Another file of such a name, that is no card of
     * ours, stays.
     *
     * @param page as {@link #write} left it
     * @return what was written
     */
    public static List<Path> beside(VerdictCard card, Path page, Path judged) throws IOException {
        List<Path> written = new ArrayList<>();
        written.add(place(sibling(judged, ".assay.json"), CardJson.of(card), VerdictCard.SCHEMA));
        written.add(place(
                sibling(judged, ".assay.html"),
                Files.readString(page, StandardCharsets.UTF_8),
                "Content-Security-Policy"));
        written.add(place(sibling(judged, ".assay.svg"), Badge.svg(card), "aria-label"));
        return written;
    }

    /** Appends the card to the summary of a GitHub job. */
    public static void summarize(VerdictCard card, Path gitHubStepSummary) throws IOException {
        Files.writeString(
                gitHubStepSummary,
                CardMarkdown.of(card) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** {@code style.safetensors} and {@code .assay.json} make {@code style.assay.json}, in the same folder. */
    static Path sibling(Path judged, String ending) {
        return Beside.of(judged, ending);
    }

    static String stem(Path judged) {
        return Beside.stem(judged);
    }

    /** A name for the build's own folders, whatever a candidate or a run is called. */
    public static String fileName(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._+@-]", "_").replaceFirst("^[.]+", "_");
        return plain.isEmpty() ? "candidate" : plain.substring(0, Math.min(120, plain.length()));
    }

    private static Path place(Path file, String text, String mark) throws IOException {
        if (Files.exists(file) && !isMarked(file, mark)) {
            throw new IOException(file + " is no card of ours: it was not written over");
        }
        text(file, text);
        return file;
    }

    private static boolean isMarked(Path file, String mark) throws IOException {
        return Files.size(file) <= MAX_CARD && SmallFile.text(file, MAX_CARD).contains(mark);
    }

    private static void text(Path file, String text) throws IOException {
        WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void clean(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> old = Files.list(folder)) {
                for (Path file : old.filter(f -> f.getFileName().toString().contains(".assay."))
                        .toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
