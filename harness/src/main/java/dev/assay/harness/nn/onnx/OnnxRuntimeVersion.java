package dev.assay.harness.nn.onnx;

import ai.onnxruntime.OrtEnvironment;

/** What may change the numbers of the same model: the runtime's kernels. */
public final class OnnxRuntimeVersion {
    private OnnxRuntimeVersion() {}

    /** For example {@code 1.21.1}. */
    public static String get() {
        return OrtEnvironment.getEnvironment().getVersion();
    }
}
