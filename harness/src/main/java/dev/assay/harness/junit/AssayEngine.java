package dev.assay.harness.junit;

import dev.assay.harness.run.Session;
import dev.assay.harness.suite.Criterion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClasspathResourceSelector;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestEngine;

/**
 * Runs an evaluation as tests: {@code [suite]/[candidate]/[family]/[criterion]}. It is reached by the class path resource of a
 * suite ({@code suites/NAME.yaml}), whose place a suite named in the user's settings takes, or by unique ids. Identities hold
 * names only, no hash or date, so a test keeps its history.
 */
public final class AssayEngine extends HierarchicalTestEngine<AssayContext> {
    public static final String ID = "assay";

    private static final Pattern SUITE = Pattern.compile("/?suites/([a-z0-9-]+)\\.yaml");

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        EngineDescriptor engine = new EngineDescriptor(uniqueId, "Assay");
        List<UniqueId> wanted = request.getSelectorsByType(UniqueIdSelector.class).stream()
                .map(UniqueIdSelector::getUniqueId)
                .filter(id -> id.hasPrefix(uniqueId))
                .toList();
        Optional<String> suite = request.getSelectorsByType(ClasspathResourceSelector.class).stream()
                .map(s -> SUITE.matcher(s.getClasspathResourceName()))
                .filter(Matcher::matches)
                .map(m -> m.group(1))
                .findFirst();
        if (suite.isEmpty() && wanted.isEmpty()) {
            return engine;
        }
        addTo(engine, Session.read(suite.orElse(Session.DEFAULT_SUITE)));
        if (suite.isEmpty()) {
            prune(engine, wanted);
        }
        return engine;
    }

    @Override
    protected AssayContext createExecutionContext(ExecutionRequest request) {
        return new AssayContext(request.getEngineExecutionListener());
    }

    private static void addTo(EngineDescriptor engine, Session session) {
        NodeDescriptor suite = NodeDescriptor.under(engine, "suite", session.suiteName());
        CandidateDescriptor candidate = new CandidateDescriptor(suite, session);
        suite.addChild(candidate);
        if (session.problem() != null) {
            candidate.addChild(CriterionDescriptor.problem(candidate));
            return;
        }
        Map<String, NodeDescriptor> nodes = new LinkedHashMap<>();
        for (Criterion criterion : session.criteria()) {
            String family = session.family(criterion).word();
            NodeDescriptor node = nodes.computeIfAbsent(family, f -> NodeDescriptor.under(candidate, "family", f));
            node.addChild(new CriterionDescriptor(node, criterion, family, session));
        }
    }

    /** Keeps the wanted nodes, what is below them and what leads to them. */
    private static void prune(TestDescriptor node, List<UniqueId> wanted) {
        for (TestDescriptor child : List.copyOf(node.getChildren())) {
            UniqueId id = child.getUniqueId();
            if (wanted.stream().anyMatch(id::hasPrefix)) {
                continue;
            }
            prune(child, wanted);
            if (child.getChildren().isEmpty()) {
                node.removeChild(child);
            }
        }
    }
}
