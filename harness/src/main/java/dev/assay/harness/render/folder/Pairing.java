package dev.assay.harness.render.folder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which pictures of two folders belong together. First by prompt and seed; what is left, where one side does not know its
 * prompt or seed, by the name of case and seed or of the file. Several pictures of one prompt and seed (a batch) are paired in
 * the order of their names when there are as many on each side.
 *
 * @param batches pairs that came from such a batch
 * @param byName pairs that came from names
 * @param copies files left out because another one beside them has the same bytes
 */
record Pairing(
        List<Pair> pairs,
        List<FolderPicture> baseAlone,
        List<FolderPicture> candidateAlone,
        int batches,
        int byName,
        int copies) {
    /** What is known of the pair, from either side. */
    record Pair(ImageInfo known, FolderPicture base, FolderPicture candidate) {}

    private enum Kind {
        PROMPT_AND_SEED,
        CASE_AND_SEED,
        FILE
    }

    private record Key(Kind kind, String text, Long seed) {}

    /** @throws IllegalArgumentException where it cannot be told which of several belong together */
    static Pairing of(List<FolderPicture> base, List<FolderPicture> candidate) {
        return new Matcher(base, candidate).match();
    }

    private static final class Matcher {
        private final List<FolderPicture> base;
        private final List<FolderPicture> candidate;
        private final List<Pair> pairs = new ArrayList<>();
        private int batches;
        private int byName;
        private int copies;

        Matcher(List<FolderPicture> base, List<FolderPicture> candidate) {
            this.base = new ArrayList<>(base);
            this.candidate = new ArrayList<>(candidate);
        }

        Pairing match() {
            for (Kind kind : Kind.values()) {
                Map<Key, List<FolderPicture>> bases = groups(base, kind);
                Map<Key, List<FolderPicture>> candidates = groups(candidate, kind);
                bases.forEach((key, own) -> {
                    if (candidates.containsKey(key)) {
                        pair(key, own, candidates.get(key));
                    }
                });
            }
            return new Pairing(List.copyOf(pairs), List.copyOf(base), List.copyOf(candidate), batches, byName, copies);
        }

        private void pair(Key key, List<FolderPicture> bases, List<FolderPicture> candidates) {
            List<FolderPicture> b = distinct(bases, candidates, key.kind());
            List<FolderPicture> c = distinct(candidates, bases, key.kind());
            if (b.size() != c.size()) {
                throw new IllegalArgumentException(
                        what(key) + ": expected as many pictures of the base as of the candidate,"
                                + " found " + b.size() + " (" + names(b) + ") and " + c.size() + " (" + names(c)
                                + "); which belong together cannot be told: leave as many on each side, or tell them apart by prompt"
                                + " or seed in prompts.csv");
            }
            for (int i = 0; i < b.size(); i++) {
                if (!mayPair(b.get(i), c.get(i), key.kind())) {
                    continue;
                }
                pairs.add(new Pair(b.get(i).known().or(c.get(i).known()), b.get(i), c.get(i)));
                base.remove(b.get(i));
                candidate.remove(c.get(i));
                batches += b.size() > 1 ? 1 : 0;
                byName += key.kind() == Kind.PROMPT_AND_SEED ? 0 : 1;
            }
        }

        /** Those that may find a partner, each content once; a copy beside another one is left out for good. */
        private List<FolderPicture> distinct(List<FolderPicture> own, List<FolderPicture> others, Kind kind) {
            Map<String, FolderPicture> byHash = new LinkedHashMap<>();
            for (FolderPicture p : own) {
                if (others.stream().noneMatch(o -> mayPair(p, o, kind))) {
                    continue;
                }
                if (byHash.putIfAbsent(p.sha256(), p) != null) {
                    base.remove(p);
                    candidate.remove(p);
                    copies++;
                }
            }
            return List.copyOf(byHash.values());
        }

        /** A name says nothing against what is known. */
        private static boolean mayPair(FolderPicture a, FolderPicture b, Kind kind) {
            return kind == Kind.PROMPT_AND_SEED
                    || (!(a.known().isComplete() && b.known().isComplete())
                            && !a.known().contradicts(b.known()));
        }

        private static Map<Key, List<FolderPicture>> groups(List<FolderPicture> pictures, Kind kind) {
            Map<Key, List<FolderPicture>> groups = new LinkedHashMap<>();
            pictures.forEach(p -> key(p, kind)
                    .ifPresent(k ->
                            groups.computeIfAbsent(k, x -> new ArrayList<>()).add(p)));
            return groups;
        }

        private static Optional<Key> key(FolderPicture p, Kind kind) {
            ImageInfo k = p.known();
            return switch (kind) {
                case PROMPT_AND_SEED ->
                    k.prompt() == null || k.seed() == null
                            ? Optional.empty()
                            : Optional.of(new Key(kind, k.prompt(), k.seed()));
                case CASE_AND_SEED ->
                    k.name() == null || k.seed() == null
                            ? Optional.empty()
                            : Optional.of(new Key(kind, k.name(), k.seed()));
                case FILE -> Optional.of(new Key(kind, p.stem(), null));
            };
        }

        private static String what(Key key) {
            return switch (key.kind()) {
                case PROMPT_AND_SEED -> "\"" + Findings.shortened(key.text()) + "\" with seed " + key.seed();
                case CASE_AND_SEED -> "case " + key.text() + " with seed " + key.seed();
                case FILE -> "file name " + key.text();
            };
        }

        private static String names(List<FolderPicture> pictures) {
            return Findings.listed(pictures.stream().map(FolderPicture::name).toList());
        }
    }

    /** Pairs by what makes them a case: the prompt, else the case's name, else the file's. */
    Map<String, List<Pair>> byCase() {
        Map<String, List<Pair>> cases = new TreeMap<>();
        for (Pair pair : pairs) {
            ImageInfo k = pair.known();
            String what = k.prompt() != null
                    ? "prompt " + k.prompt()
                    : "name " + (k.name() == null ? pair.base().stem() : k.name());
            cases.computeIfAbsent(what, x -> new ArrayList<>()).add(pair);
        }
        return cases;
    }
}
