package dev.assay.reports.cli;

import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code assay nightly}. */
@Command(
        name = "nightly",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "assay nightly --collection DIR [--base MODEL] [OPTION...]",
        description = {
            "Judges what is new or changed in a collection, and writes its dashboard.",
            "",
            "What was judged before under the same question still holds, and costs nothing.",
            ""
        },
        exitCodeListHeading = "%nExit codes, of the worst file that nobody accepted:%n",
        exitCodeList = {
            "0:a good night",
            "1:regressed",
            "2:inconclusive",
            "3:broken: the machine, a server or Assay failed",
            "64:the command line or a setting is wrong"
        })
final class NightlyCommand extends Judging {
    @Override
    public Integer call() {
        Map<String, String> properties = door.properties(settings());
        try {
            Settings.read(door.root(), environment, properties);
        } catch (AssayException unreadable) {
            throw wrong(unreadable.getMessage());
        }
        return door.start("nightly", properties);
    }
}
