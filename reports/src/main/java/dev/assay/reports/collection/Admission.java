package dev.assay.reports.collection;

import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.Judged.CriterionJudged;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Whether a file may enter under a policy. Pure: it reads no file and no clock. */
final class Admission {
    private Admission() {}

    /** @param isFinal no override helps: nothing was judged, or adding would damage the collection */
    record Objection(String text, boolean isFinal) {}

    /**
     * What speaks against a file; empty for one that may enter.
     *
     * @param name that it will have
     * @param judged all that is known of these bytes, newest last
     * @param current what this run found out
     * @param bundled hash of the bundled suite of a name
     */
    static List<Objection> objections(
            Policy policy,
            Manifest manifest,
            String name,
            String sha256,
            long bytes,
            FileFacts facts,
            List<Judged> judged,
            Judged current,
            Function<String, Optional<String>> bundled) {
        List<Objection> found = new ArrayList<>();
        FileNames.wrong(name).ifPresent(wrong -> found.add(new Objection(wrong, true)));
        if (current.outcome() == Outcome.BROKEN || current.criteria().isEmpty()) {
            found.add(new Objection("nothing was judged: the run is BROKEN", true));
            return found;
        }
        place(manifest, name, sha256, found);
        List<Judged> counted = verdicts(policy, judged, current, bundled, found);
        contents(policy, counted, found);
        if (current.refusedUnseen().isEmpty()) {
            families(policy, counted, found);
        }
        if (!wholeEnough(policy, current)) {
            found.add(new Objection(
                    "the run had other steps or seeds than its suite (" + current.shortened()
                            + "); judge the suite as it is, or set shortened: allow",
                    false));
        }
        duplicates(policy, manifest, name, sha256, facts, found);
        allowed("made for", facts.family(), policy.modelFamilies(), found);
        allowed("licence", facts.licence(), policy.licences(), found);
        sizes(policy, manifest, name, bytes, found);
        return found;
    }

    private static void place(Manifest manifest, String name, String sha256, List<Objection> found) {
        manifest.find(name).filter(e -> !e.sha256().equals(sha256)).ifPresent(e -> {
            found.add(new Objection(
                    "the collection has another file of this name (" + e.name() + ", sha256 "
                            + e.sha256().substring(0, 12) + "); rename yours, or remove that one first",
                    true));
        });
    }

    /** Objections to the verdicts; gives those that count. */
    private static List<Judged> verdicts(
            Policy policy,
            List<Judged> judged,
            Judged current,
            Function<String, Optional<String>> bundled,
            List<Objection> found) {
        Set<Judged> counted = new LinkedHashSet<>();
        counted.add(current); // a run that asks to be let in must itself be good, also where its suite is not required
        boolean anyWeights = policy.weights() == Policy.Say.ALLOW;
        for (RequiredSuite required : policy.suites()) {
            List<Judged> comparable = judged.stream()
                    .filter(j -> Objects.equals(j.baseSha256(), current.baseSha256()))
                    .filter(j -> Objects.equals(j.strength(), current.strength()))
                    .toList();
            comparable.stream()
                    .filter(j -> wholeEnough(policy, j))
                    .filter(j -> required.isMetBy(j, anyWeights, bundled))
                    .reduce((earlier, later) -> later)
                    .ifPresentOrElse(counted::add, () -> {
                        String why = comparable.stream()
                                .filter(j -> required.name().equals(j.suite()))
                                .reduce((earlier, later) -> later)
                                .map(j -> wholeEnough(policy, j)
                                        ? required.whyNot(j, anyWeights, bundled)
                                        : "the run on it had other steps or seeds than the suite (" + j.shortened()
                                                + ")")
                                .orElse("it was not judged yet with this base and strength");
                        found.add(new Objection(
                                "suite " + required.text() + " is required and was not judged: " + why
                                        + "; judge it: -Dassay.suite=" + Words.line(required.name(), 60),
                                false));
                    });
        }
        for (Judged j : counted) {
            String suite = Words.line(j.suite(), 60) + ": ";
            // Where the files cannot work, that is all there is to say: no picture was made.
            List<CriterionJudged> bad = j.refusedUnseen()
                    .map(List::of)
                    .orElseGet(() -> j.criteria().stream()
                            .filter(c -> c.outcome() != Outcome.PASSED)
                            .toList());
            for (CriterionJudged c : bad) {
                boolean unavailable =
                        c.outcome() == Outcome.UNAVAILABLE || (c.outcome() == Outcome.INCONCLUSIVE && c.pairs() == 0);
                Policy.Say say = unavailable
                        ? policy.unavailable()
                        : c.outcome() == Outcome.INCONCLUSIVE ? policy.inconclusive() : Policy.Say.REFUSE;
                if (say == Policy.Say.REFUSE) {
                    found.add(new Objection(
                            suite + Words.line(c.id(), 60) + " is "
                                    + (unavailable
                                            ? "unavailable: its weights are missing, or it could compare no pair"
                                            : c.outcome())
                                    + c.because(),
                            c.outcome() == Outcome.BROKEN));
                }
            }
            boolean passed = j.outcome() == Outcome.PASSED;
            boolean open = j.outcome() == Outcome.INCONCLUSIVE && !bad.isEmpty();
            boolean regressed = j.outcome() == Outcome.REGRESSED && !bad.isEmpty();
            if (!passed && !open && !regressed) { // told apart above, criterion by criterion
                found.add(new Objection(suite + "the run is " + j.outcome(), true));
            }
        }
        return List.copyOf(counted);
    }

    private static boolean wholeEnough(Policy policy, Judged judged) {
        return judged.shortened() == null || policy.shortened() == Policy.Say.ALLOW;
    }

    /** On what the verdicts rest, told by the content and not by names. */
    private static void contents(Policy policy, List<Judged> counted, List<Objection> found) {
        for (Judged j : counted) {
            String suite = Words.line(j.suite(), 60) + ": ";
            boolean known = policy.bases().isEmpty()
                    || policy.bases().contains(j.baseSha256())
                    || (j.baseFiles().size() == 1
                            && policy.bases().contains(j.baseFiles().get(0)));
            if (!known) {
                found.add(new Objection(
                        suite + "the base " + Words.line(j.base(), 60)
                                + " is none of those that the policy names (bases); its files: "
                                + String.join(", ", j.baseFiles()) + ", together: " + j.baseSha256(),
                        false));
            }
            boolean looked = j.outcome() == Outcome.PASSED || (j.prompts() != null && j.prompts() > 0);
            if (looked && j.prompts() != null && j.prompts() < policy.minPrompts()) {
                found.add(new Objection(
                        suite + Numbers.counted(j.prompts(), "prompt was", "prompts were") + " looked at; at least "
                                + policy.minPrompts() + " are required (minPrompts)",
                        false));
            }
        }
    }

    private static void families(Policy policy, List<Judged> counted, List<Objection> found) {
        if (policy.unavailable() == Policy.Say.ALLOW) {
            return;
        }
        for (String family : policy.families()) {
            boolean judged = counted.stream()
                    .flatMap(j -> j.criteria().stream())
                    .anyMatch(c -> c.family().word().equals(family) && c.pairs() > 0);
            if (!judged) {
                found.add(new Objection(
                        "family " + family + " is required and unavailable: no suite judged it; judge one that does",
                        false));
            }
        }
    }

    private static void duplicates(
            Policy policy, Manifest manifest, String name, String sha256, FileFacts facts, List<Objection> found) {
        if (policy.duplicates() == Policy.Say.ALLOW) {
            return;
        }
        for (Entry e : manifest.files()) {
            if (FileNames.same(e.name(), name)) {
                continue;
            }
            if (e.sha256().equals(sha256)) {
                found.add(new Objection("a duplicate: the same bytes are there as " + e.name(), false));
            } else if (e.weightsSha256() != null && e.weightsSha256().equals(facts.weightsSha256())) {
                found.add(new Objection(
                        "a duplicate: the same weights, with another description, are there as " + e.name(), false));
            }
        }
    }

    private static void allowed(String what, String value, List<String> allowed, List<Objection> found) {
        if (allowed.isEmpty() || (value != null && allowed.stream().anyMatch(value::equalsIgnoreCase))) {
            return;
        }
        found.add(new Objection(
                what + " " + (value == null ? "unknown: the file does not say" : Words.line(value, 80)) + "; allowed: "
                        + String.join(", ", allowed),
                false));
    }

    private static void sizes(Policy policy, Manifest manifest, String name, long bytes, List<Objection> found) {
        long most = bytes(policy.maxMegabytes());
        if (bytes > most) {
            found.add(new Objection("larger than " + Numbers.bytes(most) + ": " + Numbers.bytes(bytes), false));
        }
        long maxTotal = bytes(policy.maxTotalMegabytes());
        long total = bytes
                + manifest.files().stream()
                        .filter(e -> !FileNames.same(e.name(), name))
                        .mapToLong(Entry::bytes)
                        .sum();
        if (total > maxTotal) {
            found.add(new Objection(
                    "the collection would have " + Numbers.bytes(total) + " of at most " + Numbers.bytes(maxTotal),
                    false));
        }
    }

    /** As many as there can be where there is no bound. */
    private static long bytes(Integer megabytes) {
        return megabytes == null ? Long.MAX_VALUE : megabytes * 1_000_000L;
    }
}
