package dev.assay.harness.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class JsonTest {
    record Point(int x) {}

    @Test
    void a_field_of_a_newer_version_is_passed_over_where_it_may_be() throws Exception {
        assertThat(Json.LENIENT.readValue("{\"x\": 1, \"y\": 2}", Point.class)).isEqualTo(new Point(1));
        assertThatThrownBy(() -> Json.STRICT.readValue("{\"x\": 1, \"y\": 2}", Point.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void a_key_that_is_there_twice_is_refused_where_people_write() {
        assertThatThrownBy(() -> Json.STRICT.readTree("{\"x\": 1, \"x\": 2}")).isInstanceOf(JacksonException.class);
        assertThatThrownBy(() -> Json.STRICT.rebuild().build().readTree("{\"x\": 1, \"x\": 2}"))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void what_is_too_deep_or_too_long_is_not_read() {
        JsonMapper small = Json.bounded(
                        Json.bounds(3, 5).maxStringLength(10).maxTokenCount(20).build())
                .build();
        assertThatThrownBy(() -> small.readTree("[[[[1]]]]")).hasMessageContaining("3");
        assertThatThrownBy(() -> small.readTree("123456")).hasMessageContaining("5");
        assertThatThrownBy(() -> small.readTree('"' + "x".repeat(100_000) + '"'))
                .hasMessageContaining("10");
        assertThatThrownBy(() -> small.readTree("[" + "1,".repeat(50) + "1]")).hasMessageContaining("20");
    }
}
