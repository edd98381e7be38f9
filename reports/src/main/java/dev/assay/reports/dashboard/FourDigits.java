package dev.assay.reports.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;

/** Numbers of a page's data with four significant digits: what a chart can show. A large site has millions of them. */
final class FourDigits extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1;
    private static final long[] TEN = new long[16]; // 10^0 to 10^15

    static {
        TEN[0] = 1;
        for (int i = 1; i < TEN.length; i++) {
            TEN[i] = 10 * TEN[i - 1];
        }
    }

    FourDigits() {
        super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(of(value));
        } else {
            json.writeNull();
        }
    }

    /** A number as JSON writes it; {@link Double#toString} would find the 17th digit first, and takes ten times as long. */
    static String of(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 1e-11 || size >= 1e15) {
            return Double.toString(value);
        }
        int decimals = 3 - (int) Math.floor(Math.log10(size));
        if (decimals <= 0) {
            return Long.toString(Math.round(value / TEN[-decimals]) * TEN[-decimals]);
        }
        long unit = TEN[decimals];
        long scaled = Math.round(size * unit);
        StringBuilder text = new StringBuilder(18);
        if (value < 0) {
            text.append('-');
        }
        text.append(scaled / unit);
        long rest = scaled % unit;
        if (rest != 0) {
            text.append('.');
            for (long place = unit / 10; rest != 0; place /= 10) {
                text.append((char) ('0' + rest / place));
                rest %= place;
            }
        }
        return text.toString();
    }
}
