package dev.assay.reports.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelPageTest {
    @ParameterizedTest
    @CsvSource({
        "https://civitai.com/models/123/some-name, https://civitai.com/models/123",
        "see http://www.civitai.com/models/123?modelVersionId=45 there, https://civitai.com/models/123?modelVersionId=45",
        "https://civitai.com/models/123/name?modelVersionId=45, https://civitai.com/models/123?modelVersionId=45",
        "https://huggingface.co/some-one/some.lora/blob/main/x.safetensors, https://huggingface.co/some-one/some.lora",
        "On https://hf.co/a/b., https://huggingface.co/a/b",
    })
    void a_page_that_the_metadata_names_is_put_together_anew(String text, String page) {
        assertThat(ModelPage.of(Map.of("modelspec.description", text))).contains(page);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)//civitai.com/models/1",
                "https://civitai.com.evil.example/models/1",
                "https://evil.example/?https:civitai.com/models/1",
                "https://civitai.com/user/someone",
                "https://huggingface.co/datasets/a/b",
                "https://huggingface.co/only",
                "https://huggingface.co/<script>/b"
            })
    void anything_else_is_no_page(String text) {
        assertThat(ModelPage.of(Map.of("homepage", text))).isEmpty();
    }

    @Test
    void pages_of_the_base_model_and_of_the_licence_are_others() {
        assertThat(ModelPage.of(Map.of(
                        "base_model", "https://huggingface.co/a/base",
                        "ss_sd_model_name", "https://huggingface.co/a/base",
                        "modelspec.license", "https://huggingface.co/a/licence")))
                .isEmpty();
        assertThat(ModelPage.of(Path.of("no such file.safetensors"))).isEmpty();
    }
}
