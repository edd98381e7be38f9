package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.text.SettingsException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildEndTest {
    private static final String MAVEN = "org.codehaus.plexus.classworlds.launcher.Launcher";

    private final RuntimeException why = new SettingsException("-Dassay.lroa: no such setting\u001b]0;x\u0007");
    private final List<Integer> codes = new ArrayList<>();

    private String said(String command) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        assertThat(BuildEnd.fail(why, 2, command, out, codes::add)).isSameAs(why);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " -B verify -Dassay.lroa=x"})
    void theLastWordsOfACommandLineAreOurs(String arguments) {
        assertThat(said(MAVEN + arguments).lines())
                .containsExactly("", "[ERROR] BUILD FAILURE: -Dassay.lroa: no such setting");
        assertThat(codes).containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "org.mvndaemon.mvnd.common.DaemonMain",
                "com.example.Server org.codehaus.plexus.classworlds.launcher.Launcher",
                "org.codehaus.plexus.classworlds.launcher.LauncherOfMore"
            })
    void anotherProcessLives(String command) {
        assertThat(said(command)).isEmpty();
        assertThat(codes).isEmpty();
    }

    @Test
    void thisProcessOfTestsIsAnother() {
        assertThat(BuildEnd.fail(why, 1)).isSameAs(why);
    }
}
