package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Deadline;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.PermanentException;
import io.openhqm.core.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the demonstration makes of a payload. */
final class EchoProcessorTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  private static String output(String payload) throws PermanentException {
    var message =
        new Message(
            UUID.randomUUID(),
            Body.of(Bytes.utf8(payload)),
            Headers.none(),
            Metadata.none(),
            NOW,
            Optional.empty());
    var once = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Set.of());
    var route = new Route("echo", Optional.empty(), "POST", Duration.ofSeconds(1), once);
    var result =
        new EchoProcessor(CLOCK)
            .process(new Attempt(message, 1, new Deadline(Instant.MAX, CLOCK), route));
    assertThat(result.headers().first("Content-Type")).contains("application/json");
    String json = ((Body.Inline) result.body()).bytes().toUtf8();
    assertThat(json)
        .startsWith("{\"output\":")
        .endsWith(",\"processed_at\":\"2026-01-01T00:00:00Z\"}");
    return json.substring("{\"output\":".length(), json.lastIndexOf(",\"processed_at\":"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      delimiter = ';',
      value = {
        "{\"operation\": \"echo\", \"data\": {\"a\" : 1.0e2}}; {\"a\" : 1.0e2}",
        "{\"data\": [ 1,2 ], \"operation\": \"ECHO\"}; [ 1,2 ]",
        "{\"operation\": \"uppercase\", \"data\": \"grün\"}; \"GRÜN\"",
        "{\"operation\": \"reverse\", \"data\": \"abc𝄞\"}; \"𝄞cba\"",
        "{\"a\" : 1}; {\"a\" : 1}",
        "[1, 2]; [1, 2]",
        "17; 17",
        "no json; \"no json\"",
        "||; null"
      })
  void theOperationIsDoneOnTheData(String payload, String expected) throws Exception {
    assertThat(output(payload)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"operation\": \"error\"}",
        "{\"operation\": \"other\", \"data\": 1}",
        "{\"operation\": \"uppercase\"}",
        "{\"operation\": \"reverse\", \"data\": 1}"
      })
  void whatCannotBeDoneFailsForGood(String payload) {
    assertThatThrownBy(() -> output(payload)).isInstanceOf(PermanentException.class);
  }

  /** JSON may name half of a character, and no text can hold it. */
  @Test
  void halfOfACharacterDoesNotBreakIt() throws Exception {
    assertThat(output("{\"operation\": \"echo\", \"data\": \"\\ud834\"}")).isEqualTo("\"\\ud834\"");
    assertThat(output("{\"operation\": \"uppercase\", \"data\": \"a\\ud834\"}")).startsWith("\"A");
  }
}
