package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.clip.ClipOptions;
import dev.assay.harness.nn.clip.TorchClip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One tiny CLIP as safetensors on libtorch and as ONNX on OnnxRuntime; golden files of {@code golden_clip_onnx.py}. */
class TwoRuntimesTest {
    private static final float CLOSE = 1e-4f;

    @TempDir
    Path torch;

    @TempDir
    Path onnx;

    @Test
    void vectors_of_pictures_and_texts_agree() throws IOException {
        String config = Files.readString(Golden.path("clip_quick/config.json"));
        Files.writeString( // the end of text of the small vocabulary
                torch.resolve("config.json"), config.replaceAll("\"eos_token_id\": \\d+", "\"eos_token_id\": 524"));
        Files.copy(Golden.path("clip_quick/model.safetensors"), torch.resolve("model.safetensors"));
        for (String file : new String[] {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
            Files.copy(Golden.path("sd/tokenizer").resolve(file), torch.resolve(file));
        }
        for (String file : new String[] {"visual.onnx", "textual.onnx", "tokenizer.json"}) {
            Files.copy(Golden.path("clip_onnx").resolve(file), onnx.resolve(file));
        }
        Files.copy(Golden.path("sd/tokenizer/tokenizer_config.json"), onnx.resolve("tokenizer_config.json"));
        for (Path folder : new Path[] {torch, onnx}) {
            Files.writeString(folder.resolve("preprocessor_config.json"), """
                {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "resample": 3,
                 "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
                """);
        }
        try (TorchClip one = TorchClip.open(torch, ClipOptions.on("cpu"));
                OnnxClip other = OnnxClip.open(onnx, 1)) {
            for (int seed = 0; seed < 3; seed++) {
                byte[] rgb = new byte[48 * 41 * 3];
                new Random(seed).nextBytes(rgb);
                Image picture = Image.of(48, 41, rgb);
                assertThat(one.embed(picture)).containsExactly(other.embed(picture), offset(CLOSE));
            }
            assertThat(one.embed("a red circle")).isNotEqualTo(one.embed("a blue square"));
            for (String text : new String[] {"a red circle", "a blue square above a star", ""}) {
                assertThat(one.embed(text)).as(text).containsExactly(other.embed(text), offset(CLOSE));
            }
        }
    }

    /** From 1.29 on OnnxRuntime reports to its makers: {@code docs/decisions/0007-dependencies.md}. */
    @Test
    void onnx_runtime_knows_no_address_to_report_to() throws IOException {
        try (InputStream library =
                TwoRuntimesTest.class.getResourceAsStream("/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
            String content = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(content.contains("OrtSessionOptions")).isTrue(); // the library, with its texts legible
            assertThat(content.contains("events.data.microsoft.com")).isFalse();
        }
    }
}
