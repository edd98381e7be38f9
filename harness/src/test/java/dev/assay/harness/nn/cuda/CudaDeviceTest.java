package dev.assay.harness.nn.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.Test;

class CudaDeviceTest {
    @Test
    void a_machine_without_natives_driver_or_device_is_told_in_words() {
        try {
            assertThat(CudaDevice.open().totalBytes()).isPositive(); // a machine that has it all
        } catch (CudaDevice.CudaException e) {
            assertThat(e)
                    .hasMessageStartingWith("assay.device=cuda: ")
                    .hasMessageMatching("(?s).*(-Pcuda|device=cpu).*");
        }
    }

    @Test
    void too_old_a_driver_is_not_called_no_device() {
        assertThat(CudaDevice.words(cudart.cudaErrorInsufficientDriver, "x")).contains("driver");
        assertThat(CudaDevice.words(cudart.cudaErrorNoDevice, "x")).contains("no NVIDIA GPU");
        assertThat(CudaDevice.words(999, "unknown error")).contains("999").contains("unknown error");
    }

    @Test
    void missing_natives_are_said_without_the_whole_library_path() {
        assertThat(CudaDevice.missingNatives(
                        new UnsatisfiedLinkError("no jnicudart in java.library.path: /usr/lib:/lib")))
                .containsAnyOf("-Pcuda", "CUDA 13 libraries")
                .contains("-Dassay.device=cpu")
                .doesNotContain("/usr/lib");
    }

    @Test
    void versions_read_as_people_write_them() {
        assertThat(CudaDevice.version(13010)).isEqualTo("13.1");
        assertThat(CudaDevice.version(12090)).isEqualTo("12.9");
    }

    @Test
    void too_little_memory_is_an_error_or_cuda_is_absent() {
        CudaDevice device = new CudaDevice("test", "9.0", "13.1", "13.1", 1L << 30);
        assertThatThrownBy(() -> device.requireFree(Long.MAX_VALUE, "SD 1.5"))
                .isInstanceOfAny(CudaDevice.CudaException.class, LinkageError.class);
    }
}
