package dev.assay.harness.nn.cuda;

import dev.assay.harness.text.AssayException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The GPU that a run uses, as its driver describes it.
 *
 * @param name e.g. {@code NVIDIA H200}
 * @param capability compute capability, e.g. {@code 9.0}
 * @param driver newest CUDA version that the driver serves, e.g. {@code 13.3}
 * @param runtime CUDA version that we were built for
 * @param totalBytes memory of the device
 */
public record CudaDevice(String name, String capability, String driver, String runtime, long totalBytes) {
    /** A machine on which CUDA cannot be used; the message says in words what is missing. */
    public static final class CudaException extends AssayException {
        private static final long serialVersionUID = 1L;

        CudaException(String message) {
            super("assay.device=cuda: " + message);
        }
    }

    /**
     * Opens device 0.
     *
     * @throws CudaException when natives, driver or device are missing or too old
     */
    public static CudaDevice open() {
        try {
            int[] count = {0};
            check(cudart.cudaGetDeviceCount(count));
            if (count[0] == 0) {
                throw new CudaException(words(cudart.cudaErrorNoDevice, "no device"));
            }
            int[] driver = {0};
            int[] runtime = {0};
            check(cudart.cudaDriverGetVersion(driver));
            check(cudart.cudaRuntimeGetVersion(runtime));
            try (cudaDeviceProp properties = new cudaDeviceProp();
                    BytePointer name = properties.name()) {
                check(cudart.cudaGetDeviceProperties(properties, 0));
                return new CudaDevice(
                        name.getString(),
                        properties.major() + "." + properties.minor(),
                        version(driver[0]),
                        version(runtime[0]),
                        properties.totalGlobalMem());
            }
        } catch (LinkageError missing) {
            throw new CudaException(missingNatives(missing));
        }
    }

    /** Free memory right now, in bytes. */
    public long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total));
            return free.get();
        }
    }

    /** Memory in use on the whole device right now, by any program, in bytes. */
    public long usedBytes() {
        return totalBytes - freeBytes();
    }

    /** @throws CudaException when less than {@code bytes} is free */
    public void requireFree(long bytes, String what) {
        long free = freeBytes();
        if (free < bytes) {
            throw new CudaException(String.format(
                    Locale.ROOT,
                    "%s needs about %.1f GiB of GPU memory, %.1f GiB of %.1f GiB are free on %s; close other programs,"
                            + " or use -Dassay.device=cpu",
                    what,
                    bytes / gib(),
                    free / gib(),
                    totalBytes / gib(),
                    name));
        }
    }

    /** For the record of a run. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("gpu", name);
        facts.put("compute capability", capability);
        facts.put("driver serves CUDA", driver);
        facts.put("built for CUDA", runtime);
        facts.put("GPU memory", String.format(Locale.ROOT, "%.1f GiB", totalBytes / gib()));
        facts.put("GPU memory free", String.format(Locale.ROOT, "%.1f GiB", freeBytes() / gib()));
        return facts;
    }

    static String version(int encoded) {
        return encoded / 1000 + "." + encoded % 1000 / 10;
    }

    /** What a CUDA error code means for the user. */
    static String words(int code, String detail) {
        return switch (code) {
            case cudart.cudaErrorNoDevice ->
                "no NVIDIA GPU that CUDA can use; check nvidia-smi, or use -Dassay.device=cpu";
            case cudart.cudaErrorInsufficientDriver ->
                "no NVIDIA driver, or one too old for CUDA 13.3; install driver 580 or newer, or use"
                        + " -Dassay.device=cpu";
            case cudart.cudaErrorMemoryAllocation -> "the GPU's memory is full; close other programs";
            default -> "CUDA error " + code + " (" + detail + ")";
        };
    }

    /** The bindings' own library is in a jar of the profile; what that library needs is installed with CUDA. */
    static String missingNatives(LinkageError missing) {
        String bindings = "/org/bytedeco/cuda/" + Loader.getPlatform() + "/" + System.mapLibraryName("jnicudart");
        if (CudaDevice.class.getResource(bindings) == null) {
            return "the CUDA natives are not on the class path; run with -Pcuda on Linux or Windows x86-64, or use"
                    + " -Dassay.device=cpu";
        }
        String what = String.valueOf(missing.getMessage()).replaceFirst("(?s) in java\\.library\\.path.*", "");
        return "the CUDA 13 libraries are not installed where the system finds them (" + what
                + "); install the CUDA 13.3 runtime and cuDNN 9, or use -Dassay.device=cpu";
    }

    private static void check(int code) {
        if (code != cudart.cudaSuccess) {
            try (BytePointer text = cudart.cudaGetErrorString(code)) {
                throw new CudaException(words(code, text.getString()));
            }
        }
    }

    private static double gib() {
        return 1L << 30;
    }
}
