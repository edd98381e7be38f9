package dev.assay.harness.run;

import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room for what a run will write, looked at before it begins. */
final class DiskSpace {
    private static final long RESERVE = 64L << 20; // for the record, the report and others

    private DiskSpace() {}

    /**
     * @param folder that need not exist yet
     * @param most bytes that are written to it
     * @throws AssayException when they do not fit
     */
    static void require(Path folder, int pictures, long most) {
        require(folder, pictures, most, free(folder));
    }

    /** @param free bytes; negative where the file system does not tell */
    static void require(Path folder, int pictures, long most, long free) {
        if (free >= 0 && free < most + RESERVE) {
            throw new AssayException("not enough room on the disk: " + pictures + " pictures take up to "
                    + Numbers.bytes(most) + " in " + folder + ", where " + Numbers.bytes(free)
                    + " are free; free some, or give another folder: -Dassay.store=DIR");
        }
    }

    @SuppressWarnings("UnusedException") // not every file system tells
    private static long free(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return there == null ? -1 : Files.getFileStore(there).getUsableSpace();
        } catch (IOException unknown) {
            return -1;
        }
    }
}
