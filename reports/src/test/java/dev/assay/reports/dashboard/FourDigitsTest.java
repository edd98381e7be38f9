package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FourDigitsTest {
    @Test
    void everyday_numbers_are_short() {
        Map.of(
                        0.0,
                        "0",
                        -0.15,
                        "-0.15",
                        1.0,
                        "1",
                        9.99996,
                        "10",
                        0.0000123456,
                        "0.00001235",
                        123456.0,
                        "123500",
                        -2.5,
                        "-2.5",
                        999.95,
                        "1000",
                        0.08,
                        "0.08")
                .forEach((value, text) -> assertThat(FourDigits.of(value)).isEqualTo(text));
    }

    @Test
    void any_number_keeps_four_digits() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            double value = random.nextGaussian() * Math.pow(10, random.nextInt(36) - 18);
            String text = FourDigits.of(value);
            double exact = new BigDecimal(value).round(new MathContext(4)).doubleValue();
            assertThat(Double.parseDouble(text))
                    .as("%s", value)
                    .isCloseTo(exact, Offset.offset(Math.abs(value) * 1e-3));
            assertThat(Double.parseDouble(text))
                    .as("%s", value)
                    .isCloseTo(value, Offset.offset(Math.abs(value) * 5.01e-4));
            assertThat(text).matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?(E-?[0-9]+)?");
        }
    }

    @Test
    void what_is_no_number_is_null() {
        assertThat(ScriptJson.of(new Double[] {Double.NaN, Double.POSITIVE_INFINITY, null, 1.5}))
                .isEqualTo("[null,null,null,1.5]");
    }
}
