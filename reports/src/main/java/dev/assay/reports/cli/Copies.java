package dev.assay.reports.cli;

import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelHashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which files hold the same tensors under another name or with other metadata. Few are read as a whole: those that agree in number
 * and types of their elements and in some bytes near the middle.
 */
final class Copies {
    private static final int SAMPLE = 4096; // bytes

    private Copies() {}

    /** For each copy the first file that it is a copy of, in the order of the reports. */
    static Map<Path, Path> of(List<Report> reports, Inspector hashing) {
        Map<List<Object>, Path> alike = new LinkedHashMap<>();
        Map<String, Path> first = new LinkedHashMap<>();
        Map<Path, Path> copies = new LinkedHashMap<>();
        for (Report report : reports) {
            Inspection i = report.inspection();
            if (i == null || i.parameters() == 0) {
                continue;
            }
            Path earlier = alike.putIfAbsent(List.of(i.parameters(), i.quantization(), sample(i)), i.file());
            if (earlier != null) {
                first.putIfAbsent(tensors(hashing, earlier), earlier);
                Path same = first.putIfAbsent(tensors(hashing, i.file()), i.file());
                if (same != null) {
                    copies.put(i.file(), same);
                }
            }
        }
        return copies;
    }

    private static String tensors(Inspector hashing, Path file) {
        Map<String, String> hashes = hashing.inspect(file).hashes();
        return hashes.getOrDefault(ModelHashes.TENSORS, hashes.getOrDefault("SHA256", file.toString()));
    }

    /** Bytes at a distance from the end that the length of the header does not change. */
    private static ByteBuffer sample(Inspection file) {
        ByteBuffer bytes = ByteBuffer.allocate(SAMPLE);
        try (FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
            channel.read(bytes, Math.max(0, channel.size() - Math.max(SAMPLE, file.parameters())));
        } catch (IOException e) {
            return ByteBuffer.allocate(0); // a folder: the hash tells
        }
        return bytes.flip();
    }
}
