package dev.assay.harness.render.folder;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Finding.Level;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.render.folder.Pairing.Pair;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two folders of pictures as a suite: criteria and models of a chosen suite, cases from the pictures. A prompt that the chosen
 * suite has too takes its id, tags and what should be visible from there.
 *
 * @param suite named after the chosen one, with {@code -folder} behind
 * @param pictures of its cases
 */
public record FolderSuite(Suite suite, FinishedPictures pictures) {
    private static final int MAX_ID = 40; // characters

    /**
     * Reads both folders.
     *
     * @param pattern how file names tell prompt, case and seed; empty for {@code <anything>_<seed>}
     * @throws IllegalArgumentException in words for people, e.g. when no picture has a partner
     */
    public static FolderSuite of(Suite chosen, Path base, Path candidate, Optional<String> pattern) {
        NamePattern names = NamePattern.of(pattern);
        if (isSame(base, candidate)) {
            throw new IllegalArgumentException(
                    "assay.candidate: expected another folder than assay.base, found " + base);
        }
        PictureFolder bases = PictureFolder.read("base", base, names);
        PictureFolder candidates = PictureFolder.read("candidate", candidate, names);
        Pairing pairing = Pairing.of(bases.pictures(), candidates.pictures());
        if (pairing.pairs().isEmpty()) {
            throw new IllegalArgumentException(nothingInCommon(bases, candidates));
        }
        Findings.requireLikeFormats(pairing.pairs());
        List<Finding> findings = new ArrayList<>(Findings.of(bases, candidates, pairing));
        Map<FinishedPictures.Place, FolderPicture> pictures = new HashMap<>();
        Cases cases = new Cases(chosen, base, candidate, pictures);
        pairing.byCase().forEach((what, pairs) -> cases.add(pairs));
        Suite suite = suite(chosen, cases.inOrder(), findings);
        return new FolderSuite(
                suite,
                new FinishedPictures(
                        Map.of(base, fingerprint(bases), candidate, fingerprint(candidates)),
                        pictures,
                        findings,
                        facts(bases, candidates, pairing)));
    }

    private static boolean isSame(Path base, Path candidate) {
        try {
            return base.toRealPath().equals(candidate.toRealPath());
        } catch (IOException missing) {
            return false; // whoever reads it will say so
        }
    }

    private static Suite suite(Suite chosen, List<PromptCase> cases, List<Finding> findings) {
        Set<String> tags = new HashSet<>();
        cases.forEach(c -> tags.addAll(c.tags()));
        List<Criterion> criteria = new ArrayList<>();
        for (Criterion c : chosen.criteria()) {
            if (tags.containsAll(c.tags())) {
                criteria.add(c);
            } else {
                findings.add(new Finding(
                        Level.WARNING,
                        "the criterion " + c.id() + " is left out: no picture has the tags " + c.tags()
                                + "; give them in the column tags of prompts.csv"));
            }
        }
        if (criteria.isEmpty()) {
            throw new IllegalArgumentException(chosen.name() + ": expected a criterion for pictures with the tags "
                    + tags + ", found none; give tags in prompts.csv, or choose another suite");
        }
        return new Suite(
                chosen.name() + "-folder",
                chosen.version(),
                "Pictures rendered elsewhere, judged by the criteria of " + chosen.name() + ".",
                SuiteSettings.OPEN,
                chosen.models(),
                cases,
                criteria);
    }

    /** Collects cases, each with an id of its own. */
    private static final class Cases {
        private final Suite chosen;
        private final Path base;
        private final Path candidate;
        private final Map<FinishedPictures.Place, FolderPicture> pictures;
        private final Map<String, PromptCase> known = new HashMap<>();
        private final Set<String> ids = new HashSet<>();
        private final Map<String, PromptCase> fromSuite = new HashMap<>(); // by id
        private final List<PromptCase> others = new ArrayList<>();

        Cases(Suite chosen, Path base, Path candidate, Map<FinishedPictures.Place, FolderPicture> pictures) {
            this.chosen = chosen;
            this.base = base;
            this.candidate = candidate;
            this.pictures = pictures;
            for (PromptCase c : chosen.cases()) {
                known.putIfAbsent(ImageInfo.of(c.prompt(), null, null).prompt(), c);
                ids.add(c.id());
            }
        }

        void add(List<Pair> pairs) {
            ImageInfo first = pairs.get(0).known();
            PromptCase stated = first.prompt() == null ? null : known.get(first.prompt());
            String name = first.name() == null ? pairs.get(0).base().stem() : first.name();
            String prompt = stated != null
                    ? stated.prompt()
                    : first.prompt() != null ? first.prompt() : name + " (no prompt is known)";
            Set<String> tags = new LinkedHashSet<>(stated == null ? List.of() : stated.tags());
            pairs.forEach(p -> {
                tags.addAll(p.base().known().tags());
                tags.addAll(p.candidate().known().tags());
            });
            List<Long> seeds = seeds(stated, prompt, pairs);
            PromptCase made = new PromptCase(
                    stated == null ? id(first.prompt() == null ? name : first.prompt()) : stated.id(),
                    prompt,
                    first.negative(),
                    seeds,
                    List.copyOf(tags),
                    stated == null ? null : stated.visible(),
                    first.prompt() != null,
                    stated == null ? "" : stated.varies(),
                    stated == null ? List.of() : stated.questions());
            if (stated == null) {
                others.add(made);
            } else {
                fromSuite.put(made.id(), made);
            }
        }

        /** Those of the chosen suite in its order, then the others by prompt. */
        List<PromptCase> inOrder() {
            List<PromptCase> all = new ArrayList<>();
            chosen.cases().stream()
                    .map(c -> fromSuite.get(c.id()))
                    .filter(c -> c != null)
                    .forEach(all::add);
            all.addAll(others);
            return all;
        }

        /** One per pair, and where its pictures are; of a batch, and where none is known, the next free numbers. */
        private List<Long> seeds(PromptCase stated, String prompt, List<Pair> pairs) {
            Map<Long, Pair> bySeed = new HashMap<>();
            List<Pair> rest = new ArrayList<>();
            for (Pair pair : pairs) {
                Long seed = pair.known().seed();
                if (seed == null || bySeed.putIfAbsent(seed, pair) != null) {
                    rest.add(pair);
                }
            }
            for (Pair pair : rest) {
                long seed = pair.known().seed() == null ? 0 : pair.known().seed();
                while (bySeed.containsKey(seed)) {
                    seed = seed == Long.MAX_VALUE ? 0 : seed + 1;
                }
                bySeed.put(seed, pair);
            }
            bySeed.forEach((seed, pair) -> {
                pictures.put(new FinishedPictures.Place(base, prompt, seed), pair.base());
                pictures.put(new FinishedPictures.Place(candidate, prompt, seed), pair.candidate());
            });
            List<Long> order = new ArrayList<>();
            if (stated != null) {
                stated.seeds().stream().filter(bySeed::containsKey).forEach(order::add);
            }
            bySeed.keySet().stream().sorted().filter(s -> !order.contains(s)).forEach(order::add);
            return order;
        }

        private String id(String text) {
            String word =
                    text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
            String cut =
                    word.length() <= MAX_ID ? word : word.substring(0, MAX_ID).replaceAll("-[^-]*$", "");
            String start = cut.isEmpty() ? "case" : cut;
            String id = start;
            for (int i = 2; !ids.add(id); i++) {
                id = start + "-" + i;
            }
            return id;
        }
    }

    private static String nothingInCommon(PictureFolder base, PictureFolder candidate) {
        return "no picture of " + base.folder() + " has a partner in " + candidate.folder()
                + "; expected the same prompt and seed on both sides (from the texts in PNG files, prompts.csv, or"
                + " file names <anything>_<seed>), found for the base " + example(base) + ", for the candidate "
                + example(candidate)
                + "; if the candidate's prompts have trigger words, give both sides the same prompt in a prompts.csv";
    }

    private static String example(PictureFolder side) {
        FolderPicture first = side.pictures().get(0);
        ImageInfo k = first.known();
        return side.pictures().size() + " pictures such as " + first.name() + " ("
                + (k.prompt() == null ? "no prompt" : "\"" + Findings.shortened(k.prompt()) + "\"") + ", "
                + (k.seed() == null ? "no seed" : "seed " + k.seed()) + ")";
    }

    private static Fingerprint fingerprint(PictureFolder side) {
        return new Fingerprint(
                side.pictures().stream()
                        .map(p -> new Fingerprint.Part(
                                PictureFolder.relative(side.folder(), p.file()), p.sha256(), p.bytes()))
                        .toList(),
                List.of());
    }

    private static Map<String, String> facts(PictureFolder base, PictureFolder candidate, Pairing pairing) {
        return Map.of(
                "pictures of the base", Integer.toString(base.pictures().size()),
                "pictures of the candidate",
                        Integer.toString(candidate.pictures().size()),
                "pairs", Integer.toString(pairing.pairs().size()));
    }
}
