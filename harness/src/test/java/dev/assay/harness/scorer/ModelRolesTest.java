package dev.assay.harness.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.score.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRolesTest {
    @TempDir
    Path folder;

    private record Named(Path path) implements ModelRole.Weights {
        @Override
        public String reference() {
            return "local:reward";
        }
    }

    @Test
    void names_are_distinct() {
        assertThat(ModelRoles.ALL.stream().map(ModelRole::name))
                .doesNotHaveDuplicates()
                .contains("clip", "image-reward");
    }

    @Test
    void image_reward_without_a_file_is_unavailable_and_says_which_and_where_it_belongs() throws IOException {
        Files.createFile(folder.resolve("med_config.json"));
        Path file = Files.createFile(folder.resolve("ImageReward.pt"));
        for (Path place : new Path[] {folder, file}) {
            assertThatThrownBy(() -> ModelRoles.IMAGE_REWARD
                            .opener()
                            .open(new Named(place), new ModelRole.Place("cpu", 1, null)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("models.image-reward: local:reward lacks vocab.txt or tokenizer.json (of"
                            + " bert-base-uncased); put what is missing into " + folder);
        }
        Files.createFile(folder.resolve("vocab.txt"));
        assertThatThrownBy(() ->
                        ModelRoles.IMAGE_REWARD.opener().open(new Named(folder), new ModelRole.Place("cpu", 1, null)))
                .isInstanceOf(ModelFileException.class); // there, and damaged: not a reason to judge without it
    }
}
