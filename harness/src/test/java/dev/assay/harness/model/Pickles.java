package dev.assay.harness.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes what torch.save writes, instruction by instruction, and things that it never would. */
public final class Pickles {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Pickles() {
        raw(0x80, 2);
    }

    public Pickles raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    public Pickles global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    public Pickles text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        little(bytes.length, 4);
        out.writeBytes(bytes);
        return this;
    }

    public Pickles number(long value) {
        out.write('J');
        little(value, 4);
        return this;
    }

    /** {@code torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
    public Pickles tensor(String type, String key, long elements, List<Long> shape, List<Long> strides) {
        global("torch._utils", "_rebuild_tensor_v2").raw('(');
        raw('(').text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .raw('t', 'Q');
        number(0).raw('(');
        shape.forEach(this::number);
        raw('t', '(');
        strides.forEach(this::number);
        return raw('t', 0x89).global("collections", "OrderedDict").raw(')', 'R', 't', 'R');
    }

    public byte[] stop() {
        raw('.');
        return out.toByteArray();
    }

    private void little(long value, int bytes) {
        out.write(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array(),
                0,
                bytes);
    }

    /** A state dict of one weight (2, 3) and one bias (2) in halves. */
    public static byte[] stateDict() {
        return new Pickles()
                .raw('}')
                .text("state_dict")
                .raw('}', '(')
                .text("layer.weight")
                .tensor("HalfStorage", "0", 6, List.of(2L, 3L), List.of(3L, 1L))
                .text("layer.bias")
                .tensor("FloatStorage", "1", 2, List.of(2L), List.of(1L))
                .raw('u', 's')
                .text("epoch")
                .number(3)
                .raw('s')
                .stop();
    }

    /** The zip that torch.save writes since version 1.6, with storages of the given sizes in bytes. */
    public static byte[] zip(byte[] pickle, int... storages) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            stored(zip, "archive/data.pkl", pickle);
            for (int i = 0; i < storages.length; i++) {
                stored(zip, "archive/data/" + i, new byte[storages[i]]);
            }
            stored(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void stored(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** The file that torch.save wrote before: magic number, protocol, sizes, object, keys, then the storages. */
    public static byte[] legacy(byte[] pickle) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new Pickles()
                .raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)
                .stop());
        bytes.writeBytes(new Pickles().raw('M', 0xe9, 3).stop());
        bytes.writeBytes(
                new Pickles().raw('}').text("little_endian").raw(0x88, 's').stop());
        bytes.writeBytes(pickle);
        bytes.writeBytes(
                new Pickles().raw(']', '(').text("0").text("1").raw('e').stop());
        bytes.writeBytes(new byte[] {6, 0, 0, 0, 0, 0, 0, 0});
        bytes.writeBytes(new byte[12]);
        bytes.writeBytes(new byte[] {2, 0, 0, 0, 0, 0, 0, 0});
        bytes.writeBytes(new byte[8]);
        return bytes.toByteArray();
    }
}
