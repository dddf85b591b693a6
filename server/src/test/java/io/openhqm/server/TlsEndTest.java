package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint.HttpVersion;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport;
import io.openhqm.worker.proxy.HttpTransport.Answer;
import io.openhqm.worker.proxy.HttpTransport.Request;
import io.openhqm.worker.proxy.OutboundGuard;
import io.openhqm.worker.proxy.SocketTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections over TLS end, on each transport over HTTP/1.1. */
@ParameterizedClass
@ValueSource(strings = {"Apache", "Socket"})
final class TlsEndTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final OutboundGuard GUARD = new OutboundGuard(List.of(), InstantSource.system());

  @TempDir static Path folder;
  private static SSLContext trusted;

  @Parameter String kind;
  private HttpTransport transport;

  @BeforeAll
  static void makeCertificate() throws Exception {
    trusted = TestCertificate.of("localhost", folder).context();
  }

  @BeforeEach
  void open() {
    transport =
        kind.equals("Socket")
            ? new SocketTransport(LONG, GUARD, InstantSource.system(), () -> trusted)
            : new ApacheTransport(LONG, GUARD, () -> trusted);
  }

  @AfterEach
  void close() {
    transport.close();
  }

  /** What a backend does with a connection whose request has come, but for its body. */
  @FunctionalInterface
  private interface End {
    void of(SSLSocket secured, Socket connection) throws IOException;
  }

  private Answer exchange(String method, int length, String answer, End end) throws Exception {
    try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(
          () -> {
            try (var connection = listener.accept()) {
              var secured =
                  (SSLSocket)
                      trusted
                          .getSocketFactory()
                          .createSocket(connection, InputStream.nullInputStream(), true);
              var head = new StringBuilder();
              while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) secured.getInputStream().read());
              }
              secured.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
              end.of(secured, connection);
            } catch (IOException clientIsGone) {
              // The client says why.
            }
          });
      var url = URI.create("https://localhost:" + listener.getLocalPort() + "/");
      return transport.exchange(
          new Request(
              method,
              url,
              HttpVersion.HTTP_1_1,
              Headers.none(),
              Bytes.wrap(new byte[length]),
              100_000,
              bytes -> {}),
          LONG);
    }
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsWholeWhereTlsSaysThatItEnds() throws Exception {
    var answer =
        exchange(
            "GET", 0, "HTTP/1.1 200 OK\r\n\r\nwhole", (secured, connection) -> secured.close());
    assertThat(answer.body().toUtf8()).isEqualTo("whole");
  }

  @Test
  void aBodyOfToldLengthIsWholeThoughItsConnectionIsCutBehindIt() throws Exception {
    var answer =
        exchange(
            "GET",
            0,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole",
            (secured, connection) -> connection.close());
    assertThat(answer.body().toUtf8()).isEqualTo("whole");
  }

  @Test
  void aRefusalThatComesBeforeTheWholeRequestWasSentIsTheAnswer() throws Exception {
    var answer =
        exchange(
            "POST",
            20_000_000,
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
            (secured, connection) -> secured.close());
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body().toUtf8()).isEqualTo("big");
  }
}
