package dev.assay.harness.render.comfyui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate nobody knows but the user. */
class TrustStoreTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private HttpsServer server;
    private String url;
    private KeyStore keys;

    @BeforeEach
    void serve() throws Exception {
        Path store = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process made = new ProcessBuilder(List.of(
                        keytool.toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keyalg",
                        "EC",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1"))
                .redirectErrorStream(true)
                .start();
        assertThat(made.waitFor()).as("keytool").isZero();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            byte[] answer = "{\"system\": {\"comfyui_version\": \"0.29.0\"}}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        url = "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String version(Path trusted) {
        ComfyOptions options = new ComfyOptions(
                url, java.util.Map.of(), java.util.Map.of(), null, null, null, List.of(), null, null, trusted, null);
        return new ComfyClient(
                        options,
                        Credentials.from(java.util.Map.of()),
                        ComfyTimeouts.STANDARD,
                        ForkJoinPool.commonPool())
                .systemStats()
                .at("/system/comfyui_version")
                .asText();
    }

    @Test
    void without_it_the_servers_certificate_is_refused() {
        assertThatThrownBy(() -> version(null)).hasMessageContaining("assay.comfyui.trustStore");
    }

    @Test
    void a_pem_file_or_a_store_makes_it_known() throws Exception {
        Path pem = folder.resolve("server.pem");
        Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("server").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", keys.getCertificate("server"));
        Path store = folder.resolve("trust.p12");
        try (var out = Files.newOutputStream(store)) {
            trust.store(out, PASSWORD);
        }

        assertThat(version(pem)).isEqualTo("0.29.0");
        assertThat(version(store)).isEqualTo("0.29.0");
    }

    @Test
    void another_file_is_refused_in_words() throws Exception {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no certificate");
        assertThatThrownBy(() -> version(text))
                .hasMessageContaining("assay.comfyui.trustStore")
                .hasMessageContaining("PEM, PKCS12 or JKS");
    }
}
