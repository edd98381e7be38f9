package dev.assay.reports.allure;

import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.ReportLink;
import java.util.List;
import java.util.Map;

/**
 * What a report says beside its run.
 *
 * @param facts for the report's environment, by name
 * @param trouble with the run as a whole, as the gate found it; the run is red unless this is empty
 * @param links of all results
 * @param earlier runs, oldest first, for trends
 * @param executor what ran this
 */
public record ReportContext(
        Map<String, String> facts,
        List<String> trouble,
        List<ReportLink> links,
        List<RunSummary> earlier,
        ReportExecutor executor) {
    public static final ReportContext NONE =
            new ReportContext(Map.of(), List.of(), List.of(), List.of(), ReportExecutor.LOCAL);

    public ReportContext {
        facts = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(facts));
        trouble = List.copyOf(trouble);
        links = List.copyOf(links);
        earlier = List.copyOf(earlier);
    }
}
