package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.suite.BundledSuites;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SuitesCommandTest {
    private String said;

    private int suites(String... arguments) {
        CommandLine line = AssayMain.commandLine();
        StringWriter text = new StringWriter();
        line.setOut(new PrintWriter(text, true));
        line.setErr(new PrintWriter(text, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "suites";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int code = line.execute(all);
        said = text.toString();
        return code;
    }

    @Test
    void all_that_are_bundled_are_listed_with_what_they_cost_and_need() {
        assertThat(suites()).isZero();
        assertThat(BundledSuites.names())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(said.lines())
                        .anySatisfy(line -> assertThat(line).startsWith(name + " ")));
        assertThat(said).contains("microcosm", "42 prompts, 336 pictures with both models", "needs weights for clip, ");
        String listed = said;
        assertThat(suites("list")).isZero();
        assertThat(said).isEqualTo(listed);
    }

    @Test
    void one_is_shown_with_its_questions_and_prompts() {
        assertThat(suites("show", "microcosm", "--prompts")).isZero();
        assertThat(said)
                .contains("artifact/grid", "may be worse by at most 0.25 grey levels", "anatomy/limbs.figure")
                .contains("at most 20 points more pictures with the defect; on prompts tagged figure")
                .contains(
                        "clip  microcosm:clip",
                        "red-circle-above-blue-square",
                        "  4 seeds  a red circle above a blue square");
    }

    @Test
    void a_name_that_is_none_is_told() {
        assertThat(suites("show", "microcsm")).isNotZero();
        assertThat(said).contains("did you mean microcosm?");
    }
}
