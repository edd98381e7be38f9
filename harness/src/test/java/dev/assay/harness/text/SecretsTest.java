package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    private static final String SECRET = "s3cr+t/ \"pa\\ss\" word";

    static Stream<String> forms() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        String address = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        return Stream.of(
                SECRET,
                address,
                address.replace("+", "%20"),
                address.replace("%2B", "%2b").replace("%2F", "%2f").replace("%5C", "%5c"),
                Base64.getEncoder().encodeToString(bytes),
                Base64.getEncoder().withoutPadding().encodeToString(bytes),
                Base64.getUrlEncoder().encodeToString(bytes),
                SECRET.replace("\\", "\\\\").replace("\"", "\\\""));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void a_secret_is_hidden_in_every_form_that_a_text_gives_it(String form) {
        assertThat(Secrets.of(List.of(SECRET)).redact("before " + form + " after"))
                .doesNotContain("s3cr")
                .startsWith("before ")
                .endsWith(" after");
    }

    @Test
    void the_token_of_a_header_is_hidden_by_itself() {
        assertThat(Secrets.of(List.of("Bearer abcdefgh123")).redact("token abcdefgh123, Bearer abcdefgh123"))
                .isEqualTo("token ***, ***");
    }

    @Test
    void a_cause_that_says_it_is_left_out() {
        Secrets secrets = Secrets.of(List.of("hunter22"));
        assertThat(secrets.harmless(new IllegalStateException("a", new IllegalStateException("hunter22"))))
                .isNull();
        Throwable fine = new IllegalStateException("a");
        assertThat(secrets.harmless(fine)).isSameAs(fine);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:hunter22@host:8188",
                "http://hunter22@host",
                "https://a.b,https://user:hunter22@c.d",
                "http:/user:hunter22@host",
                "user:hunter22@host:8188"
            })
    void an_address_is_shown_without_its_user(String address) {
        assertThat(Secrets.hasUser(address)).isTrue();
        assertThat(Secrets.withoutUser(address)).doesNotContain("hunter22").contains("@");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8188", "https://host/prefix@v2/x", "http://a:1,http://b:2"})
    void an_address_without_a_user_stays(String address) {
        assertThat(Secrets.hasUser(address)).isFalse();
        assertThat(Secrets.withoutUser(address)).isEqualTo(address);
    }

    @Test
    void a_text_that_was_cut_in_the_middle_of_a_secret_does_not_tell_its_beginning() {
        Secrets secrets = Secrets.of(List.of("Bearer hunter22-hunter33", "me:pass-word"));
        assertThat(secrets.redact("Authorization=Bearer hunter22-hun\u2026, then hunter22-hunt... and me:pass\u2026"))
                .isEqualTo("Authorization=***\u2026, then ***... and ***\u2026");
        assertThat(secrets.redact("a hunter in the wood\u2026 hun... hunter22"))
                .isEqualTo("a hunter in the wood\u2026 hun... hunter22");
    }
}
