package io.openhqm.submit;

import io.openhqm.core.Auth;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Refusal;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Headers;
import io.openhqm.core.Intake;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Links;
import io.openhqm.core.config.OpenHqmConfig.Partitioning;
import io.openhqm.core.config.OpenHqmConfig.Strategy;
import io.openhqm.core.endpoint.SessionRule;
import io.openhqm.tck.OpenApiConformance;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A submit function over a {@link FakeEngine}, at a fixed time, with the endpoints {@code orders}
 * and, by default, {@code default}.
 */
final class Fixture {
  static final Instant NOW = Instant.parse("2026-02-07T10:30:00.123Z");

  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of());
  private static final OpenApiConformance SHARED = new OpenApiConformance();

  OpenApiConformance conformance = SHARED;
  boolean isChecked = true;
  final FakeEngine engine = new FakeEngine();
  final List<Throwable> troubles = new ArrayList<>();
  Optional<SessionRule> session = Optional.empty();
  Optional<Duration> sessionDelayMax = Optional.empty();

  /** An endpoint that has left the configuration. */
  Optional<String> gone = Optional.empty();

  /** What the endpoints call; empty: a processor does the work. */
  Optional<Endpoint> backend = Optional.empty();

  Duration usual = Duration.ZERO;
  String publicUrl = "";
  ClaimCheck claimCheck = ClaimCheck.unlimited();
  Optional<Intake> intake = Optional.empty();
  private Optional<Submit> submit = Optional.empty();

  Submit submit() {
    if (submit.isEmpty()) {
      var settings =
          new Submit.Settings(
              Links.under(Optional.of(publicUrl).filter(url -> !url.isEmpty())),
              Duration.ofSeconds(2),
              Duration.ofSeconds(30),
              Duration.ofHours(1),
              Duration.ofDays(30),
              sessionDelayMax,
              100_000,
              session);
      submit =
          Optional.of(
              new Submit(
                  settings,
                  new Submit.Ports(
                      resolver(),
                      intake.orElse(engine),
                      engine,
                      claimCheck,
                      new UuidV7(InstantSource.fixed(NOW), RandomGenerator.of("L64X128MixRandom")),
                      InstantSource.fixed(NOW),
                      telemetry(),
                      endpoint -> usual)));
    }
    return submit.get();
  }

  static Endpoint endpoint() {
    return new Endpoint(
        "orders",
        URI.create("http://orders.internal/"),
        "POST",
        Duration.ofSeconds(30),
        Headers.none(),
        new Auth.None(),
        RETRY,
        1_000,
        List.of("*"),
        List.of(),
        OptionalInt.empty(),
        Endpoint.HttpVersion.AUTO);
  }

  /** Sessions come from this path where clients name none. */
  void findSessionsAt(String path) {
    session =
        SessionRule.of(
            new Partitioning(true, Strategy.STICKY, 10, "metadata.none", path, Duration.ZERO));
  }

  Telemetry telemetry() {
    return new Telemetry() {
      @Override
      public void trouble(String what, Throwable cause) {
        troubles.add(cause);
      }
    };
  }

  ApiResponse post(String json, String... headers) {
    return handle(
        new ApiRequest(
            "POST", "/api/v1/submit", Optional.empty(), jsonHeaders(headers), Bytes.utf8(json)));
  }

  static Headers jsonHeaders(String... more) {
    var headers = Headers.of("Content-Type", "application/json");
    for (int i = 0; i < more.length; i += 2) {
      headers = headers.with(more[i], more[i + 1]);
    }
    return headers;
  }

  ApiResponse handle(ApiRequest request) {
    try {
      var response = submit().handle(request);
      if (isChecked) {
        conformance.check(request, response);
      }
      return response;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private EndpointResolver resolver() {
    return message -> {
      String name = message.metadata().endpoint().orElse("default");
      if (name.startsWith("http")) {
        return new Resolution.Refused(Refusal.URL_NOT_ALLOWED, "The URL is not on the allow list.");
      }
      if (!name.equals("orders") && !name.equals("default") || gone.equals(Optional.of(name))) {
        return new Resolution.Refused(
            Refusal.UNKNOWN_ENDPOINT, "There is no endpoint '" + name + "'; did you mean orders?");
      }
      return new Resolution.Found(
          new EndpointResolver.Route(
              name,
              backend,
              message.metadata().method().orElse("POST"),
              Duration.ofSeconds(30),
              RETRY));
    };
  }
}
