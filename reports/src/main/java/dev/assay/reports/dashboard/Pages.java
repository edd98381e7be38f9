package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.dashboard.Group.Judged;
import dev.assay.reports.dashboard.ModelHistory.Change;
import dev.assay.reports.dashboard.ModelHistory.LatestResult;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Again;
import dev.assay.reports.words.Margins;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stands on the pages, as records of plain text for the templates. Text of strangers passes through {@link Words} here (no
 * control characters, nothing that turns the direction of writing) and is escaped by the template engine there.
 */
public final class Pages {
    /** Nights that charts and lists of a page go back to. */
    static final int MAX_NIGHTS = 120;

    private static final int MAX_LISTED = 200;
    private static final int NAME = 120;
    private static final int MAX_LEAD = 2; // pictures that open a page
    private static final String ENDING = ".safetensors";

    private Pages() {}

    /** A state as sign, word and style class. */
    public record Chip(String sign, String word, String style) {
        static Chip of(State state) {
            return new Chip(state.sign(), state.word(), state.style());
        }

        static Chip of(Outcome outcome) {
            return of(State.of(outcome));
        }

        /** Of a criterion: {@code regressed (soft)}. */
        static Chip of(VerdictEntry criterion) {
            State state = State.of(criterion);
            return state == State.SOFT
                    ? new Chip(state.sign(), State.of(criterion.outcome()).word() + " (soft)", state.style())
                    : of(criterion.outcome());
        }
    }

    public record Link(String text, String page) {}

    /** @param note what else changed, e.g. the metric's version; empty for nothing */
    public record ChangeRow(
            Link model,
            String suite,
            String criterion,
            Chip before,
            Chip now,
            String estimate,
            String note,
            String reason) {}

    public record Trouble(Link model, String when, String what) {}

    public record Count(Chip chip, int number) {}

    /** @param json rows of the table, see {@code assay.js} */
    public record Index(
            String title,
            String night,
            int nights,
            int models,
            List<Count> counts,
            List<ChangeRow> worse,
            int worseMore,
            List<ChangeRow> failed,
            int failedMore,
            List<ChangeRow> unsure,
            int unsureMore,
            List<ChangeRow> better,
            int betterMore,
            List<Trouble> troubles,
            int troublesMore,
            List<Link> suites,
            List<Link> metrics,
            String json) {}

    public record CriterionRow(
            Link metric,
            String id,
            Chip chip,
            String estimate,
            String interval,
            String rule,
            String means,
            String plain,
            String reason) {}

    /**
     * One variant of a model.
     *
     * @param suite null where it is not known
     */
    public record VariantPart(
            String heading,
            Link suite,
            Chip chip,
            boolean stale,
            String when,
            String problem,
            List<CriterionRow> criteria,
            List<String> unjudged,
            String command,
            List<Fact> facts) {}

    public record Fact(String name, String value, boolean code) {}

    public record StrengthRow(String strength, String suite, Chip chip, String effect, String when) {}

    public record PictureRow(String file, String text, int width, int height) {}

    public record ModelPage(
            String name,
            Chip chip,
            boolean listed,
            String family,
            String size,
            List<String> triggers,
            String when,
            List<VariantPart> variants,
            List<StrengthRow> strengths,
            List<PictureRow> sheets,
            List<PictureRow> lead,
            List<PictureRow> worst,
            List<PictureRow> first,
            String picturesNote,
            List<String> findings,
            int runs,
            int nights,
            String json) {}

    public record JudgedRow(Link model, Chip chip, String estimate, String interval, String suite, String when) {}

    public record GroupPage(
            String kind,
            String name,
            String lead,
            List<Count> counts,
            List<Fact> facts,
            List<CriterionRow> criteria,
            List<String> unjudged,
            List<JudgedRow> gravest,
            int more,
            List<String> prompts,
            boolean spread,
            String json) {}

    // ---- overview ----

    static Index index(Overview survey, Set<String> suites, Set<String> metrics, Map<String, RunPictures> pictures) {
        List<Family> families = survey.families();
        Map<State, Integer> counts = new LinkedHashMap<>();
        for (State s : List.of(State.PASSED, State.REGRESSED, State.INCONCLUSIVE, State.BROKEN, State.UNJUDGED)) {
            counts.put(s, 0);
        }
        List<Change> allWorse = survey.changes().stream().filter(Change::worse).toList();
        List<Change> worse = allWorse.stream()
                .filter(c -> c.now().outcome() == Outcome.REGRESSED && c.before() != null)
                .toList();
        List<Change> failed = allWorse.stream()
                .filter(c -> c.now().outcome() == Outcome.REGRESSED && c.before() == null)
                .toList();
        List<Change> unsure = allWorse.stream()
                .filter(c -> c.now().outcome() != Outcome.REGRESSED)
                .toList();
        List<Change> better = survey.changes().stream()
                .filter(c -> !c.worse() && c.before() != null)
                .toList();
        Set<String> worseModels = allWorse.stream()
                .filter(c -> c.before() != null)
                .map(c -> c.story().model())
                .collect(Collectors.toSet());
        List<Object[]> rows = new ArrayList<>();
        List<Trouble> troubles = new ArrayList<>();
        for (ModelHistory story : survey.stories()) {
            State state = story.state();
            counts.merge(state, 1, Integer::sum);
            rows.add(row(survey, story, families, worseModels.contains(story.model()), pictures.get(story.model())));
            trouble(story, troubles);
        }
        troubles.addAll(0, unavailable(survey));
        survey.damages()
                .forEach(d -> troubles.add(
                        0,
                        new Trouble(
                                null,
                                "",
                                "line " + d.line() + " of the history could not be read: "
                                        + Words.line(d.what(), 300))));
        String name = Words.line(survey.listing().name(), NAME);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("families", families.stream().map(Family::word).toList());
        data.put("rows", rows);
        return new Index(
                name.isEmpty() ? "Models" : name,
                Words.line(survey.newestNight(), 20),
                survey.nights().size(),
                survey.stories().size(),
                counts(counts),
                changes(worse),
                Math.max(0, worse.size() - MAX_LISTED),
                changes(failed),
                Math.max(0, failed.size() - MAX_LISTED),
                changes(unsure),
                Math.max(0, unsure.size() - MAX_LISTED),
                changes(better),
                Math.max(0, better.size() - MAX_LISTED),
                troubles.subList(0, Math.min(MAX_LISTED, troubles.size())),
                Math.max(0, troubles.size() - MAX_LISTED),
                suites.stream().map(Pages::suiteLink).toList(),
                metrics.stream().map(Pages::metricLink).toList(),
                ScriptJson.of(data));
    }

    private static List<Count> counts(Map<State, Integer> counts) {
        return counts.entrySet().stream()
                .map(e -> new Count(Chip.of(e.getKey()), e.getValue()))
                .toList();
    }

    /** The order is known to {@code assay.js}. */
    private static Object[] row(
            Overview survey, ModelHistory story, List<Family> families, boolean worse, RunPictures pictures) {
        Map<Family, State> states = story.families();
        StringBuilder verdicts = new StringBuilder();
        families.forEach(
                f -> verdicts.append(states.getOrDefault(f, State.UNJUDGED).code()));
        RunSummary newest = story.newest();
        boolean stale =
                !story.standings().isEmpty() && story.standings().stream().allMatch(LatestResult::stale);
        boolean unlisted = story.item() == null && !survey.listing().items().isEmpty();
        return new Object[] {
            shown(story.model()),
            story.page(),
            Words.line(story.family(), 40),
            story.state().code(),
            verdicts.toString(),
            newest == null ? null : newest.effect(),
            newest == null || newest.cost() == null ? null : newest.cost().secondsPerPicture(),
            newest == null || newest.cost() == null ? null : newest.cost().baseSecondsPerPicture(),
            newest == null ? "" : Words.line(newest.night(), 20),
            story.item() == null
                    ? ""
                    : Words.line(String.join(", ", story.item().triggers()), 160),
            story.bytes(),
            pictures == null || pictures.thumbnail() == null
                    ? ""
                    : RunPictures.folder(newest) + "/" + pictures.thumbnail(),
            (worse ? 1 : 0) | (unlisted ? 2 : 0) | (stale ? 4 : 0) | (survey.isCopy(story) ? 8 : 0)
        };
    }

    private static void trouble(ModelHistory story, List<Trouble> troubles) {
        Link link = new Link(shown(story.model()), story.page());
        for (LatestResult s : story.standings()) {
            RunSummary run = s.latest();
            if (s.stale()) {
                troubles.add(new Trouble(
                        link,
                        Words.line(run.night(), 20),
                        "the file changed since it was judged on suite "
                                + name(run.suite().name())));
            } else if (run.outcome() == Outcome.BROKEN) {
                String broken = run.criteria().stream()
                        .filter(e -> e.outcome() == Outcome.BROKEN && !e.soft())
                        .map(e -> name(e.id()) + ": " + Words.line(e.reason(), 200))
                        .limit(3)
                        .collect(Collectors.joining("; "));
                troubles.add(new Trouble(
                        link,
                        Words.line(run.night(), 20),
                        run.problem() != null ? Words.line(run.problem(), 400) : broken));
            }
        }
        if (story.standings().isEmpty()) {
            troubles.add(new Trouble(link, "", "never judged"));
        }
    }

    /** Missing weights concern many models alike: one line for each criterion and reason. */
    private static List<Trouble> unavailable(Overview survey) {
        Map<String, Integer> models = new LinkedHashMap<>();
        for (ModelHistory story : survey.stories()) {
            story.standings().stream()
                    .filter(s -> !s.stale())
                    .flatMap(s -> s.latest().criteria().stream())
                    .filter(e -> e.outcome() == Outcome.UNAVAILABLE && !e.soft())
                    .map(e -> name(e.id()) + " is unavailable: " + Words.line(e.reason(), 300))
                    .distinct()
                    .forEach(what -> models.merge(what, 1, Integer::sum));
        }
        return models.entrySet().stream()
                .map(e -> new Trouble(null, Numbers.counted(e.getValue(), "model", "models"), e.getKey()))
                .toList();
    }

    private static List<ChangeRow> changes(List<Change> changes) {
        return changes.stream()
                .limit(MAX_LISTED)
                .map(c -> new ChangeRow(
                        new Link(shown(c.story().model()), c.story().page()),
                        name(c.standing().variant().suite()) + strengths(c.standing(), ", strength "),
                        name(c.now().id()),
                        c.before() == null ? null : Chip.of(c.before().outcome()),
                        Chip.of(c.now().outcome()),
                        estimate(c.now()),
                        Words.line(c.note(), 200),
                        Plain.of(c.now()).sentence().isEmpty()
                                ? Words.ends(c.now().reason(), 400)
                                : Plain.of(c.now()).sentence()))
                .toList();
    }

    // ---- a model ----

    static ModelPage model(Overview survey, ModelHistory story, RunPictures pictures) {
        RunSummary newest = story.newest();
        List<VariantPart> variants =
                story.standings().stream().map(Pages::variant).toList();
        List<StrengthRow> strengths = story.standings().stream()
                .filter(s -> !s.variant().strengths().isEmpty())
                .sorted(Comparator.comparing(s -> s.variant().strengths().get(0)))
                .map(s -> new StrengthRow(
                        strengths(s, ""),
                        name(s.variant().suite()),
                        s.stale() ? Chip.of(State.UNJUDGED) : Chip.of(s.latest().outcome()),
                        Words.number(s.latest().effect()),
                        Words.line(s.latest().night(), 20)))
                .toList();
        RunPictures shown = pictures == null ? RunPictures.none("This model was never judged.") : pictures;
        String folder = newest == null ? "" : "../" + RunPictures.folder(newest) + "/";
        Map<String, Object> data = new LinkedHashMap<>();
        List<String> nights =
                story.runs().stream().map(RunSummary::night).distinct().toList();
        List<String> drawn = nights.subList(Math.max(0, nights.size() - MAX_NIGHTS), nights.size());
        data.put("nights", drawn.stream().map(n -> Words.line(n, 20)).toList());
        data.put("runs", runs(story, drawn));
        data.put("charts", charts(story, drawn));
        data.put(
                "pairs",
                shown.pairs().stream()
                        .map(p ->
                                new Object[] {p.text(), folder + p.base(), folder + p.candidate(), p.width(), p.height()
                                })
                        .toList());
        return new ModelPage(
                name(story.model()),
                Chip.of(story.state()),
                story.item() != null || survey.listing().items().isEmpty(),
                Words.line(story.family(), 40),
                bytes(story.bytes()),
                story.item() == null
                        ? List.of()
                        : story.item().triggers().stream()
                                .limit(24)
                                .map(t -> Words.line(t, 60))
                                .toList(),
                newest == null ? "never" : Words.line(newest.night(), 20),
                variants,
                strengths.size() > 1 ? strengths : List.of(),
                pictures(folder, shown.sheets()),
                pictures(
                        folder,
                        shown.worst().stream()
                                .filter(RunPictures.Shown::regressed)
                                .limit(MAX_LEAD)
                                .toList()),
                pictures(folder, shown.worst()),
                shown.pairs().stream()
                        .limit(1)
                        .flatMap(p -> java.util.stream.Stream.of(
                                new PictureRow(folder + p.base(), p.text(), p.width(), p.height()),
                                new PictureRow(folder + p.candidate(), p.text(), p.width(), p.height())))
                        .toList(),
                shown.note(),
                shown.findings(),
                story.runs().size(),
                nights.size(),
                ScriptJson.of(data));
    }

    private static List<PictureRow> pictures(String folder, List<RunPictures.Shown> pictures) {
        return pictures.stream()
                .map(p -> new PictureRow(folder + p.file(), p.text(), p.width(), p.height()))
                .toList();
    }

    private static VariantPart variant(LatestResult standing) {
        RunSummary run = standing.latest();
        List<Fact> facts = new ArrayList<>();
        for (RunSummary.Part p : run.parts()) {
            facts.add(new Fact(
                    p.strength() == null ? "checkpoint" : "LoRA at " + Words.number(p.strength()),
                    Words.line(p.file(), 300) + (p.bytes() > 0 ? ", " + bytes(p.bytes()) : ""),
                    false));
            facts.add(new Fact("SHA-256", p.sha256() == null ? "not read" : Words.line(p.sha256(), 64), true));
        }
        facts.add(new Fact(
                "base",
                name(run.base()) + (run.baseHash().isEmpty() ? "" : ", hash " + Words.line(run.baseHash(), 12)),
                false));
        facts.add(new Fact(
                "suite",
                name(run.suite().name()) + " version " + Words.line(run.suite().version(), 40) + ", "
                        + run.suite().prompts() + " prompts with up to "
                        + run.suite().seeds() + " seeds",
                false));
        facts.add(new Fact("suite file, SHA-256", Words.line(run.suite().sha256(), 64), true));
        facts.add(new Fact("renderer", Words.line(run.renderer(), 200), false));
        facts.add(new Fact("started", Words.line(run.started(), 40) + ", took " + Numbers.time(run.seconds()), false));
        facts.add(new Fact("run", Words.line(run.run(), 120), true));
        if (run.record() != null) {
            facts.add(new Fact("record", Words.line(run.record(), 300), true));
        }
        if (run.cost() != null) {
            facts.add(new Fact("cost", cost(run.cost()), false));
        }
        return new VariantPart(
                name(standing.variant().suite())
                        + strengths(standing, " at strength ")
                        + (run.base().isEmpty() ? "" : " on " + name(run.base())),
                standing.variant().suite().equals(Group.NO_SUITE)
                        ? null
                        : suiteLink(standing.variant().suite()),
                Chip.of(run.outcome()),
                standing.stale(),
                Words.line(run.night(), 20),
                run.problem() == null ? null : Words.ends(run.problem(), 600),
                Unjudged.of(run.criteria()).judged().stream()
                        .map(Pages::criterion)
                        .toList(),
                folded(run),
                command(run),
                facts);
    }

    private static String cost(RunSummary.Cost cost) {
        List<String> parts = new ArrayList<>();
        if (cost.secondsPerPicture() != null) {
            parts.add(Numbers.time(cost.secondsPerPicture()) + " a picture"
                    + (cost.baseSecondsPerPicture() == null
                            ? ""
                            : " (base: " + Numbers.time(cost.baseSecondsPerPicture()) + ")"));
        }
        if (cost.peakVramBytes() != null) {
            parts.add("peak memory of the device " + bytes(cost.peakVramBytes()));
        }
        return String.join(", ", parts);
    }

    /** What judges it again. */
    static String command(RunSummary run) {
        List<String> loras = run.parts().stream()
                .filter(p -> p.strength() != null)
                .map(p -> p.file() + (p.strength() == 1 ? "" : "@" + p.strength()))
                .toList();
        return Again.maven(Again.settings(run.asked(), loras, run.suite().name()))
                .line();
    }

    private static CriterionRow criterion(VerdictEntry e) {
        return new CriterionRow(
                metricLink(e.metric()),
                name(e.id()),
                Chip.of(e),
                estimate(e),
                interval(e),
                rule(e),
                e.baseMean() == null || e.candidateMean() == null
                        ? ""
                        : Words.number(e.baseMean()) + " \u2192 " + Words.number(e.candidateMean()),
                Plain.of(e).sentence(),
                Words.ends(e.reason(), 600));
    }

    private static List<String> folded(RunSummary run) {
        return Unjudged.of(run.criteria()).folded().stream()
                .map(f -> Words.ends(f.line(), 600))
                .toList();
    }

    private static String rule(VerdictEntry e) {
        String margin = Words.number(e.margin());
        return switch (e.rule()) {
            case NON_INFERIOR, DEFECT_RATE_NON_INFERIOR ->
                switch (e.better()) {
                    case HIGHER -> "\u2265 \u2212" + margin;
                    case LOWER -> "\u2264 +" + margin;
                    case TWO_SIDED -> "\u00b1" + margin;
                };
            case NO_NEW_DEFECTS -> "none new";
            case SUPERIOR -> "better by " + margin;
            case HAS_EFFECT -> "> floor + " + margin;
        };
    }

    private static String interval(VerdictEntry e) {
        return e.interval() == null ? "" : Words.interval(e.interval());
    }

    private static String estimate(VerdictEntry e) {
        return e.estimate() == null ? "" : Words.signed(e.estimate()) + " " + Words.line(e.unit(), 40);
    }

    /** {@code [night, run, outcome, suite, problem]}, newest first. */
    private static List<Object[]> runs(ModelHistory story, List<String> drawn) {
        List<Object[]> runs = new ArrayList<>();
        for (int i = story.runs().size() - 1; i >= 0; i--) {
            RunSummary run = story.runs().get(i);
            int night = drawn.indexOf(run.night());
            if (night >= 0) {
                runs.add(new Object[] {
                    night,
                    Words.line(run.run(), 80),
                    State.of(run.outcome()).code(),
                    name(run.suite().name()),
                    run.problem() == null ? "" : Words.line(run.problem(), 160)
                });
            }
        }
        return runs;
    }

    /** A criterion of a variant over the nights; of several runs in a night the last. */
    private static final class Line {
        private final Map<Integer, Object[]> points = new LinkedHashMap<>();
        private final List<Object[]> rules = new ArrayList<>();
        private RunSummary lastRun;
        private VerdictEntry last;

        boolean drawable() {
            return points.values().stream().anyMatch(p -> p[1] != null || p[4].equals(State.BROKEN.code()));
        }

        void put(int night, RunSummary run, VerdictEntry e) {
            if (last == null
                    || !last.metricVersion().equals(e.metricVersion())
                    || !Objects.equals(lastRun.suite().version(), run.suite().version())
                    || last.margin() != e.margin()
                    || last.rule() != e.rule()
                    || last.better() != e.better()) {
                rules.add(new Object[] {
                    Margins.limits(e), Words.line(run.suite().version() + " / " + e.metricVersion(), 40)
                });
            }
            lastRun = run;
            last = e;
            points.put(night, new Object[] { // as drawable() has it
                night,
                e.estimate(),
                e.low(),
                e.high(),
                (e.soft() ? State.of(e) : State.of(e.outcome())).code(),
                rules.size() - 1
            });
        }
    }

    /** Per variant and criterion {@code points: [night, estimate, low, high, state, rule]} and {@code rules: [limits, versions]}. */
    private static List<Map<String, Object>> charts(ModelHistory story, List<String> drawn) {
        Map<String, Integer> index = new LinkedHashMap<>();
        drawn.forEach(n -> index.put(n, index.size()));
        List<Map<String, Object>> charts = new ArrayList<>();
        for (LatestResult standing : story.standings()) {
            Map<String, Line> criteria = new LinkedHashMap<>();
            for (RunSummary run : standing.runs()) {
                Integer night = index.get(run.night());
                if (night == null) {
                    continue;
                }
                for (VerdictEntry e : run.criteria()) {
                    criteria.computeIfAbsent(e.id(), c -> new Line()).put(night, run, e);
                }
            }
            criteria.forEach((id, line) -> {
                if (!line.drawable()) {
                    return; // of files alone, say: a frame with nothing in it
                }
                VerdictEntry e = line.last;
                Map<String, Object> chart = new LinkedHashMap<>();
                chart.put("id", name(id));
                chart.put(
                        "title",
                        name(id)
                                + (story.standings().size() > 1
                                        ? " \u00b7 " + name(standing.variant().suite()) + strengths(standing, " at ")
                                        : ""));
                chart.put("unit", Words.line(e.unit(), 40));
                chart.put("better", better(e));
                chart.put("rules", line.rules);
                chart.put("points", line.points.values());
                charts.add(chart);
            });
        }
        return charts;
    }

    private static String better(VerdictEntry e) {
        return switch (e.better()) {
            case HIGHER -> "higher is better";
            case LOWER -> "lower is better";
            case TWO_SIDED -> "any drift is worse";
        };
    }

    // ---- a suite, a metric ----

    static GroupPage suite(Overview survey, String suite, Group judged, List<String> prompts) {
        RunSummary newest = newest(judged.judged());
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("version", Words.line(newest.suite().version(), 40), false));
        facts.add(new Fact("file, SHA-256", Words.line(newest.suite().sha256(), 64), true));
        facts.add(new Fact(
                "size",
                newest.suite().prompts() + " prompts with up to "
                        + newest.suite().seeds() + " seeds",
                false));
        facts.add(new Fact("criteria", String.valueOf(newest.declared()), false));
        facts.add(new Fact("versions in the history", versions(judged), false));
        return group(survey, "suite", suite, "", judged, facts, newest, prompts, false);
    }

    static GroupPage metric(Overview survey, String metric, Group group) {
        List<Judged> judged = group.judged();
        RunSummary newest = newest(judged);
        VerdictEntry entry = newest.criteria().stream()
                .filter(e -> e.metric().equals(metric))
                .findFirst()
                .orElse(judged.get(0).entry());
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("asks", Words.question(entry.question(), entry.family()), false));
        facts.add(new Fact("how to read it", Words.page(metric), true));
        facts.add(new Fact("family", entry.family().word(), false));
        facts.add(new Fact("version", Words.line(entry.metricVersion(), 40), false));
        facts.add(new Fact("unit", Words.line(entry.unit(), 60), false));
        facts.add(new Fact("direction", better(entry), false));
        facts.add(new Fact(
                "margin now",
                judged.stream().map(j -> rule(j.entry())).distinct().limit(6).collect(Collectors.joining(", ")),
                false));
        facts.add(new Fact("versions in the history", versions(group), false));
        return group(
                survey,
                "metric",
                metric,
                "Candidate minus base; each point is a model, each line its interval.",
                group,
                facts,
                null,
                List.of(),
                true);
    }

    private static GroupPage group(
            Overview survey,
            String kind,
            String name,
            String lead,
            Group group,
            List<Fact> facts,
            RunSummary criteria,
            List<String> prompts,
            boolean spread) {
        List<Judged> judged = group.judged();
        Map<State, Integer> counts = new LinkedHashMap<>();
        judged.forEach(j -> counts.merge(state(j), 1, Integer::sum));
        List<Judged> gravest = judged.stream()
                .sorted(Comparator.comparing(Pages::state)
                        .reversed()
                        .thenComparing(j -> j.entry() == null || j.entry().estimate() == null ? 0 : -badness(j.entry()))
                        .thenComparing(j -> j.story().model()))
                .toList();
        List<String> nights = survey.nights();
        int from = Math.max(0, nights.size() - MAX_NIGHTS);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(
                "nights",
                nights.subList(from, nights.size()).stream()
                        .map(n -> Words.line(n, 20))
                        .toList());
        data.put("counts", group.counts().subList(from, nights.size()));
        data.put("spread", spread ? spread(judged) : List.of());
        data.put("unit", spread ? Words.line(judged.get(0).entry().unit(), 40) : "");
        return new GroupPage(
                kind,
                name(name),
                lead,
                counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(e -> new Count(Chip.of(e.getKey()), e.getValue()))
                        .toList(),
                facts,
                criteria == null
                        ? List.of()
                        : Unjudged.of(criteria.criteria()).judged().stream()
                                .map(Pages::criterion)
                                .toList(),
                criteria == null ? List.of() : folded(criteria),
                gravest.stream().limit(100).map(Pages::judgedRow).toList(),
                Math.max(0, gravest.size() - 100),
                prompts,
                spread,
                ScriptJson.of(data));
    }

    private static JudgedRow judgedRow(Judged j) {
        VerdictEntry e = j.entry();
        return new JudgedRow(
                new Link(shown(j.story().model()), "../" + j.story().page()),
                Chip.of(state(j)),
                e == null ? "" : estimate(e),
                e == null ? "" : interval(e),
                name(j.standing().variant().suite()) + strengths(j.standing(), " at "),
                Words.line(j.standing().latest().night(), 20));
    }

    /** {@code [name, page, estimate, low, high, state, limits]}, from low to high. */
    private static List<Object[]> spread(List<Judged> judged) {
        return judged.stream()
                .filter(j -> j.entry().estimate() != null)
                .sorted(Comparator.comparing(j -> j.entry().estimate()))
                .map(j -> new Object[] {
                    shown(j.story().model()),
                    "../" + j.story().page(),
                    j.entry().estimate(),
                    j.entry().low(),
                    j.entry().high(),
                    state(j).code(),
                    Margins.limits(j.entry())
                })
                .toList();
    }

    private static double badness(VerdictEntry e) {
        return switch (e.better()) {
            case HIGHER -> -e.estimate();
            case LOWER -> e.estimate();
            case TWO_SIDED -> Math.abs(e.estimate());
        };
    }

    private static State state(Judged j) {
        if (j.standing().stale()) {
            return State.UNJUDGED;
        }
        return j.entry() == null ? State.of(j.standing().latest().outcome()) : State.of(j.entry());
    }

    private static RunSummary newest(List<Judged> judged) {
        return judged.stream()
                .map(j -> j.standing().latest())
                .max(Comparator.comparing(RunSummary::night).thenComparing(RunSummary::started))
                .orElseThrow();
    }

    private static String versions(Group group) {
        return Words.line(group.versions().stream().limit(20).collect(Collectors.joining(", ")), 200);
    }

    // ---- words ----

    static Link suiteLink(String suite) {
        return new Link(name(suite), "suites/" + Slug.of(suite) + ".html");
    }

    static Link metricLink(String metric) {
        return new Link(name(metric), "metrics/" + Slug.of(metric) + ".html");
    }

    private static String strengths(LatestResult standing, String before) {
        return standing.variant().strengths().isEmpty()
                ? ""
                : before
                        + standing.variant().strengths().stream()
                                .map(Words::number)
                                .collect(Collectors.joining(" + "));
    }

    /** A model in a table: nearly all files end alike, and columns are narrow. */
    private static String shown(String model) {
        return name(model.endsWith(ENDING) ? model.substring(0, model.length() - ENDING.length()) : model);
    }

    private static String name(String text) {
        String plain = Words.line(text, NAME);
        return plain.isEmpty() ? "(no name)" : plain;
    }

    static String bytes(long bytes) {
        return bytes <= 0 ? "unknown" : Numbers.bytes(bytes);
    }
}
