package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Settings;
import dev.assay.harness.suite.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
    @ValueSource(strings = {"github-actions.yml", "gitlab-ci.yml", "nightly.sh", "README.md"})
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
    void every_command_has_a_base_and_runs_in_a_checkout_of_assay(String file) throws IOException {
        String text = Files.readString(RECIPES.resolve(file)).replace("\\\n", " ");
        assertThat(found(text, "(mvn [^\\n`]*)"))
                .hasSize(2)
                .allMatch(c -> c.contains("-Dassay.base=") && c.contains("-Dassay.comfyui.url="));
        assertThat(text.split("mvn -B", -1)).hasSize(3).allMatch(part -> part.contains(".assay-build"));
        assertThat(text).doesNotContain("ubuntu-latest");
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
