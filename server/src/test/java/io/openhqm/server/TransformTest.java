package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes that make the payload for their backend anew, through the whole server. */
class TransformTest {
  private final TestBackend backend = new TestBackend();
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    backend.close();
  }

  private RunningServer server() {
    return RunningServer.start(
        folder,
        """
        server: {host: 127.0.0.1, port: 0}
        queue: {embedded_path: jobs.db}
        proxy:
          enabled: true
          endpoints:
            user-service: {url: "URL/users", retry_delay_base: 0.01}
            busy: {url: "URL/status/503", max_retries: 2, retry_delay_base: 0.01}
            analytics: {url: "URL/events"}
            mail: {url: "URL/mail"}
        routing:
          enabled: true
          config_dict:
            routes:
              - name: user-registration
                match_field: metadata.type
                match_value: user.register
                endpoint: user-service
                method: PUT
                transform_type: jq
                transform: '{username: (.payload.email | split("@")[0])}'
                header_mappings: {X-Request-ID: correlation_id}
              - {match_field: metadata.type, match_value: busy, endpoint: busy, transform_type: jq, transform: '[.payload]'}
              - {match_field: metadata.type, match_pattern: '^analytics\\.', endpoint: analytics, transform_type: jsonpath, transform: $.payload.event}
              - {match_field: metadata.type, match_value: mail, endpoint: mail, transform_type: template, transform: '{"to": "{{payload.to}}"}'}
        """
            .replace("URL", backend.url()));
  }

  private static String submission(String type, String payload) {
    return "{\"payload\": " + payload + ", \"metadata\": {\"type\": \"" + type + "\"}}";
  }

  @Test
  void theBackendIsGivenWhatTheExpressionMakes() {
    try (var server = server()) {
      var job = server.submit(submission("user.register", "{\"email\": \"me@example.com\"}"));
      assertThat(server.finished(job.id()).field("status")).isEqualTo("COMPLETED");
      var sent = backend.requestsTo("/users").getFirst();
      assertThat(sent.method()).isEqualTo("PUT");
      assertThat(sent.body()).isEqualTo(Bytes.utf8("{\"username\":\"me\"}"));
      assertThat(sent.headers().all("Content-Type")).containsExactly("application/json");
      assertThat(sent.headers().all("Content-Length")).containsExactly("17");
      assertThat(sent.headers().all("X-Request-ID")).containsExactly(job.id());

      var event = server.submit(submission("analytics.track", "{\"event\": {\"n\": 1.0}}"));
      server.finished(event.id());
      assertThat(backend.requestsTo("/events").getFirst().body())
          .isEqualTo(Bytes.utf8("{\"n\":1.0}"));

      var mail = server.submit(submission("mail", "{\"to\": \"a\\\"b\"}"));
      server.finished(mail.id());
      assertThat(backend.requestsTo("/mail").getFirst().body())
          .isEqualTo(Bytes.utf8("{\"to\": \"a\\\"b\"}"));
    }
  }

  @Test
  void everyAttemptStartsFromWhatTheClientSent() {
    try (var server = server()) {
      var job = server.submit(submission("busy", "{ \"a\" : 1 }"));
      assertThat(server.finished(job.id()).field("status_code")).isEqualTo("503");
      assertThat(backend.requestsTo("/status/503"))
          .hasSize(3)
          .allSatisfy(sent -> assertThat(sent.body()).isEqualTo(Bytes.utf8("[{\"a\":1}]")));
    }
  }

  @Test
  void aPayloadThatItFailsOnEndsTheJobAtOnceInWords() {
    try (var server = server()) {
      var job = server.submit(submission("user.register", "{\"email\": 17}"));
      var end = server.finished(job.id());
      assertThat(end.field("status")).isEqualTo("FAILED");
      assertThat(end.field("error"))
          .isEqualTo(
              "the jq of the route 'user-registration' cannot make a payload of this request: a value"
                  + " is missing, or of another type than the expression needs");
      assertThat(server.get("/api/v1/status/" + job.id()).field("attempts")).isEqualTo("1");
      assertThat(backend.requests()).isEmpty();

      // What is given up is what the client sent, and fails again in the same way.
      var letter = server.get("/api/v1/dead-letters/" + job.id());
      assertThat(letter.text()).contains("17");
      var again = server.send("POST", "/api/v1/dead-letters/" + job.id() + "/redrive", new byte[0]);
      assertThat(server.finished(again.id()).field("error")).isEqualTo(end.field("error"));
    }
  }
}
