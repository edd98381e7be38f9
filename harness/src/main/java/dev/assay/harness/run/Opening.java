package dev.assay.harness.run;

import dev.assay.harness.nn.cuda.Natives;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.verdict.Phrasebook;
import dev.assay.harness.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a run will do, said before it does. */
final class Opening {
    private static final int MOST = 400; // characters of what a stranger's file says

    private Opening() {}

    /**
     * @param usage how the candidate is used, and who says so
     * @param criteria all that are selected
     * @param unjudged verdicts of those that will not be judged: weights are missing, or the purpose of the file asks for none
     * @param family of a criterion
     */
    static String words(
            Plan plan,
            List<String> usage,
            List<Criterion> criteria,
            Map<Criterion, Verdict> unjudged,
            PictureSource.Forecast forecast,
            Function<Criterion, Family> family) {
        List<Criterion> judged =
                criteria.stream().filter(c -> !unjudged.containsKey(c)).toList();
        List<String> lines = new ArrayList<>();
        lines.add("judging " + plan.candidateName() + " against " + plan.baseName() + " on "
                + plan.suite().name() + " " + plan.suite().version() + ", "
                + Numbers.counted(plan.suite().cases().size(), "prompt", "prompts"));
        lines.add("  judged      " + families(judged, family) + " ("
                + Numbers.counted(judged.size(), "criterion", "criteria") + ")");
        reasons(unjudged).forEach((why, ids) -> lines.add("  not judged  " + String.join(", ", ids) + ": " + why));
        usage.forEach(line -> lines.add("  used        " + PlainText.line(line, MOST)));
        lines.add("  pictures    " + pictures(forecast));
        if (forecast.toMake() > 0) {
            lines.add("  made by     " + madeBy(forecast.devices(), Natives.areForGpu()));
        }
        return String.join("\n", lines);
    }

    /** A build for GPUs that renders on the CPU was not meant to. */
    static String madeBy(String devices, boolean gpuBuild) {
        return devices.equals("cpu") && gpuBuild
                ? devices + ", though this build is for NVIDIA GPUs: -Dassay.device=cuda renders there"
                : devices;
    }

    private static String families(List<Criterion> criteria, Function<Criterion, Family> family) {
        return criteria.stream().map(family).map(Family::word).distinct().collect(Collectors.joining(", "));
    }

    private static Map<String, List<String>> reasons(Map<Criterion, Verdict> unjudged) {
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        unjudged.forEach(
                (criterion, verdict) -> reasons.computeIfAbsent(Phrasebook.say(verdict), why -> new ArrayList<>())
                        .add(criterion.id()));
        return reasons;
    }

    private static String pictures(PictureSource.Forecast forecast) {
        int there = forecast.pictures() - forecast.toMake();
        if (forecast.toMake() == 0) {
            return "all " + forecast.pictures() + " are there";
        }
        return forecast.pictures() + ", " + (there == 0 ? "" : there + " of them there, ") + forecast.toMake()
                + " to make (at most " + Numbers.bytes(forecast.maxBytes()) + " in " + forecast.store() + ")";
    }
}
