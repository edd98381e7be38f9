package dev.assay.harness.junit;

import dev.assay.harness.text.PlainText;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** A suite or a family: only holds others. */
final class NodeDescriptor extends AbstractTestDescriptor implements Node<AssayContext> {
    private NodeDescriptor(UniqueId id, String name) {
        super(id, PlainText.of(name));
    }

    static NodeDescriptor under(TestDescriptor parent, String segment, String name) {
        NodeDescriptor node = new NodeDescriptor(parent.getUniqueId().append(segment, name), name);
        parent.addChild(node);
        return node;
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }
}
