package dev.assay.harness.render.folder;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Finding.Level;
import dev.assay.harness.render.folder.Pairing.Pair;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a person should know about two folders and how they were paired. */
final class Findings {
    private static final int MAX_LISTED = 10;
    private static final int MAX_CHARS = 60;

    private Findings() {}

    static List<Finding> of(PictureFolder base, PictureFolder candidate, Pairing pairing) {
        List<Finding> all = new ArrayList<>();
        for (PictureFolder side : List.of(base, candidate)) {
            String role = side.role();
            add(all, Level.WARNING, side.unread(), role + ": %d [picture is|pictures are] left out: %s");
            add(
                    all,
                    Level.WARNING,
                    side.conflicts(),
                    role + ": sources disagree about %d [picture|pictures]; the table goes before the"
                            + " texts in a file, these before its name: %s");
            add(all, Level.WARNING, side.misfits(), role + ": the pattern does not fit %d file [name|names]: %s");
        }
        add(
                all,
                Level.WARNING,
                names(pairing.baseAlone()),
                "base: %d [picture has|pictures have] no partner and [is|are] not judged: %s");
        add(
                all,
                Level.WARNING,
                names(pairing.candidateAlone()),
                "candidate: %d [picture has|pictures have] no partner and [is|are] not judged: %s");
        List<Pair> pairs = pairing.pairs();
        add(
                all,
                Level.WARNING,
                named(pairs.stream()
                        .filter(p -> !p.base().size().equals(p.candidate().size()))
                        .toList()),
                "%d [pair differs|pairs differ] in size, and metrics that compare pixels leave [it|them] out: %s");
        add(
                all,
                Level.WARNING,
                named(pairs.stream().filter(p -> p.base().lossy()).toList()),
                "%d [pair is|pairs are] JPEG or lossy WebP: [its|their] blocks of 8 pixels can hide a grid or look like one, and"
                        + " compression takes fine detail; PNG is better: %s");
        List<String> promptless =
                named(pairs.stream().filter(p -> p.known().prompt() == null).toList());
        add(
                all,
                Level.WARNING,
                promptless,
                "no prompt is known for %d [pair|pairs], so that adherence is" + " not judged on [it|them]: %s");
        List<String> seedByName = named(pairs.stream()
                .filter(p -> p.base().seedFromName() || p.known().seed() == null)
                .toList());
        add(
                all,
                Level.WARNING,
                seedByName,
                "of %d [pair|pairs] the file names alone say that both have the same seed: "
                        + (seedByName.size() > 1 && seedByName.equals(promptless) ? "the same ones" : "%s"));
        add(
                all,
                Level.WARNING,
                named(pairs.stream()
                        .filter(p -> p.base().known().negative() != null
                                && p.candidate().known().negative() != null
                                && !Objects.equals(
                                        p.base().known().negative(),
                                        p.candidate().known().negative()))
                        .toList()),
                "%d [pair has|pairs have] different negative prompts: %s");
        count(
                all,
                pairing.byName(),
                "%d [pair was|pairs were] matched by name, since prompt or seed is not known on one side");
        count(
                all,
                pairing.batches(),
                "%d [pair is|pairs are] of batches, several pictures of one prompt and seed: paired in the order of"
                        + " their names, counted as the seeds that follow");
        count(
                all,
                pairing.copies(),
                "%d [file is a copy of another|files are copies of others] beside [it|them] and [was|were] left out");
        all.add(new Finding(
                Level.NOTE,
                "the pictures were rendered elsewhere: how much that renderer differs from itself is not"
                        + " known, and a candidate that changes nothing but by chance would look applied"));
        return List.copyOf(all);
    }

    /**
     * A lossless picture beside a lossy one would be judged on the compression.
     *
     * @throws IllegalArgumentException naming some
     */
    static void requireLikeFormats(List<Pair> pairs) {
        List<String> mixed = pairs.stream()
                .filter(p -> p.base().lossy() != p.candidate().lossy())
                .map(p -> p.base().name() + " (" + p.base().format() + ") with "
                        + p.candidate().name() + " (" + p.candidate().format() + ")")
                .toList();
        if (!mixed.isEmpty()) {
            throw new IllegalArgumentException("expected both pictures of a pair with loss or both without, found "
                    + mixed.size() + " of " + pairs.size()
                    + " pairs mixed, so that the compression would be judged with the"
                    + " candidate; save both sides in one format: " + listed(mixed));
        }
    }

    private static void add(List<Finding> all, Level level, List<String> items, String words) {
        if (!items.isEmpty()) {
            all.add(new Finding(level, counted(items.size(), words).replace("%s", listed(items))));
        }
    }

    private static void count(List<Finding> all, int count, String words) {
        if (count > 0) {
            all.add(new Finding(Level.NOTE, counted(count, words)));
        }
    }

    /** Puts in the number, and of each {@code [one|several]} the word that goes with it. */
    private static String counted(int count, String words) {
        return words.replace("%d", Integer.toString(count))
                .replaceAll("\\[([^|\\]]*)\\|([^\\]]*)\\]", count == 1 ? "$1" : "$2");
    }

    private static List<String> named(List<Pair> pairs) {
        return names(pairs.stream().map(Pair::base).toList());
    }

    private static List<String> names(List<FolderPicture> pictures) {
        return pictures.stream().map(FolderPicture::name).toList();
    }

    static String listed(List<String> items) {
        return Shortened.of(items, MAX_LISTED);
    }

    static String shortened(String text) {
        return PlainText.cut(text, MAX_CHARS);
    }
}
