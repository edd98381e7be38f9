/** Image encoders: pictures in, vectors out. */
package dev.assay.harness.nn.vision;
