package dev.assay.harness.junit;

import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.support.hierarchical.EngineExecutionContext;

/** What the nodes of one execution share. */
record AssayContext(EngineExecutionListener listener) implements EngineExecutionContext {}
