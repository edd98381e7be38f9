package dev.assay.harness.usage;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.suite.Yaml;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code NAME.assay.yaml}: what a person says of a file's use. Whatever is wrong in it is an error, for it was meant. */
final class AssayFile {
    private static final int MAX_BYTES = 64 << 10;

    private AssayFile() {}

    /**
     * @param file which is there
     * @throws SettingsException naming file, field, what was expected and what was found
     */
    static Usage read(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            return usage(name, Yaml.read(SmallFile.bytes(file, MAX_BYTES)));
        } catch (IOException e) {
            throw new SettingsException(file + ": cannot be read: " + Trouble.words(e), e);
        } catch (AssayException e) {
            throw new SettingsException(file + ": " + e.getMessage(), e);
        }
    }

    private static Usage usage(String name, Object yaml) {
        Facts facts = new Facts();
        if (yaml == null) {
            return facts.usage();
        }
        if (!(yaml instanceof Map<?, ?> fields)) {
            throw new AssayException("expected fields (triggerWords: sks man), found other YAML");
        }
        fields.forEach((field, value) -> {
            Fact fact = fact(String.valueOf(field));
            if (value == null) {
                return; // as a setting without a value
            }
            try {
                facts.add(fact, fact.value(value), name);
            } catch (IllegalArgumentException e) {
                throw new AssayException(field + ": " + e.getMessage(), e);
            }
        });
        return facts.usage();
    }

    private static Fact fact(String field) {
        Optional<Fact> fact =
                Stream.of(Fact.values()).filter(f -> f.key().equals(field)).findFirst();
        return fact.orElseThrow(() -> {
            var known = Stream.of(Fact.values()).map(Fact::key).toList();
            String hint = DidYouMean.hint(field, known);
            return new AssayException(
                    field + ": no such field" + (hint.isEmpty() ? "; there are " + String.join(", ", known) : hint));
        });
    }
}
