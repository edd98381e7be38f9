/** Small tensor helpers shared by the networks. */
package dev.assay.harness.nn.ops;
