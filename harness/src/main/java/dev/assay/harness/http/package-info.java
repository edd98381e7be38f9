/** Ground floor: requests to servers of others, with bounds on time, length and tries. */
package dev.assay.harness.http;
