package dev.assay.harness.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.score.UnavailableException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelRolesTest {
    @TempDir
    Path folder;

    private record Named(Path path) implements ModelRole.Weights {
        @Override
        public String reference() {
            return "local:reward";
        }
    }

    static List<ModelRole<?>> roles() {
        return ModelRoles.ALL;
    }

    @Test
    void names_are_distinct_and_every_network_is_listed() throws IllegalAccessException {
        List<ModelRole<?>> constants = new ArrayList<>();
        for (Field field : ModelRoles.class.getFields()) {
            if (field.getType() == ModelRole.class) {
                constants.add((ModelRole<?>) field.get(null));
            }
        }
        constants.remove(ModelRoles.JUDGE); // a server: no suite names it
        assertThat(ModelRoles.ALL).containsExactlyElementsOf(constants);
        assertThat(ModelRoles.ALL.stream().map(ModelRole::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("roles")
    void a_role_answers_every_question(ModelRole<?> role) {
        assertThat(role.name()).matches("[a-z]+(-[a-z]+)*");
        assertThat(role.needs()).as("what people lack").hasSizeGreaterThan(20).doesNotEndWith(".");
        assertThat(role.memory()).isBetween(0.0, 4.0);
        assertThat(role.layouts())
                .allSatisfy(layout -> assertThat(layout.files())
                        .isNotEmpty()
                        .allMatch(f -> f.matches("[\\w./-]+([|+][\\w./-]+)*[?]?"))
                        .as("pickles are named, never taken from a folder")
                        .noneMatch(f -> f.matches(".*\\.(pt|pth|bin|ckpt)\\b.*")));
        assertThat(role.known()).allSatisfy(known -> {
            assertThat(known.reference()).matches("|hf:[\\w.-]+/[\\w.-]+(/[\\w.+-]+)*");
            assertThat(known.licence()).matches("[A-Za-z0-9.+-]+");
            assertThat(known.optIn()).isEqualTo(known.licence().startsWith("AGPL"));
            assertThat(known.files()).isNotEmpty().allSatisfy(f -> {
                assertThat(f.sha256() == null || f.sha256().matches("[0-9a-f]{64}"))
                        .isTrue();
                assertThat(f.bytes()).isNotNegative();
            });
            boolean folder = known.reference().matches("hf:[^/]+/[^/]+");
            assertThat(folder)
                    .as("a whole repository is taken by a layout")
                    .isIn(false, !role.layouts().isEmpty());
            assertThat(folder
                            || known.reference().isEmpty()
                            || known.reference()
                                    .endsWith("/" + known.files().get(0).name()))
                    .isTrue();
        });
    }

    @ParameterizedTest
    @MethodSource("roles")
    void weights_that_are_not_there_are_said_and_crash_nothing(ModelRole<?> role) {
        Path nowhere = folder.resolve("nowhere");
        assertThatThrownBy(
                        () -> role.opener().open(new Named(nowhere), new ModelRole.Place("cpu", 1, VectorFolder.NONE)))
                .isInstanceOfAny(ModelFileException.class, UnavailableException.class, ImageFileException.class)
                .hasMessageContaining(folder.toString());
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
