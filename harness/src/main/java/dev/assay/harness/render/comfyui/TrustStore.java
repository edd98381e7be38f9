package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that the user trusts, for servers behind a certificate authority of their own. */
final class TrustStore {
    private TrustStore() {}

    /**
     * @param file PEM certificates, or a PKCS12 or JKS store
     * @param password of the store; certificates in PEM have none
     */
    static SSLContext context(Path file, String password) {
        try {
            KeyStore store = read(file, password);
            if (store.size() == 0) {
                throw wrong(file, "a file without certificates", null);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw wrong(file, e.getMessage(), e);
        }
    }

    private static KeyStore read(Path file, String password) throws IOException, GeneralSecurityException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(4096);
        }
        if (!new String(start, StandardCharsets.ISO_8859_1).contains("-----BEGIN")) {
            return KeyStore.getInstance(file.toFile(), password.toCharArray());
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + store.size(), c);
            }
        }
        return store;
    }

    private static SettingsException wrong(Path file, String found, Exception cause) {
        return new SettingsException(
                "assay.comfyui.trustStore: " + file + ": expected certificates as PEM, PKCS12 or JKS (password in "
                        + Credentials.STORE_PASSWORD + ", else changeit), found " + found,
                cause);
    }
}
