package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-0.0,0",
        "0.5,0.5",
        "0.083149,0.0831",
        "-12.44,-12.4",
        "9.999,10",
        "99.96,100",
        "100,100",
        "123.4,123",
        "1234.5,1234",
        "1234.56,1235",
        "12345678,12345678",
        "0.00004567,0.0000457",
        "0.000001,0.000001",
        "0.0000004567,4.57e-7",
        "-1e-9,-1e-9",
        "1e15,1e15",
        "1.23456e20,1.23e20",
        "NaN,NaN",
        "Infinity,Infinity"
    })
    void numbers_have_three_digits_or_all_of_the_integer_part(double value, String words) {
        assertThat(Numbers.of(value)).isEqualTo(words);
    }

    @Test
    void signs_and_shares() {
        assertThat(Numbers.signed(0.2)).isEqualTo("+0.2");
        assertThat(Numbers.signed(-0.2)).isEqualTo("-0.2");
        assertThat(Numbers.signed(0)).isEqualTo("0");
        assertThat(Numbers.percent(0.9)).isEqualTo("90 %");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 bytes",
        "999,999 bytes",
        "1000,1.0 kB",
        "9949,9.9 kB",
        "9950,10 kB",
        "999499,999 kB",
        "999500,1.0 MB",
        "2147483648,2.1 GB"
    })
    void sizes_are_in_powers_of_ten(long bytes, String words) {
        assertThat(Numbers.bytes(bytes)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0.04,0.0 s", "4.24,4.2 s", "10,10 s", "59.6,1 min 0 s", "184,3 min 4 s", "7500,2 h 5 min"})
    void times_have_two_units(double seconds, String words) {
        assertThat(Numbers.time(seconds)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"12345|12,345", "2567000|2.6 million", "11901408320|11.9 billion"})
    void counts_are_rounded_where_nobody_counts(long things, String words) {
        assertThat(Numbers.count(things)).isEqualTo(words);
    }
}
