package dev.assay.harness.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecodeMemoryTest {
    @Test
    void pictures_that_need_all_memory_are_decoded_one_by_one() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        IntStream.range(0, 8)
                .parallel()
                .forEach(i -> DecodeMemory.within(Runtime.getRuntime().maxMemory(), () -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    now.decrementAndGet();
                    return null;
                }));
        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void a_lack_of_memory_is_no_damage_of_the_file() {
        OutOfMemoryError memory = new OutOfMemoryError("Java heap space");
        assertThatThrownBy(() -> DecodeMemory.rethrowIfMemory(new IOException("Caught exception during read", memory)))
                .isSameAs(memory);
        assertThatCode(() -> DecodeMemory.rethrowIfMemory(new IOException("damaged")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> DecodeMemory.within(1, () -> {
                    throw memory;
                }))
                .isSameAs(memory);
        assertThat(DecodeMemory.<String, RuntimeException>within(Long.MAX_VALUE, () -> "room again"))
                .isEqualTo("room again");
    }
}
