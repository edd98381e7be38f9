package dev.assay.harness.nn.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.text.AssayException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
    private static final String TORCH = "org/bytedeco/pytorch/linux-x86_64%s/" + System.mapLibraryName("torch");
    private static final String RUNTIME = "ai/onnxruntime/OrtEnvironment.class";

    @TempDir
    Path folder;

    private int jars;

    private URLClassLoader classPath(String... places) throws IOException {
        URL[] urls = new URL[places.length];
        for (int i = 0; i < places.length; i++) {
            Path jar = folder.resolve("jar" + jars++);
            Path file = jar.resolve(places[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "");
            urls[i] = jar.toUri().toURL();
        }
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    @Test
    void one_build_of_each_is_well() throws IOException {
        try (URLClassLoader cpu = classPath(TORCH.formatted(""), RUNTIME);
                URLClassLoader gpu = classPath(TORCH.formatted("-gpu"), RUNTIME)) {
            assertThatCode(() -> Natives.require(cpu, "linux-x86_64")).doesNotThrowAnyException();
            assertThatCode(() -> Natives.require(gpu, "linux-x86_64")).doesNotThrowAnyException();
            assertThat(Natives.areForGpu(cpu, "linux-x86_64")).isFalse();
            assertThat(Natives.areForGpu(gpu, "linux-x86_64")).isTrue();
        }
    }

    @Test
    void builds_for_cpus_and_gpus_together_are_refused_in_words() throws IOException {
        try (URLClassLoader both = classPath(TORCH.formatted(""), TORCH.formatted("-gpu"), RUNTIME, RUNTIME)) {
            assertThatThrownBy(() -> Natives.require(both, "linux-x86_64"))
                    .isInstanceOf(AssayException.class)
                    .hasMessageContaining("pytorch-linux-x86_64-gpu.jar")
                    .hasMessageContaining("2 builds of OnnxRuntime")
                    .hasMessageContaining("abort the process");
        }
    }

    @Test
    void the_class_path_of_this_build_is_well() {
        assertThatCode(Natives::require).doesNotThrowAnyException();
    }
}
