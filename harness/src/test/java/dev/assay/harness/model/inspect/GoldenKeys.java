package dev.assay.harness.model.inspect;

import dev.assay.harness.model.HeaderFiles.Entry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Names and shapes of published models, in the layout of diffusers and transformers. */
public final class GoldenKeys {
    private GoldenKeys() {}

    /** Lines such as {@code conv_in.weight (320, 4, 3, 3)}. */
    public static List<Entry> of(String model, String dtype) {
        List<Entry> entries = new ArrayList<>();
        try (InputStream in = GoldenKeys.class.getResourceAsStream("/keys/keys_" + model + ".txt.gz");
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int blank = line.indexOf(' ');
                List<Long> shape = new ArrayList<>();
                for (String part : line.substring(blank + 2, line.length() - 1).split(",", -1)) {
                    if (!part.isBlank()) {
                        shape.add(Long.parseLong(part.strip()));
                    }
                }
                entries.add(new Entry(line.substring(0, blank), dtype, shape));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (entries.size() < 100) {
            throw new IllegalStateException(model + ": only " + entries.size() + " keys");
        }
        return entries;
    }
}
