package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class Float16Test {
    @Test
    void values_of_ieee_754() {
        Map<Integer, Double> known = Map.of(
                0x0000,
                0.0,
                0x8000,
                -0.0,
                0x0001,
                0x1p-24,
                0x83ff,
                -1023 * 0x1p-24,
                0x0400,
                0x1p-14,
                0x3c00,
                1.0,
                0xc100,
                -2.5,
                0x7bff,
                65504.0,
                0xfc00,
                Double.NEGATIVE_INFINITY,
                0x7e00,
                Double.NaN);
        known.forEach((bits, value) -> assertThat(Double.valueOf(Float16.value(bits.shortValue())))
                .as(Integer.toHexString(bits))
                .isEqualTo(value));
    }
}
