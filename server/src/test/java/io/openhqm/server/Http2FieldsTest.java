package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint.HttpVersion;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport.Request;
import io.openhqm.worker.proxy.OutboundGuard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.DiscardingEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.impl.nio.bootstrap.H2ServerBootstrap;
import org.apache.hc.core5.http2.ssl.H2ServerTlsStrategy;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes beyond ASCII in fields over HTTP/2, which the library of the other tests refuses. */
final class Http2FieldsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static SSLContext own;

  /** Answers with the field that came. */
  private static final class Echo implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {
    private final AtomicReference<String> came = new AtomicReference<>("");
    private final List<String> names = new CopyOnWriteArrayList<>();

    @Override
    public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
        HttpRequest request, EntityDetails entity, HttpContext context) {
      return new BasicRequestConsumer<>(new DiscardingEntityConsumer<>());
    }

    @Override
    public void handle(
        Message<HttpRequest, Void> message, ResponseTrigger trigger, HttpContext context)
        throws IOException, HttpException {
      for (var header : message.getHead().getHeaders()) {
        names.add(header.getName().toLowerCase(Locale.ROOT));
      }
      came.set(message.getHead().getHeader("X-Colour").getValue());
      trigger.submitResponse(
          AsyncResponseBuilder.create(200).addHeader("X-Colour", came.get()).build(), context);
    }
  }

  @BeforeAll
  static void makeCertificate() throws Exception {
    own = TestCertificate.of("localhost", folder).context();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void fieldsAreSentAndTakenByteForByte(String name) throws Exception {
    String value = "gr\u00c3\u00bcn \u0080\u009f \u00a0\u00ff";
    var scheme = name.equals("http") ? URIScheme.HTTP : URIScheme.HTTPS;
    var echo = new Echo();
    var server =
        H2ServerBootstrap.bootstrap()
            .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_2)
            .setTlsStrategy(new H2ServerTlsStrategy(own))
            .setCharset(CharCodingConfig.custom().setCharset(StandardCharsets.ISO_8859_1).build())
            .setCanonicalHostName("localhost")
            .register("*", echo)
            .create();
    server.start();
    var guard = new OutboundGuard(List.of(), InstantSource.system());
    try (var transport = new ApacheTransport(LONG, guard, () -> own)) {
      var at = new InetSocketAddress("127.0.0.1", 0);
      var address = (InetSocketAddress) server.listen(at, scheme).get().getAddress();
      var answer =
          transport.exchange(
              new Request(
                  "GET",
                  URI.create(scheme.id + "://localhost:" + address.getPort() + "/"),
                  HttpVersion.HTTP_2,
                  Headers.of("X-Colour", value),
                  Bytes.empty(),
                  1_000,
                  room -> {}),
              LONG);
      assertThat(echo.came.get()).isEqualTo(value);
      assertThat(echo.names)
          .contains("user-agent")
          .doesNotContain("accept-encoding", "connection", "cookie", "expect", "upgrade");
      assertThat(answer.headers().first("X-Colour")).contains(value);
    } finally {
      server.close(CloseMode.IMMEDIATE);
    }
  }
}
