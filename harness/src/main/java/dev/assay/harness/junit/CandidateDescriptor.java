package dev.assay.harness.junit;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.Session;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.PlainText;
import java.util.List;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** A candidate: runs the evaluation once, before its criteria report what became of them. */
final class CandidateDescriptor extends AbstractTestDescriptor implements Node<AssayContext> {
    private final Session session;
    private RunRecord record;

    CandidateDescriptor(TestDescriptor parent, Session session) {
        super(parent.getUniqueId().append("candidate", session.candidateName()), PlainText.of(session.candidateName()));
        this.session = session;
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }

    @Override
    public AssayContext before(AssayContext context) {
        List<Criterion> selected = getDescendants().stream()
                .filter(CriterionDescriptor.class::isInstance)
                .map(d -> ((CriterionDescriptor) d).criterion())
                .filter(java.util.Objects::nonNull)
                .toList();
        record = session.evaluate(selected);
        return context;
    }

    RunRecord record() {
        return record;
    }
}
