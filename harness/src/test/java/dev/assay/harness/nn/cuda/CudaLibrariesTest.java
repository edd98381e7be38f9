package dev.assay.harness.nn.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On trees of empty files laid out as the wheels for CUDA lay theirs out; nothing is loaded. */
class CudaLibrariesTest {
    private static final String LINUX = "linux-x86_64";

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(CudaLibraries.JAVACPP_PATH);
    }

    private void files(Path place, String... names) throws IOException {
        Files.createDirectories(place);
        for (String name : names) {
            Files.writeString(place.resolve(name), "");
        }
    }

    /** A torch of cu130 in a virtual environment. */
    private Path environment() throws IOException {
        Path venv = folder.resolve("ComfyUI with blanks/venv");
        Path packages = venv.resolve("lib/python3.12/site-packages");
        files(venv.resolve("bin"), "python");
        files(
                packages.resolve("nvidia/cu13/lib"),
                "libcudart.so.13",
                "libcublas.so.13",
                "libcublasLt.so.13",
                "libcufft.so.12");
        files(packages.resolve("nvidia/cudnn/lib"), "libcudnn.so.9");
        files(packages.resolve("nvidia/nccl/lib"), "libnccl.so.2");
        files(packages.resolve("torch/lib"), "libtorch.so");
        return venv;
    }

    @Test
    void a_python_is_named_by_its_program_its_environment_or_the_comfyui_around_it() throws IOException {
        Path venv = environment();
        Path packages = venv.resolve("lib/python3.12/site-packages");
        for (Path named : List.of(venv.resolve("bin/python"), venv, venv.getParent(), packages)) {
            CudaLibraries found = CudaLibraries.find(named, Map.of(), LINUX);

            assertThat(found.missing()).isEmpty();
            assertThat(found.folders())
                    .containsExactly(
                            packages.resolve("nvidia/cu13/lib"),
                            packages.resolve("nvidia/cudnn/lib"),
                            packages.resolve("nvidia/nccl/lib"));
            assertThat(found.source()).contains("CUDA 13").contains("site-packages");
        }
    }

    @Test
    void the_portable_comfyui_of_windows_has_its_libraries_beside_torch() throws IOException {
        Path portable = folder.resolve("ComfyUI_windows_portable");
        files(portable.resolve("ComfyUI"), "main.py");
        files(portable.resolve("python_embeded"), "python.exe");
        Path lib = portable.resolve("python_embeded/Lib/site-packages/torch/lib");
        files(lib, "cudart64_13.dll", "cublas64_13.dll", "cublasLt64_13.dll", "cudnn64_9.dll");

        for (Path named :
                List.of(portable.resolve("ComfyUI"), portable, portable.resolve("python_embeded/python.exe"))) {
            assertThat(CudaLibraries.find(named, Map.of(), "windows-x86_64").folders())
                    .containsExactly(lib);
        }
    }

    @Test
    void cuda_12_is_named_and_refused() throws IOException {
        Path packages = folder.resolve("venv/lib/python3.11/site-packages");
        files(packages.resolve("nvidia/cuda_runtime/lib"), "libcudart.so.12");
        files(packages.resolve("nvidia/cudnn/lib"), "libcudnn.so.9");

        assertThatThrownBy(() -> CudaLibraries.find(folder.resolve("venv"), Map.of(), LINUX))
                .isInstanceOf(CudaDevice.CudaException.class)
                .hasMessageContaining("lacks cublas 13, cublasLt 13, cudart 13 of CUDA 13")
                .hasMessageContaining("it has CUDA 12")
                .hasMessageContaining("cu130");
    }

    @Test
    void a_folder_without_a_python_is_said() {
        assertThatThrownBy(() -> CudaLibraries.find(folder, Map.of(), LINUX))
                .hasMessageContaining("no Python with packages")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void without_a_name_the_shells_environment_is_looked_at_and_then_the_system() throws IOException {
        String venv = environment().toString();

        assertThat(CudaLibraries.find(null, Map.of("VIRTUAL_ENV", venv), LINUX).folders())
                .hasSize(3);
        assertThat(CudaLibraries.find(null, Map.of("CONDA_PREFIX", folder.toString()), LINUX))
                .isEqualTo(new CudaLibraries("the system's CUDA 13", List.of(), List.of()));
    }

    @Test
    void javacpp_looks_there_first() throws IOException {
        Path venv = environment();
        System.setProperty(CudaLibraries.JAVACPP_PATH, "/before");

        CudaLibraries.find(venv, Map.of(), LINUX).use();

        Properties properties = Loader.loadProperties(LINUX, "generic");
        String paths = properties.getProperty("platform.preloadpath");
        assertThat(paths.split(File.pathSeparator, -1)).hasSize(4).endsWith("/before");
        ClassProperties forClass = new ClassProperties(properties);
        assertThat(Loader.findLibrary(null, forClass, "cudnn@.9", true))
                .contains(venv.resolve("lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9")
                        .toUri()
                        .toURL());
    }
}
