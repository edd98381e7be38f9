package dev.assay.reports.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.RenderingEntry;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderingsTest {
    @TempDir
    Path folder;

    private static RenderingEntry entry(String caseId, String role, String file) {
        return new RenderingEntry(caseId, "a prompt", List.of(), 1, role, file, 0.2, 0, 0, true, false, null, null);
    }

    @Test
    void a_picture_without_a_name_or_a_file_is_a_missing_picture() {
        for (String file : new String[] {null, "", "gone.png", "no\0name.png"}) {
            RenderingEntry rendering = entry("case", "candidate", file);
            Renderings renderings = new Renderings(List.of(rendering), folder);
            assertThat(renderings.file(rendering)).isEmpty();
            assertThat(renderings.read(rendering)).isEmpty();
            assertThat(renderings.sheets(1)).hasSize(1);
        }
    }

    @Test
    void a_picture_is_found_by_case_seed_and_role() throws IOException {
        Files.write(folder.resolve("a.png"), Pixels.png(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB)));
        RenderingEntry base = entry("case", "base", "a.png");
        Renderings renderings = new Renderings(List.of(entry(null, null, null), base), folder);
        assertThat(renderings.find("case", 1, "base")).contains(base);
        assertThat(renderings.find("case", 2, "base")).isEmpty();
        assertThat(renderings.find("case", 1, "candidate")).isEmpty();
        assertThat(renderings.read(base)).map(BufferedImage::getWidth).contains(8);
    }

    @Test
    void pictures_of_sheets_that_nobody_wants_are_not_read() {
        List<RenderingEntry> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(entry("case" + i, "candidate", i + ".png"));
        }
        List<String> read = new ArrayList<>();
        List<ContactSheet.Sheet> sheets = ContactSheet.of(
                many,
                r -> {
                    read.add(r.file());
                    return Optional.empty();
                },
                2);
        assertThat(sheets)
                .extracting(ContactSheet.Sheet::name)
                .containsExactly("prompts 1 to 12 of 40", "prompts 13 to 24 of 40");
        assertThat(read).hasSize(24);
    }
}
