package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Settings;
import dev.assay.harness.suite.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes of docs/ci name profiles, settings and files that exist. */
class RecipesTest {
    private static final Path RECIPES = Path.of("..", "docs", "ci");

    @ParameterizedTest
    @ValueSource(strings = {"github-actions.yml", "gitlab-ci.yml"})
    void a_recipe_is_yaml_with_a_gate_and_a_nightly(String file) throws IOException {
        Object recipe = Yaml.read(Files.readAllBytes(RECIPES.resolve(file)));
        Map<?, ?> top = (Map<?, ?>) recipe;
        Map<?, ?> jobs = top.get("jobs") instanceof Map<?, ?> inner ? inner : top;
        assertThat(jobs.containsKey("gate")).isTrue();
        assertThat(jobs.containsKey("nightly")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nightly.sh", "README.md"})
    void its_profiles_and_settings_exist(String file) throws IOException {
        String text = Files.readString(RECIPES.resolve(file));
        String pom = Files.readString(Path.of("..", "pom.xml")) + Files.readString(Path.of("..", "harness", "pom.xml"));
        List<String> profiles = found(text, "[ `]-P([a-z]+)");
        assertThat(profiles).isNotEmpty().allMatch(p -> pom.contains("<id>" + p + "</id>"));
        List<String> settings = found(text, "-D(assay\\.[A-Za-z.]+)");
        assertThat(Settings.KEYS).containsAll(settings);
        assertThat(found(text, "(mvn [^\\n`]*)")).allMatch(c -> c.contains(" verify "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"github-actions.yml", "gitlab-ci.yml"})
    void every_command_is_of_the_zip_has_a_base_and_options_that_exist(String file) throws IOException {
        String text = Files.readString(RECIPES.resolve(file));
        List<String> options = Stream.concat(
                        Stream.of("--comfyui"), Settings.KEYS.stream().map(Caller::option))
                .toList();
        List<String> commands = found(text, "(bin/assay\" [^\\n]*)");
        assertThat(commands).isNotEmpty().allSatisfy(c -> {
            assertThat(c).containsPattern("bin/assay\" (judge|nightly) ").contains("--base ", "--comfyui ");
            assertThat(options).containsAll(found(c, "(--[a-z-]+)"));
        });
        assertThat(text).doesNotContain("ubuntu-latest", "mvn ");
    }

    /** What the recipe for GitHub gives to the Action, and what the Action gives to its scripts. */
    @Test
    void the_action_has_the_inputs_that_it_is_given_and_its_scripts_are_there() throws IOException {
        Map<?, ?> action = (Map<?, ?>) Yaml.read(Files.readAllBytes(Path.of("..", "action.yml")));
        Map<?, ?> inputs = (Map<?, ?>) action.get("inputs");
        String text = Files.readString(Path.of("..", "action.yml"));
        String recipe = Files.readString(RECIPES.resolve("github-actions.yml"));
        String given = recipe.substring(recipe.indexOf("uses: OWNER/assay"), recipe.indexOf("upload-artifact"));

        assertThat(((Map<?, ?>) action.get("runs")).get("using")).isEqualTo("composite");
        assertThat(found(given, "(?m)^          ([a-z-]+):"))
                .contains("base", "comfyui-url")
                .allMatch(inputs::containsKey);
        assertThat(found(text, "inputs\\.([a-z-]+)"))
                .allMatch(inputs::containsKey)
                .hasSize(inputs.size());
        assertThat(found(text, "GITHUB_ACTION_PATH/([a-z/.]+)"))
                .hasSize(2)
                .allMatch(f -> Files.isRegularFile(Path.of("..").resolve(f)));
        assertThat(found(text, "([A-Z_]+): \\$\\{\\{ inputs")).allMatch(name -> {
            try {
                return (Files.readString(Path.of("../integrations/ci/judge.sh"))
                                + Files.readString(Path.of("../integrations/ci/comment.sh")))
                        .contains(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The README's example is a file that works. */
    @Test
    void the_example_of_settings_is_right(@TempDir Path root) throws IOException {
        List<String> examples = found(Files.readString(Path.of("..", "README.md")), "(?s)```yaml\\n(.*?)```");
        assertThat(examples).hasSize(1);
        Files.writeString(root.resolve("assay.yaml"), examples.get(0));
        Settings settings = Settings.read(root, Map.of(), Map.of());
        assertThat(settings.sources()).hasSize(6);
        assertThat(settings.get(RENDERER)).isEqualTo("comfyui");
    }

    /** Every setting has a row of its own in the page about them, and no row is of a setting that is not there. */
    @Test
    void the_page_of_settings_lists_them_all() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "settings.md"));
        assertThat(found(page, "(?m)^\\| `(assay\\.[A-Za-z.]+)` \\|")).hasSameElementsAs(Settings.KEYS);
    }

    @Test
    void the_script_for_cron_can_be_started() {
        assertThat(Files.isExecutable(RECIPES.resolve("nightly.sh"))).isTrue();
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(m -> m.group(1))
                .distinct()
                .toList();
    }
}
