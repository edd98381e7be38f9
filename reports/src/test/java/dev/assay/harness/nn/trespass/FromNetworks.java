package dev.assay.harness.nn.trespass;

import dev.assay.harness.suite.Suite;

/** Networks must not hear of suites. */
record FromNetworks(Suite suite) {}
