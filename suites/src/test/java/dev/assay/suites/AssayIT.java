package dev.assay.suites;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectClasspathResource;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The entry of {@code mvn verify}: the suite of the user's settings, or the microcosm. */
@Suite
@SuiteDisplayName("Assay")
@IncludeEngines("assay")
@SelectClasspathResource("suites/microcosm.yaml")
class AssayIT {}
