package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.FileHashes;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionTest {
    @TempDir
    Path folder;

    private record Inner(String name, double margin) {}

    private record Outer(Inner inner, List<String> tags, Map<String, Double> parameters, Set<Integer> set) {}

    @Test
    void a_value_is_written_with_everything_in_it_and_maps_and_sets_in_one_order() {
        Map<String, Double> sorted = new TreeMap<>(Map.of("x", 1.0, "y", 2.0, "z", 3.0));
        assertThat(Question.text(new Outer(new Inner("a", 0.5), List.of("t"), sorted, Set.of(1, 2, 3))))
                .isEqualTo("Outer[inner=Inner[name=1:a;margin=3:0.5;]tags=1(1:t;)"
                        + "parameters=3(12:1:x;->3:1.0;;12:1:y;->3:2.0;;12:1:z;->3:3.0;;)set=3(4:1:1;;4:1:2;;4:1:3;;)]")
                .isEqualTo(Question.text(
                        new Outer(new Inner("a", 0.5), List.of("t"), Map.copyOf(sorted), Set.of(3, 2, 1))));
        assertThat(Question.text(List.of("a", "b"))).isNotEqualTo(Question.text(List.of("a;1:b")));
        assertThat(Question.text(null)).isNotEqualTo(Question.text("null"));
        assertThat(Question.text(Optional.of("a"))).isNotEqualTo(Question.text(Optional.empty()));
        assertThatThrownBy(() -> Question.text(new int[0])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void changed_code_is_other_code() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes/dev"));
        Files.writeString(classes.resolve("A.class"), "one");
        Path jar = Files.writeString(folder.resolve("lib.jar"), "jar");
        String path = folder.resolve("classes") + File.pathSeparator + jar + File.pathSeparator + "gone.jar";
        String before = Question.code(path, new FileHashes());
        assertThat(Question.code(path, new FileHashes())).isEqualTo(before);
        Files.writeString(classes.resolve("A.class"), "two");
        String after = Question.code(path, new FileHashes());
        assertThat(after).isNotEqualTo(before);
        Files.writeString(jar, "rar");
        assertThat(Question.code(path, new FileHashes())).isNotEqualTo(after);
    }
}
