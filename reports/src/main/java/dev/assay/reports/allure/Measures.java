package dev.assay.reports.allure;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numbers of a run as Allure 3 draws them over runs, from files that end in {@code -perf.json}; Allure 2 passes these over. */
final class Measures {
    private Measures() {}

    /** One per criterion that has a difference. */
    static List<Map<String, Object>> of(RunRecord run, long start) {
        List<Map<String, Object>> measures = new ArrayList<>();
        for (VerdictEntry v : run.verdicts()) {
            if (v.estimate() == null) {
                continue;
            }
            String id = AllureHistory.identity(
                    run.suite().name(), run.candidate().name(), v.family().word(), v.id());
            Map<String, Object> measure = new LinkedHashMap<>();
            measure.put("id", id);
            measure.put("key", id);
            measure.put("value", v.estimate());
            measure.put("start", start);
            measure.put("stop", start + Math.max(0, Math.round(1000 * run.seconds())));
            measure.put("title", Categories.text(v.id(), 120) + ", candidate minus base");
            measure.put("unit", Categories.text(v.unit(), 40));
            measure.put("group", v.family().word());
            measure.put("groupTitle", v.family().word());
            if (v.better() != Direction.TWO_SIDED) {
                measure.put("better", v.better() == Direction.HIGHER ? "higher" : "lower");
            }
            measures.add(measure);
        }
        return measures;
    }
}
