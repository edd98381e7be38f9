package dev.assay.harness.nn.ops;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads of matrix products. libtorch brings two thread pools: its own (OpenMP) and OpenBLAS's. When both work on the same
 * cores they wait for each other: a product that takes 0.1 ms alone was seen to take 8 to 35 ms on two busy cores. OpenBLAS
 * therefore gets one thread; large products go to oneDNN, which uses libtorch's pool.
 */
final class Blas {
    static {
        torch.get_num_threads(); // loads libtorch, and OpenBLAS with it
        openblas_nolapack.blas_set_num_threads(1);
    }

    private Blas() {}

    /** Does its work once, when this class is loaded. */
    static void oneThread() {
        // see the static initialiser
    }
}
