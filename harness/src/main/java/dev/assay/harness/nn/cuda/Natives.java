package dev.assay.harness.nn.cuda;

import dev.assay.harness.text.AssayException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** Which builds of the native libraries are on the class path. Nothing is loaded here: the wrong two together abort the process without a word. */
public final class Natives {
    private Natives() {}

    /** Whether libtorch's build for GPUs is on the class path. */
    public static boolean areForGpu() {
        return areForGpu(Natives.class.getClassLoader(), Loader.getPlatform());
    }

    static boolean areForGpu(ClassLoader loader, String platform) {
        return loader.getResource(torch(platform + "-gpu")) != null;
    }

    /**
     * To be called before libtorch or OnnxRuntime is loaded.
     *
     * @throws AssayException where builds for CPUs and GPUs are on one class path, or two of one library
     */
    public static void require() {
        require(Natives.class.getClassLoader(), Loader.getPlatform());
    }

    static void require(ClassLoader loader, String platform) {
        List<String> wrong = new ArrayList<>();
        if (areForGpu(loader, platform) && loader.getResource(torch(platform)) != null) {
            wrong.add("libtorch for CPUs and libtorch for GPUs (pytorch-" + platform + ".jar and pytorch-" + platform
                    + "-gpu.jar)");
        }
        try {
            int runtimes = Collections.list(loader.getResources("ai/onnxruntime/OrtEnvironment.class"))
                    .size();
            if (runtimes > 1) {
                wrong.add(runtimes + " builds of OnnxRuntime (onnxruntime and onnxruntime_gpu)");
            }
        } catch (IOException unreadable) {
            throw new AssayException("the class path cannot be read: " + unreadable.getMessage(), unreadable);
        }
        if (!wrong.isEmpty()) {
            throw new AssayException("on the class path are " + String.join(", and ", wrong)
                    + "; together they abort the process: keep one of each (with -Pcuda the build for GPUs alone)");
        }
    }

    private static String torch(String platform) {
        return "org/bytedeco/pytorch/" + platform + "/" + System.mapLibraryName("torch");
    }
}
