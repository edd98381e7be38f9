package dev.assay.reports.dashboard;

import dev.assay.harness.json.Json;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.picture.CasePicture;
import dev.assay.reports.picture.ContactSheet;
import dev.assay.reports.picture.Pixels;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.words.Words;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of a run on the site: made once from its record and kept, because they cost more than all pages together. Always
 * PNG: a JPEG has a pattern of 8 pixels of its own.
 *
 * @param thumbnail file in the run's folder; null for none
 * @param pairs base and candidate of one seed, for the slider
 * @param note why there are no pictures; null when there are
 */
record RunPictures(
        String schema,
        String thumbnail,
        List<Shown> sheets,
        List<Pair> pairs,
        List<Shown> worst,
        List<String> prompts,
        List<String> findings,
        String note) {
    private static final String SCHEMA = "assay-dashboard-pictures/2";
    /** Does not know what regressed. */
    private static final String BEFORE = "assay-dashboard-pictures/1";

    private static final String INDEX = "pictures.json";
    private static final int MAX_PAIRS = 24;
    private static final int MAX_WORST = 3; // per criterion
    private static final int THUMBNAIL = 64; // pixels, drawn at half of that

    RunPictures {
        sheets = sheets == null ? List.of() : List.copyOf(sheets);
        pairs = pairs == null ? List.of() : List.copyOf(pairs);
        worst = worst == null ? List.of() : List.copyOf(worst);
        prompts = prompts == null ? List.of() : List.copyOf(prompts);
        findings = findings == null ? List.of() : List.copyOf(findings);
        if (thumbnail != null) {
            requireName(thumbnail);
        }
    }

    /**
     * A picture and what it shows; sizes in pixels.
     *
     * @param regressed it is of a criterion that did
     */
    record Shown(String file, String text, int width, int height, boolean regressed) {
        Shown {
            requireName(file);
        }
    }

    record Pair(String text, String base, String candidate, int width, int height) {
        Pair {
            requireName(base);
            requireName(candidate);
        }
    }

    private static void requireName(String file) {
        if (!file.matches("[a-z]+[0-9-]*\\.png")) {
            throw new IllegalArgumentException("expected the name of a picture, found " + file);
        }
    }

    static RunPictures none(String note) {
        return new RunPictures(SCHEMA, null, null, null, null, null, null, note);
    }

    static String folder(RunSummary run) {
        return "runs/" + Slug.of(run.run());
    }

    /** Those of an earlier site, or made now. A record that cannot be read leaves a note, never a failure. */
    static RunPictures of(RunSummary run, Path historyFolder, SiteFolder site) throws IOException {
        String folder = folder(run);
        Path file = resolve(historyFolder, run.record());
        Optional<RunPictures> kept = kept(folder, site, file == null ? BEFORE : SCHEMA);
        if (kept.isPresent()) {
            return kept.get();
        }
        Path thumbnail = resolve(historyFolder, run.thumbnail());
        if (file == null && thumbnail == null) {
            return none(
                    run.record() == null ? "The record of this run was not kept." : "The record of this run is gone.");
        }
        Files.createDirectories(site.path(folder));
        RunPictures made;
        try {
            made = new Making(site, folder).make(file, thumbnail);
        } catch (RuntimeException | Error unreadable) {
            return none("The record of this run cannot be read: " + Words.line(Trouble.words(unreadable), 300));
        }
        site.write(folder + "/" + INDEX, Json.LENIENT.writeValueAsBytes(made));
        return made;
    }

    private static Optional<RunPictures> kept(String folder, SiteFolder site, String oldest) {
        if (!site.has(folder + "/" + INDEX)) {
            return Optional.empty();
        }
        try {
            RunPictures kept =
                    Json.LENIENT.readValue(site.path(folder + "/" + INDEX).toFile(), RunPictures.class);
            List<String> files = kept.files();
            if (!List.of(oldest, SCHEMA).contains(kept.schema())
                    || files.stream().anyMatch(f -> !site.has(folder + "/" + f))) {
                return Optional.empty();
            }
            files.forEach(f -> site.keep(folder + "/" + f));
            site.keep(folder + "/" + INDEX);
            return Optional.of(kept);
        } catch (IOException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private List<String> files() {
        List<String> files = new ArrayList<>();
        sheets.forEach(s -> files.add(s.file()));
        worst.forEach(s -> files.add(s.file()));
        pairs.forEach(p -> files.addAll(List.of(p.base(), p.candidate())));
        if (thumbnail != null) {
            files.add(thumbnail);
        }
        return files;
    }

    private static Path resolve(Path folder, String file) {
        try {
            Path path = file == null ? null : folder.resolve(file);
            return path != null && Files.isRegularFile(path) ? path : null;
        } catch (InvalidPathException hostile) {
            return null;
        }
    }

    /** Writes the pictures of one run. */
    private record Making(SiteFolder site, String folder) {
        RunPictures make(Path recordFile, Path thumbnailFile) throws IOException {
            Optional<BufferedImage> small = thumbnailFile == null ? Optional.empty() : Pixels.read(thumbnailFile);
            if (recordFile == null) {
                return new RunPictures(
                        SCHEMA, thumbnail(small), null, null, null, null, null, "The record of this run is gone.");
            }
            RunRecord run = RunRecords.read(recordFile);
            Path runFolder = recordFile.toAbsolutePath().getParent();
            Renderings renderings = new Renderings(run.renderings(), runFolder);

            List<Shown> sheets = new ArrayList<>();
            for (ContactSheet.Sheet sheet : renderings.sheets(Integer.MAX_VALUE)) {
                sheets.add(picture("sheet-" + (sheets.size() + 1), sheet.name(), sheet.image()));
            }
            List<Shown> worst = new ArrayList<>();
            Map<String, RenderingEntry> toCompare = new LinkedHashMap<>();
            List<VerdictEntry> gravestFirst = new ArrayList<>(run.verdicts());
            gravestFirst.sort(Comparator.comparing(v -> !v.is(Outcome.REGRESSED) || v.soft()));
            for (VerdictEntry v : gravestFirst) {
                for (WorstCase w : worst(v)) {
                    worst.add(picture(
                            "worst-" + (worst.size() + 1),
                            Words.line(v.id(), 60) + " ("
                                    + v.outcomeWords().toLowerCase(java.util.Locale.ROOT) + "): "
                                    + CasePicture.caption(v, w, renderings),
                            CasePicture.of(v, w, renderings),
                            v.is(Outcome.REGRESSED)));
                    if (v.is(Outcome.REGRESSED)) {
                        renderings
                                .seenBy(v)
                                .find(w, "candidate")
                                .ifPresent(candidate -> toCompare.put(
                                        w.caseId() + " " + w.seed() + (v.untriggered() ? " untriggered" : ""),
                                        candidate));
                    }
                }
            }
            run.renderings().stream()
                    .filter(r -> "candidate".equals(r.role()))
                    .forEach(r -> toCompare.putIfAbsent(r.caseId() + " first", r));
            List<Pair> pairs = new ArrayList<>();
            for (RenderingEntry r :
                    toCompare.values().stream().distinct().limit(MAX_PAIRS).toList()) {
                Optional<BufferedImage> base =
                        renderings.find(r.caseId(), r.seed(), "base").flatMap(renderings::read);
                Optional<BufferedImage> candidate = renderings.read(r);
                if (base.isPresent() && candidate.isPresent()) {
                    int number = pairs.size() + 1;
                    Shown b = picture("base-" + number, "", Pixels.forPeople(base.get()));
                    Shown c = picture("candidate-" + number, "", Pixels.forPeople(candidate.get()));
                    pairs.add(new Pair(
                            Words.line(r.prompt(), 200) + ", seed " + r.seed(),
                            b.file(),
                            c.file(),
                            b.width(),
                            b.height()));
                }
                if (small.isEmpty()) {
                    small = candidate;
                }
            }
            return new RunPictures(
                    SCHEMA,
                    thumbnail(small),
                    sheets,
                    pairs,
                    worst,
                    run.renderings().stream()
                            .map(r -> Words.line(r.prompt(), 300))
                            .distinct()
                            .toList(),
                    run.findings().stream()
                            .map(f -> f.level().name().toLowerCase(java.util.Locale.ROOT) + ": "
                                    + Words.line(f.text(), 400))
                            .toList(),
                    null);
        }

        /** Those that show anything. */
        private static List<WorstCase> worst(VerdictEntry v) {
            return v.worst().stream()
                    .filter(w -> w.difference() != 0 || v.is(Outcome.REGRESSED))
                    .limit(MAX_WORST)
                    .toList();
        }

        private String thumbnail(Optional<BufferedImage> image) throws IOException {
            return image.isEmpty()
                    ? null
                    : picture("thumb", "", Pixels.within(image.get(), THUMBNAIL))
                            .file();
        }

        private Shown picture(String name, String text, BufferedImage image) throws IOException {
            return picture(name, text, image, false);
        }

        private Shown picture(String name, String text, BufferedImage image, boolean regressed) throws IOException {
            site.write(folder + "/" + name + ".png", Pixels.png(image));
            return new Shown(name + ".png", text, image.getWidth(), image.getHeight(), regressed);
        }
    }
}
