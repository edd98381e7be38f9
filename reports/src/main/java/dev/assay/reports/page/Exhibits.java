package dev.assay.reports.page;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.page.Exhibit.Strip;
import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.picture.CasePicture;
import dev.assay.reports.picture.PatternPicture;
import dev.assay.reports.picture.Pixels;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.picture.SeedStrips;
import dev.assay.reports.words.Words;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures that show what a criterion found, each kind in its own way: all seeds where it is about all seeds, the shared pattern where
 * there is one, marks where a detector left some, the difference where there is too little or too fine a one.
 */
final class Exhibits {
    private static final int PANEL = 512; // pixels of a picture in a pair
    private static final int SEED = 256;
    private static final int MAX_SEEDS = 8;
    private static final String LEAK = "trigger-leak";
    private static final String UNTRIGGERED = "candidate without its trigger words";
    private static final int MAX_AVERAGED = 64; // pictures that show a pattern well enough

    private final Renderings renderings;
    private final Path page;
    private final String candidate; // in captions

    /** @param page folder of the page */
    Exhibits(RunRecord run, Path runFolder, Path page) {
        this(new Renderings(run.renderings(), runFolder), page, "candidate");
    }

    private Exhibits(Renderings renderings, Path page, String candidate) {
        this.renderings = renderings;
        this.page = page;
        this.candidate = candidate;
    }

    Renderings renderings() {
        return renderings;
    }

    /** @param most worst cases that are shown */
    List<Exhibit> of(VerdictEntry v, int most) {
        Renderings seen = renderings.seenBy(v);
        return seen.equals(renderings) ? shown(v, most) : new Exhibits(seen, page, UNTRIGGERED).shown(v, most);
    }

    private List<Exhibit> shown(VerdictEntry v, int most) {
        List<Exhibit> exhibits = new ArrayList<>();
        if (v.metric().equals(LEAK)) {
            return leaks(v, most);
        }
        if (v.pattern() != null) {
            pattern(v).ifPresent(exhibits::add);
        }
        List<WorstCase> there = v.worst().stream()
                .filter(w -> renderings.find(w, "candidate").isPresent())
                .toList();
        List<WorstCase> changed =
                there.stream().filter(w -> w.difference() != 0).toList();
        List<WorstCase> worst = changed.isEmpty() && v.is(Outcome.REGRESSED) ? there : changed;
        Set<String> prompts = new HashSet<>();
        Stream.concat(
                        worst.stream()
                                .filter(w -> prompts.add(w.prompt())), // several prompts tell more than several seeds
                        worst.stream())
                .distinct()
                .limit(most)
                .map(w -> CasePicture.showsSeeds(v, w, renderings) ? seeds(w) : pair(v, w))
                .forEach(exhibits::add);
        return exhibits;
    }

    /** All pictures of a prompt, the base's above the candidate's. */
    Exhibit prompt(String caseId, String prompt, int longest, int seeds, String base, String candidate) {
        List<Long> all = SeedStrips.seeds(caseId, renderings);
        List<Long> shown = all.subList(0, Math.min(seeds, all.size()));
        return new Exhibit(
                Words.line(prompt, 300)
                        + (shown.size() < all.size() ? " (" + shown.size() + " of " + all.size() + " seeds)" : ""),
                List.of(
                        new Strip("base", label("base", base), strip(caseId, shown, "base", longest)),
                        new Strip(
                                "candidate",
                                label("candidate", candidate),
                                strip(caseId, shown, "candidate", longest))));
    }

    private Exhibit seeds(WorstCase w) {
        return prompt(w.caseId(), w.prompt(), SEED, MAX_SEEDS, said(w.baseEvidence()), said(w.candidateEvidence()));
    }

    private List<Shown> strip(String caseId, List<Long> seeds, String role, int longest) {
        return seeds.stream()
                .map(seed -> renderings
                        .find(caseId, seed, role)
                        .map(r -> shown(r, List.of(), longest, "", role + ", seed " + seed))
                        .orElseGet(() -> missing("", role + ", seed " + seed)))
                .toList();
    }

    private Exhibit pair(VerdictEntry v, WorstCase w) {
        List<Shown> panels = new ArrayList<>();
        panels.add(panel(w, "base", w.baseEvidence(), w.baseMarks()));
        panels.add(panel(w, "candidate", w.candidateEvidence(), w.candidateMarks()));
        if (v.family() == Family.ARTIFACT || v.family() == Family.EFFECT) {
            Optional<BufferedImage> base = renderings.read(w, "base");
            Optional<BufferedImage> candidate = renderings.read(w, "candidate");
            base.flatMap(b -> candidate.map(c -> Pixels.difference(b, c)))
                    .map(d -> Shown.of(
                            d.image(),
                            PANEL,
                            true,
                            "difference" + (d.gain() == 1 ? "" : ", " + d.gain() + " times brighter") + ": "
                                    + (d.largest() == 0
                                            ? "identical pixels"
                                            : "at most " + d.largest() + " of 255 levels"),
                            "difference of both",
                            ""))
                    .ifPresent(panels::add);
        }
        return new Exhibit(Words.line(w.prompt(), 300) + ", seed " + w.seed(), List.of(new Strip("", "", panels)));
    }

    private Shown panel(WorstCase w, String role, @Nullable String evidence, List<Mark> marks) {
        String caption = label(role, said(evidence));
        return renderings
                .find(w, role)
                .map(r -> shown(r, marks, PANEL, caption, role + " of " + Words.line(w.prompt(), 100)))
                .orElseGet(() -> missing(caption, role));
    }

    private Shown shown(RenderingEntry r, List<Mark> marks, int longest, String caption, String alt) {
        Optional<BufferedImage> read = renderings.read(r);
        if (read.isEmpty()) {
            return missing(caption, alt);
        }
        BufferedImage picture = read.get();
        String link =
                renderings.file(r).map(file -> ReportLink.relative(file, page)).orElse("");
        return marks.isEmpty()
                ? Shown.of(picture, longest, false, caption, alt, link)
                : Shown.of(
                        CasePicture.marked(
                                picture, marks, Pixels.scaleForPeople(picture.getWidth(), picture.getHeight())),
                        longest,
                        false,
                        caption,
                        alt,
                        link);
    }

    /** Base, candidate, and the candidate without its trigger words, where most of the effect was there without them. */
    private List<Exhibit> leaks(VerdictEntry v, int most) {
        return v.measurements().stream()
                .sorted(Comparator.comparingDouble(Measurement::difference).reversed())
                .map(Measurement::caseId)
                .distinct()
                .flatMap(caseId -> renderings.all().stream()
                        .filter(r -> r.role().equals(Renderings.UNTRIGGERED) && Objects.equals(r.caseId(), caseId))
                        .limit(1))
                .limit(most)
                .map(this::leak)
                .toList();
    }

    private Exhibit leak(RenderingEntry untriggered) {
        Map<String, String> roles = new LinkedHashMap<>();
        roles.put("base", "base");
        roles.put("candidate", "candidate with its trigger words");
        roles.put(Renderings.UNTRIGGERED, UNTRIGGERED);
        return new Exhibit(
                Words.line(untriggered.prompt(), 300) + ", seed " + untriggered.seed(),
                List.of(new Strip(
                        "",
                        "",
                        roles.entrySet().stream()
                                .map(role -> renderings
                                        .find(untriggered.caseId(), untriggered.seed(), role.getKey())
                                        .map(r -> shown(r, List.of(), PANEL, role.getValue(), role.getValue()))
                                        .orElseGet(() -> missing(role.getValue(), role.getValue())))
                                .toList())));
    }

    private static Shown missing(String caption, String alt) {
        String gone = "this picture is not there any more";
        return Shown.of(
                Pixels.missing(64, 64),
                64,
                true,
                caption.isEmpty() ? "" : caption + " (" + gone + ")",
                alt + ": " + gone,
                "");
    }

    private Optional<Exhibit> pattern(VerdictEntry v) {
        return PatternPicture.of(some("base"), some("candidate"), v.pattern()).map(p -> {
            Map<String, BufferedImage> parts = new LinkedHashMap<>();
            parts.put(
                    "what the pictures of the " + candidate + " share and the base's do not, " + p.gain()
                            + " times stronger",
                    p.added());
            if (p.candidateCell() != null) {
                parts.put("base, folded at " + v.pattern().period() + " pixels", p.baseCell());
                parts.put(candidate + ", folded at " + v.pattern().period() + " pixels", p.candidateCell());
            }
            return new Exhibit(
                    "The average of many pictures",
                    List.of(new Strip(
                            "",
                            "",
                            parts.entrySet().stream()
                                    .map(e -> Shown.of(e.getValue(), PANEL, true, e.getKey(), e.getKey(), ""))
                                    .toList())));
        });
    }

    /** Pictures of a role, spread over the whole run. */
    private List<BufferedImage> some(String role) {
        List<RenderingEntry> all =
                renderings.all().stream().filter(r -> role.equals(r.role())).toList();
        int count = Math.min(MAX_AVERAGED, all.size());
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(i -> renderings.read(all.get((int) ((long) i * all.size() / count))))
                .flatMap(Optional::stream)
                .toList();
    }

    private static String said(@Nullable String evidence) {
        return evidence == null ? "" : Words.line(evidence, 200);
    }

    private String label(String role, String evidence) {
        String words = role.equals("candidate") ? candidate : role;
        return evidence.isEmpty() ? words : words + ": " + evidence;
    }
}
