package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelReferenceTest {
    @TempDir
    Path root;

    private Path bundle;
    private ModelReference references;

    @BeforeEach
    void makeModels() throws IOException {
        bundle = Files.createDirectories(root.resolve("world"));
        Files.createDirectories(bundle.resolve("base"));
        Files.createDirectories(bundle.resolve("loras"));
        touch("world/single.safetensors");
        touch("world/loras/sound.safetensors");
        touch("world/loras/overcooked.safetensors");
        touch("style.safetensors");
        touch("me@2x.safetensors");
        touch("odd@3");
        references = new ModelReference(root, Map.of("microcosm", bundle));
    }

    @Test
    void paths_are_relative_to_the_root_or_absolute() {
        Path style = root.resolve("style.safetensors");
        assertThat(references.resolve("style.safetensors")).isEqualTo(style);
        assertThat(references.resolve(style.toString())).isEqualTo(style);
    }

    @Test
    void bundled_models_are_folders_or_files() {
        assertThat(references.resolve("microcosm:base")).isEqualTo(bundle.resolve("base"));
        assertThat(references.resolve("microcosm:single")).isEqualTo(bundle.resolve("single.safetensors"));
        assertThat(references.resolve("microcosm:sound")).isEqualTo(bundle.resolve("loras/sound.safetensors"));
    }

    @Test
    void an_unknown_bundled_model_is_an_error_that_lists_and_suggests() {
        assertThatThrownBy(() -> references.resolve("microcosm:overcoked"))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("microcosm:overcoked: no such bundled model in " + bundle
                        + "; there are base, single, overcooked, sound; did you mean overcooked?");
        assertThatThrownBy(() -> references.resolve("microcosm:")).hasMessageContaining("no such bundled model");
        assertThatThrownBy(() -> references.resolve("microcosmos:base"))
                .hasMessageContaining("[microcosm:NAME]; did you mean microcosm?");
    }

    @Test
    void a_bundled_name_cannot_leave_its_folder() {
        assertThatThrownBy(() -> references.resolve("microcosm:../style"))
                .hasMessageContaining("no such bundled model");
    }

    @Test
    void a_missing_path_is_an_error_that_lists_and_suggests() {
        assertThatThrownBy(() -> references.resolve("stile.safetensors"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(
                        root.resolve("stile.safetensors") + ": no such file; there are me@2x.safetensors, ")
                .hasMessageEndingWith("did you mean style.safetensors?");
        assertThatThrownBy(() -> references.resolve("none/x")).hasMessageContaining("folder does not exist either");
        assertThatThrownBy(() -> references.resolve("a\u0000b")).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> references.resolve(" ")).isInstanceOf(ModelFileException.class);
    }

    @Test
    void loras_have_strengths() {
        assertThat(references.loras("microcosm:sound@0.8, style.safetensors@-1e-1 ,style.safetensors"))
                .containsExactly(
                        new Lora(bundle.resolve("loras/sound.safetensors"), 0.8),
                        new Lora(root.resolve("style.safetensors"), -0.1),
                        new Lora(root.resolve("style.safetensors"), 1));
    }

    @Test
    void only_a_trailing_number_is_a_strength() {
        assertThat(references.loras("me@2x.safetensors"))
                .containsExactly(new Lora(root.resolve("me@2x.safetensors"), 1));
        assertThat(references.loras("me@2x.safetensors@.5"))
                .containsExactly(new Lora(root.resolve("me@2x.safetensors"), 0.5));
        assertThat(references.loras("odd@3@2")).containsExactly(new Lora(root.resolve("odd@3"), 2));
        assertThatThrownBy(() -> references.loras("style.safetensors@strong"))
                .hasMessageContaining("style.safetensors@strong: no such file");
    }

    @Test
    void an_empty_item_or_an_infinite_strength_is_an_error() {
        for (String wrong : new String[] {"", ",", "style.safetensors,", "style.safetensors,,odd@3@1"}) {
            assertThatThrownBy(() -> references.loras(wrong))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("between commas, found nothing");
        }
        for (String wrong : new String[] {"1e999", "1e300", "-1001", "NaN", "-Infinity"}) {
            assertThatThrownBy(() -> references.loras("style.safetensors@" + wrong))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("expected a strength from -1000 to 1000 after @, found " + wrong);
        }
    }

    @Test
    void a_comma_in_a_strength_is_told_from_one_between_files() throws IOException {
        assertThatThrownBy(() -> references.loras("microcosm:sound@0,8"))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("microcosm:sound@0,8: a comma separates files, and there is no file 8; did you mean @0.8?");
        assertThatThrownBy(() -> references.loras("style.safetensors@-1,25,odd@3@2"))
                .hasMessageEndingWith("did you mean @-1.25?");
        assertThatThrownBy(() -> references.loras("style.safetensors,8")).hasMessageContaining("8: no such file");
        assertThatThrownBy(() -> references.loras("style.safetensors@0.5,8")).hasMessageContaining("8: no such file");
        touch("8");
        assertThat(references.loras("microcosm:sound@0,8"))
                .containsExactly(
                        new Lora(bundle.resolve("loras/sound.safetensors"), 0), new Lora(root.resolve("8"), 1));
    }

    private void touch(String name) throws IOException {
        Files.createFile(root.resolve(name));
    }

    @Test
    void a_name_with_commas_stands_in_quotes_and_alone_needs_none_where_it_is_there() throws IOException {
        assertThat(ModelReference.items(root, "\"a, b.safetensors\"@0.5, c@2 ,'d,e'"))
                .containsExactly("\"a, b.safetensors\"@0.5", "c@2", "'d,e'");
        assertThat(ModelReference.items(root, "don't.safetensors,'tis.safetensors"))
                .containsExactly("don't.safetensors", "'tis.safetensors");
        for (String name : new String[] {"a, b.safetensors", "it's, so.safetensors", "4\" x, y.safetensors"}) {
            Path file = Files.writeString(root.resolve(name), "");
            assertThat(references.loras(name)).containsExactly(new Lora(file, 1));
            assertThat(references.loras(name + "@0.5")).containsExactly(new Lora(file, 0.5));
            assertThat(references.loras(
                            "style.safetensors," + ModelReference.quoted(name + "@0.5") + ",style.safetensors"))
                    .hasSize(3)
                    .contains(new Lora(file, 0.5));
        }
        assertThatThrownBy(() -> references.loras("\"a, b.safetensors"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("a quote that does not end");
    }

    @Test
    void a_name_is_looked_for_in_the_library_and_may_be_a_servers_own(@TempDir Path library) throws IOException {
        Path kind = Files.createDirectories(library.resolve("loras/flux"));
        Path lora = Files.writeString(kind.resolve("style.safetensors"), "x");
        ModelReference remote = new ModelReference(library.resolve("elsewhere"), Map.of(), Optional.of(library), true);
        ModelReference here = new ModelReference(library.resolve("elsewhere"), Map.of(), Optional.of(library), false);

        assertThat(here.resolve("flux/style.safetensors")).isEqualTo(lora);
        assertThat(remote.resolve("flux1-dev.safetensors")).isEqualTo(Path.of("flux1-dev.safetensors"));
        assertThatThrownBy(() -> here.resolve("flux1-dev.safetensors")).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> remote.resolve("/nowhere/x.safetensors")).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> here.resolve("../loras/flux/../../../etc")).isInstanceOf(ModelFileException.class);
    }
}
