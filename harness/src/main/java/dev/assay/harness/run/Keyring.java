package dev.assay.harness.run;

import java.util.Map;
import java.util.TreeMap;

/** Variables of the environment that open servers. They stand in no command line, file or record, and whatever prints this prints none. */
public record Keyring(Map<String, String> variables) {
    public Keyring {
        variables = Map.copyOf(variables);
    }

    /** @param environment the whole */
    static Keyring of(Map<String, String> environment) {
        Map<String, String> secrets = new TreeMap<>(environment);
        secrets.keySet().retainAll(SettingKeys.secretVariables());
        return new Keyring(secrets);
    }

    @Override
    public String toString() {
        return "Keyring" + variables.keySet();
    }
}
