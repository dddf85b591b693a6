package io.openhqm.micro;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.core.endpoint.ConfiguredEndpoints;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A job as the load driver of {@code bench/run} sends it, in each of its forms. */
public final class Samples {
  /** The clock that the server has. */
  public static final InstantSource CLOCK = Clock.tickMillis(ZoneOffset.UTC);

  private static final String METADATA = "{\"endpoint\":\"bench\"}";
  private static final String PAYLOAD = "{\"n\":\"000000017\",\"pad\":\"" + "x".repeat(160) + "\"}";

  private Samples() {}

  /** What a client posts: 240 bytes. */
  public static Bytes submission() {
    return Bytes.utf8("{\"payload\":" + PAYLOAD + ",\"metadata\":" + METADATA + "}");
  }

  /** The header fields that come with it. */
  public static Headers requestFields() {
    return Headers.of(
        "Host", "localhost", "Content-Type", "application/json", "Content-Length", "240");
  }

  /** A message of a new id. */
  public static Message message(UUID id) {
    var metadata =
        new Metadata(
            Optional.of("bench"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Priority.NORMAL,
            Optional.empty(),
            Bytes.utf8(METADATA));
    return new Message(
        id,
        Body.of(Bytes.utf8(PAYLOAD)),
        Headers.of("Content-Type", "application/json"),
        metadata,
        CLOCK.instant(),
        Optional.empty());
  }

  /** What the backend answers. */
  public static Result result() {
    return new Result(
        200,
        Headers.of("Date", "Tue, 24 Nov 2026 15:15:45 GMT", "Content-Type", "application/json"),
        Body.of(Bytes.utf8("{\"ok\":true}")));
  }

  /** Where it goes. */
  public static EndpointResolver endpoints() {
    return ConfiguredEndpoints.of(config());
  }

  /** A time to begin at. */
  public static Instant now() {
    return CLOCK.instant();
  }

  private static OpenHqmConfig config() {
    String yaml =
        """
        proxy:
          enabled: true
          endpoints:
            bench: {url: 'http://127.0.0.1:1/jobs', auth_type: bearer, auth_token: t0ken, timeout: 600}
            other: {url: 'http://127.0.0.1:1/other'}
        """;
    return switch (ConfigLoader.loadText(yaml, "bench", Path.of(""), Map.of())) {
      case ConfigResult.Loaded loaded -> loaded.config();
      case ConfigResult.Invalid invalid -> throw new IllegalStateException(invalid.toString());
    };
  }
}
