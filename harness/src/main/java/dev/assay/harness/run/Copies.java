package dev.assay.harness.run;

import dev.assay.harness.model.Finding;
import dev.assay.harness.render.Picture;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Clustered;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Place;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What looks like more evidence than it is: one prompt under several ids is one prompt of the statistics, and a pair of pictures that is
 * there twice, pixel by pixel on both sides, is one pair.
 *
 * @param cluster of each case, by id: the id of the first case with the same prompt
 * @param pairs copies of pairs before them
 * @param cases all of whose pairs are such copies
 * @param findings for people
 */
record Copies(Map<String, String> cluster, Set<Place> pairs, Set<String> cases, List<Finding> findings) {
    static final Copies NONE = new Copies(Map.of(), Set.of(), Set.of(), List.of());

    Copies {
        cluster = Map.copyOf(cluster);
        pairs = Set.copyOf(pairs);
        cases = Set.copyOf(cases);
        findings = List.copyOf(findings);
    }

    static Copies of(List<CasePictures> all) {
        Map<String, String> first = new HashMap<>(); // id by prompt
        Map<String, String> cluster = new LinkedHashMap<>();
        Map<String, List<String>> same = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Set<Place> pairs = new HashSet<>();
        Set<String> cases = new HashSet<>();
        for (CasePictures c : all) {
            String id = c.prompt().id();
            cluster.put(id, first.computeIfAbsent(words(c.prompt().prompt()), p -> id));
            same.computeIfAbsent(cluster.get(id), k -> new ArrayList<>()).add(id);
            boolean onlyCopies = true;
            for (int i = 0; i < c.base().size(); i++) {
                Picture base = c.base().get(i);
                if (seen.add(base.sha256() + " " + c.candidate().get(i).sha256())) {
                    onlyCopies = false;
                } else {
                    pairs.add(new Place(id, base.seed()));
                }
            }
            if (onlyCopies) {
                cases.add(id);
            }
        }
        List<Finding> findings = new ArrayList<>();
        same.values().stream()
                .filter(ids -> ids.size() > 1)
                .forEach(ids -> findings.add(new Finding(
                        Finding.Level.WARNING, String.join(", ", ids) + ": the same prompt; they count as one")));
        if (!pairs.isEmpty()) {
            findings.add(new Finding(
                    Finding.Level.WARNING,
                    Numbers.counted(pairs.size(), "pair", "pairs")
                            + " of pictures, pixel by pixel on both sides, are there already under another seed or"
                            + " prompt; they count once"));
        }
        return new Copies(cluster, pairs, cases, findings);
    }

    /**
     * Two prompts are one where only case, spaces, marks, accents, width, characters that nobody sees or the negative prompt differ: what they show
     * of a model is not independent.
     */
    static String words(String text) {
        String words = Normalizer.normalize(text, Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[\\p{M}\\p{Cf}]+", "")
                .replaceAll("[^\\p{L}\\p{N}]+", " ")
                .strip();
        return words.isEmpty() ? text.strip() : words;
    }

    /** The pairs that are no copies, in the clusters of their prompts. */
    List<Clustered> without(List<Measurement> measured) {
        return measured.stream()
                .filter(m -> m.seed() == null
                        ? !cases.contains(m.caseId())
                        : !pairs.contains(new Place(m.caseId(), m.seed())))
                .map(m -> new Clustered(cluster.getOrDefault(m.caseId(), m.caseId()), m))
                .toList();
    }
}
