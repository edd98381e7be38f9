package dev.assay.harness.nn.trespass;

import com.drew.metadata.Metadata;
import dev.assay.harness.suite.Suite;

/** Networks must not hear of suites, nor of what cameras write into pictures. */
record FromNetworks(Suite suite, Metadata exif) {}
