/** ONNX models through DJL. */
package dev.assay.harness.nn.onnx;
