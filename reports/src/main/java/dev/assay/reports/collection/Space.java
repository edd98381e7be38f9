package dev.assay.reports.collection;

import dev.assay.harness.text.Numbers;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What lies on the disk for a collection, and what of it nobody needs. Nothing is deleted here. */
public final class Space {
    private static final String MODEL = "assay:model\0";
    private static final int MAX_CHUNK = 1 << 16;

    private Space() {}

    /**
     * A kind of files.
     *
     * @param discard whether they can be deleted
     * @param why in words
     */
    public record Row(String what, long files, long bytes, boolean discard, String why) {}

    /** @param store folder of finished pictures; may not exist */
    public static List<Row> of(CuratedCollection collection, Path store) {
        Manifest manifest = collection.manifest();
        Path work = collection.folder().resolve(CuratedCollection.WORK);
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                "files of the collection",
                manifest.files().size(),
                manifest.files().stream().mapToLong(Entry::bytes).sum(),
                false,
                "the manifest has them"));
        Counter removed = count(work.resolve("removed"));
        if (removed.files > 0) {
            rows.add(removed.row(".assay/removed", true, "taken out of the collection; delete them when you are sure"));
        }
        Counter incoming = count(work.resolve("incoming"));
        if (incoming.files > 0) {
            rows.add(incoming.row(".assay/incoming", true, "left by a killed gate; the next one deletes them"));
        }
        Counter nightly = count(work.resolve("nightly"));
        if (nightly.files > 0) {
            rows.add(nightly.row(
                    ".assay/nightly", false, "run records of the nightly: without them, everything is judged again"));
        }
        pictures(manifest, store, rows);
        return rows;
    }

    private static void pictures(Manifest manifest, Path store, List<Row> rows) {
        Set<String> needed = new HashSet<>();
        manifest.files()
                .forEach(e -> e.judged().forEach(j -> {
                    needed.add(j.baseSha256());
                    needed.add(j.modelSha256());
                }));
        Set<String> refused = new HashSet<>();
        manifest.quarantine().forEach(r -> r.judged().forEach(j -> refused.add(j.modelSha256())));
        refused.removeAll(needed);
        Counter kept = new Counter();
        Counter ofRefused = new Counter();
        Counter others = new Counter();
        Counter partial = new Counter();
        walk(store, (file, bytes) -> {
            if (file.toString().endsWith(".partial")) {
                partial.add(bytes);
                return;
            }
            String model = model(file);
            (needed.contains(model) ? kept : refused.contains(model) ? ofRefused : others).add(bytes);
        });
        if (kept.files > 0) {
            rows.add(kept.row(
                    "pictures", false, "of the collection's files and their bases: the next candidate reuses them"));
        }
        if (ofRefused.files > 0) {
            rows.add(ofRefused.row(
                    "pictures", true, "of refused files; they are rendered again if one is judged again"));
        }
        if (others.files > 0) {
            rows.add(others.row(
                    "pictures", true, "of models that are in no entry; other projects may use the same store"));
        }
        if (partial.files > 0) {
            rows.add(partial.row("pictures", true, "half written by a killed run (or being written now)"));
        }
    }

    /** The model hash in a picture's text; the text stands before the pixels or soon after. Null where there is none. */
    private static String model(Path png) {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(png));
                DataInputStream in = new DataInputStream(file)) {
            in.skipNBytes(8);
            while (true) {
                int length = in.readInt();
                String type = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
                if (type.equals("IEND") || length < 0) {
                    return null;
                }
                if (type.equals("tEXt") && length <= MAX_CHUNK) {
                    String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
                    if (text.startsWith(MODEL)) {
                        return text.substring(MODEL.length());
                    }
                } else {
                    in.skipNBytes(length);
                }
                in.skipNBytes(4);
            }
        } catch (IOException damaged) {
            return null;
        }
    }

    private static Counter count(Path folder) {
        Counter counter = new Counter();
        walk(folder, (file, bytes) -> counter.add(bytes));
        return counter;
    }

    private interface Visit {
        void file(Path file, long bytes);
    }

    private static void walk(Path folder, Visit visit) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        visit.file(file, attributes.size());
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE; // deleted while we looked
                }
            });
        } catch (IOException e) {
            throw new CollectionException(folder + ": cannot be listed: " + e, e);
        }
    }

    private static final class Counter {
        private long files;
        private long bytes;

        void add(long more) {
            files++;
            bytes += more;
        }

        Row row(String what, boolean discard, String why) {
            return new Row(what, files, bytes, discard, why);
        }
    }

    /** The rows in lines for a terminal. */
    public static List<String> lines(List<Row> rows) {
        List<String> lines = new ArrayList<>();
        for (Row r : rows) {
            lines.add((r.discard() ? "  can go  " : "  keep    ") + pad(Numbers.bytes(r.bytes()), 9) + "  " + r.what()
                    + " (" + r.files() + "): " + r.why());
        }
        return lines;
    }

    private static String pad(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
