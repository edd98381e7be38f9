package dev.assay.harness.junit;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.Session;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.verdict.Outcome;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** One criterion as a test: regressed is failed, inconclusive is aborted, trouble is any other exception. */
final class CriterionDescriptor extends AbstractTestDescriptor implements Node<AssayContext> {
    private final @Nullable Criterion criterion;
    private final Set<TestTag> tags = new LinkedHashSet<>();

    CriterionDescriptor(TestDescriptor parent, Criterion criterion, String family, Session session) {
        this(
                parent.getUniqueId().append("criterion", criterion.id()),
                criterion.id() + " · " + session.candidateName(),
                criterion);
        tags.add(TestTag.create(family));
        tags.add(TestTag.create(criterion.metric()));
        criterion.tags().forEach(t -> tags.add(TestTag.create(t)));
    }

    private CriterionDescriptor(UniqueId id, String name, @Nullable Criterion criterion) {
        super(id, PlainText.of(name));
        this.criterion = criterion;
    }

    /** Stands for a run whose settings or suite could not be read. */
    static CriterionDescriptor problem(TestDescriptor parent) {
        return new CriterionDescriptor(parent.getUniqueId().append("criterion", "settings"), "settings", null);
    }

    /** Null for a run whose settings could not be read. */
    @Nullable
    Criterion criterion() {
        return criterion;
    }

    @Override
    public Set<TestTag> getTags() {
        return tags;
    }

    @Override
    public Type getType() {
        return Type.TEST;
    }

    @Override
    public AssayContext execute(AssayContext context, DynamicTestExecutor dynamicTestExecutor) {
        RunRecord record = record();
        VerdictEntry verdict = record.verdicts().stream()
                .filter(v -> criterion != null && v.id().equals(criterion.id()))
                .findFirst()
                .orElseThrow(() -> new HarnessException(
                        record.problem() == null
                                ? "the run " + record.id() + " has no verdict on " + getDisplayName()
                                : record.problem()));
        context.listener().reportingEntryPublished(this, ReportEntry.from(entries(record, verdict)));
        if (verdict.soft() && !verdict.is(Outcome.PASSED)) { // it fails no build
            throw new TestAbortedException(said(verdict.outcomeWords() + ": ", verdict));
        }
        switch (verdict.outcome()) {
            case PASSED -> {}
            case REGRESSED -> throw new AssertionFailedError(said("Regression: ", verdict));
            case INCONCLUSIVE -> throw new TestAbortedException(said("Inconclusive: ", verdict));
            case UNAVAILABLE -> throw new TestAbortedException(said("Unavailable: ", verdict));
            case BROKEN -> throw new HarnessException(said("", verdict));
        }
        return context;
    }

    private static String said(String what, VerdictEntry verdict) {
        return PlainText.of(what + verdict.id() + ": " + verdict.reason());
    }

    private RunRecord record() {
        TestDescriptor node = this;
        while (!(node instanceof CandidateDescriptor)) {
            node = node.getParent().orElseThrow();
        }
        return ((CandidateDescriptor) node).record();
    }

    private static Map<String, String> entries(RunRecord record, VerdictEntry v) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("outcome", v.outcomeWords());
        entries.put("estimate", String.valueOf(v.estimate()));
        entries.put("interval", String.valueOf(v.interval()));
        entries.put("margin", String.valueOf(v.margin()));
        entries.put("reason", String.valueOf(PlainText.of(v.reason())));
        entries.put("run", record.id());
        return entries;
    }
}
