package dev.assay.harness.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubReferenceTest {
    @ParameterizedTest
    @CsvSource({
        "hf:openai/clip-vit-large-patch14, openai/clip-vit-large-patch14, main, ''",
        "hf:openai/clip-vit-large-patch14/, openai/clip-vit-large-patch14, main, ''",
        "hf://openai/clip@v1.0/onnx/visual.onnx, openai/clip, v1.0, onnx/visual.onnx",
        "hf:a/b@refs/pr/3/x.bin, a/b, refs/pr/3, x.bin",
        "hf:a/b/sac+logos+ava1-l14-linearMSE.pth, a/b, main, sac+logos+ava1-l14-linearMSE.pth",
        "hf:a/b/deep/folder/, a/b, main, deep/folder/",
    })
    void a_reference_names_repository_revision_and_path(
            String written, String repository, String revision, String path) {
        assertThat(HubReference.parse(written)).isEqualTo(new HubReference(repository, revision, path));
    }

    @Test
    void it_is_written_as_it_was_read() {
        for (String written : new String[] {"hf:a/b", "hf:a/b@v2", "hf:a/b/c.bin", "hf:a/b@refs/pr/1/d/e.bin"}) {
            assertThat(HubReference.parse(written)).hasToString(written);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf:gpt2",
                "hf:/b",
                "hf:a/",
                "hf:../b",
                "hf:a/..",
                "hf:a/.git",
                "hf:a--b/c",
                "hf:a/b@",
                "hf:a/b@../../etc",
                "hf:a/b@refs/heads/x/y",
                "hf:a/b/../../../etc/passwd",
                "hf:a/b/x/../y",
                "hf:a/b/./y",
                "hf:a/b//y",
                "hf:a/b/C:\\windows",
                "hf:a/b/x\\..\\..\\y",
                "hf:a/b/nul\u0000byte",
                "hf:a/b/line\nbreak",
                "hf:a/b/\u001b[31mred",
                "hf:a/b/ends.",
                "hf:a/b/ends /y",
                "hf:a b/c",
                "hf:a/b@main?x=1",
                "hf:user:secret@host/b",
            })
    void a_reference_that_could_leave_its_folder_or_mean_another_address_is_refused(String hostile) {
        assertThatThrownBy(() -> HubReference.parse(hostile))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContainPattern("\\p{Cntrl}"));
    }
}
