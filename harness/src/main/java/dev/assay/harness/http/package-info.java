/** Ground floor: requests to servers of others, with bounds on time, length and tries. */
@NullMarked
package dev.assay.harness.http;

import org.jspecify.annotations.NullMarked;
