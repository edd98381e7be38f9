///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//REPOS mavenlocal,central
//DEPS dev.assay:reports:0.1.0-SNAPSHOT
//RUNTIME_OPTIONS -Djava.awt.headless=true -Dfile.encoding=UTF-8

import dev.assay.reports.cli.AssayMain;

/** Assay by JBang: {@code jbang assay@OWNER/assay judge FILE --base MODEL}. The bundled models are in the zip and in a checkout: {@code -Dassay.home=FOLDER}. */
final class assay {
    private assay() {}

    public static void main(String[] arguments) {
        AssayMain.main(arguments);
    }
}
