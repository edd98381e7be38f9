package dev.assay.harness.render.comfyui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts of the client, which need no server. */
class ComfyPartsTest {
    @ParameterizedTest
    @EnumSource(JobState.class)
    void a_job_that_is_over_becomes_nothing_else(JobState next) {
        assertThat(JobState.DONE.mayBecome(next)).isFalse();
        assertThat(JobState.FAILED.mayBecome(next)).isFalse();
        assertThat(JobState.CANCELLED.mayBecome(next)).isFalse();
    }

    @Test
    void only_a_job_that_was_given_can_be_lost_and_only_a_lost_one_is_given_again() {
        assertThat(JobState.NEW.mayBecome(JobState.LOST)).isFalse();
        assertThat(JobState.RUNNING.mayBecome(JobState.LOST)).isTrue();
        assertThat(JobState.LOST.mayBecome(JobState.QUEUED)).isTrue();
        assertThat(JobState.RUNNING.mayBecome(JobState.QUEUED)).isFalse();
    }

    @Test
    void the_first_step_is_left_out_and_a_step_heard_twice_counts_once() {
        StepTimer pace = new StepTimer();
        pace.step("7", 0, 0);
        pace.step("7", 1, 9_000_000_000L);
        pace.step("7", 2, 10_000_000_000L);
        pace.step("7", 2, 15_000_000_000L);
        pace.step("7", 4, 12_000_000_000L); // the message of step 3 was lost
        pace.step("8", 1, 1);

        assertThat(pace.secondsPerStep("7")).isEqualTo(1.0);
        assertThat(pace.secondsPerStep("8")).isZero();
        assertThat(pace.secondsPerStep("9")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8188, ws://127.0.0.1:8188/ws?clientId=id",
        "http://127.0.0.1:8188/, ws://127.0.0.1:8188/ws?clientId=id",
        "https://gpu.example/comfy/one/, wss://gpu.example/comfy/one/ws?clientId=id",
        "http://[::1]:8188, ws://[::1]:8188/ws?clientId=id"
    })
    void an_address_may_have_a_prefix(String url, String socket) {
        assertThat(ServerAddress.of(url, Map.of()).socket("id")).hasToString(socket);
    }

    @Test
    void parameters_are_escaped_and_the_users_go_with_each() {
        ServerAddress address = ServerAddress.of("http://h/p", Map.of("k", "ü &="));

        assertThat(address.http("/api/view", Map.of("filename", "a b+c.png")))
                .hasToString("http://h/p/api/view?filename=a%20b%2Bc.png&k=%C3%BC%20%26%3D");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8188", "ftp://h", "http://", "http://h/?a=b", "http://h/#x", "http://h h", ""})
    void what_is_no_address_is_refused_with_an_example(String url) {
        assertThatThrownBy(() -> ComfyOptions.of(url))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("assay.comfyui.url: expected http://HOST:PORT");
    }

    @Test
    void a_password_in_an_address_is_refused_without_repeating_it() {
        assertThatThrownBy(() -> ComfyOptions.of("http://me:secret@h"))
                .hasMessageContaining("ASSAY_COMFYUI_BASIC")
                .message()
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, x",
        "authorization, x",
        "Host, x",
        "Origin, x",
        "Sec-WebSocket-Key, x",
        "a b, x",
        "X, 'a\tb'"
    })
    void a_header_that_is_not_the_users_to_set_is_refused(String name, String value) {
        assertThatThrownBy(() -> new ComfyOptions(
                        "http://h", Map.of(name, value), Map.of(), null, null, null, List.of(), null, null, null, null))
                .hasMessageContaining("assay.comfyui.headers");
    }

    @Test
    void credentials_come_from_the_environment_and_from_one_place_only() {
        assertThat(Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "abc")).authorization())
                .contains("Bearer abc");
        assertThat(Credentials.from(Map.of("ASSAY_COMFYUI_BASIC", "me:pw")).authorization())
                .contains("Basic bWU6cHc=");
        assertThat(Credentials.from(Map.of()).authorization()).isEmpty();
        assertThatThrownBy(() -> Credentials.from(Map.of("ASSAY_COMFYUI_BASIC", "me:pw", "ASSAY_COMFYUI_TOKEN", "abc")))
                .hasMessageContaining("found both");
        assertThatThrownBy(() -> Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "se cret")))
                .message()
                .doesNotContain("cret\"");
        assertThat(Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "abcd"))).hasToString("Credentials");
    }

    private static byte[] frame(int event, int second, String rest) {
        byte[] bytes = rest.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + bytes.length)
                .putInt(event)
                .putInt(second)
                .put(bytes)
                .array();
    }

    @Test
    void a_frame_with_metadata_says_whose_picture_it_is() {
        String about = "{\"node_id\":\"9\",\"prompt_id\":\"p\",\"image_type\":\"image/png\"}";
        PreviewFrame frame =
                PreviewFrame.read(frame(4, about.length(), about + "PNG")).orElseThrow();

        assertThat(frame.promptId() + frame.nodeId() + frame.png()).isEqualTo("p9true");
        assertThat(frame.picture()).asString(StandardCharsets.UTF_8).isEqualTo("PNG");
        assertThat(PreviewFrame.read(frame(1, 2, "x")).orElseThrow().png()).isTrue();
        assertThat(PreviewFrame.read(frame(1, 1, "x")).orElseThrow().png()).isFalse();
    }

    @Test
    void frames_of_other_events_and_damaged_ones_are_passed_over() {
        assertThat(List.of(
                        new byte[0],
                        new byte[7],
                        frame(3, 1, "9text"),
                        frame(4, -1, "{}"),
                        frame(4, Integer.MAX_VALUE, "{}"),
                        frame(4, 3, "{]}PNG"),
                        frame(99, 0, "")))
                .allSatisfy(f -> assertThat(PreviewFrame.read(f)).isEmpty());
    }

    @Test
    void a_servers_nan_is_read() throws IOException {
        assertThat(ComfyHttp.JSON
                        .readTree("{\"strength_model\": NaN}")
                        .path("strength_model")
                        .asDouble())
                .isNaN();
    }

    @Test
    void lines_of_the_log_are_read_without_their_colours() {
        assertThat(LoraLog.read("\u001b[1m\u001b[33m[WARNING]\u001b[0m lora key not loaded: lora_unet_x.alpha\n"))
                .contains(new LoraLog.Line(LoraLog.Kind.NOT_LOADED, "lora_unet_x.alpha"));
        assertThat(LoraLog.read(
                        "ERROR lora diffusion_model.a.weight shape '[384, 128]' is invalid for input of size 5"))
                .map(LoraLog.Line::kind)
                .contains(LoraLog.Kind.WRONG_SHAPE);
        assertThat(LoraLog.read("WARNING SHAPE MISMATCH a.weight WEIGHT NOT MERGED torch.Size([1])"))
                .map(LoraLog.Line::kind)
                .contains(LoraLog.Kind.WRONG_SHAPE);
        assertThat(LoraLog.read("NOT LOADED a.b")).contains(new LoraLog.Line(LoraLog.Kind.LEFT_OUT, "a.b"));
        assertThat(LoraLog.read("got prompt")).isEmpty();
    }
}
