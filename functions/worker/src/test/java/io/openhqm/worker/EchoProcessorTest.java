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
import io.openhqm.core.UuidV7;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the demonstration answers. */
final class EchoProcessorTest {
  private final ManualClock clock = new ManualClock();
  private final EchoProcessor echo = new EchoProcessor(clock);

  private String answer(String payload) throws PermanentException {
    var id = new UuidV7(clock, new Random(1)).next();
    var retry = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Set.of());
    var attempt =
        new Attempt(
            new Message(
                id,
                Body.of(Bytes.utf8(payload)),
                Headers.none(),
                Metadata.none(),
                clock.instant(),
                Optional.empty()),
            1,
            Deadline.after(Duration.ofSeconds(1), clock),
            new Route("echo", Optional.empty(), "POST", Duration.ofSeconds(1), retry));
    var result = echo.process(attempt);
    assertThat(result.statusCode()).isEqualTo(200);
    return ((Body.Inline) result.body()).bytes().toUtf8();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"operation\":\"echo\",\"data\":{\"b\": 1.50, \"a\":[ ]}} | {\"b\": 1.50, \"a\":[ ]}",
        "{\"data\":\"tea\",\"operation\":\"uppercase\"} | \"TEA\"",
        "{\"operation\":\"REVERSE\",\"data\":\"tea\"} | \"aet\"",
        "{\"data\":7} | 7",
        "{\"order\":17} | {\"order\":17}",
        "[1, 2] | [1, 2]",
        "null | null",
        "`no JSON at all` | \"no JSON at all\"",
        "{\"operation\":\"echo\",\"data\": | \"{\\\"operation\\\":\\\"echo\\\",\\\"data\\\":\"",
      })
  void itAnswersWithWhatItWasSentOrWhatItMadeOfIt(String payload, String output) throws Exception {
    assertThat(answer(payload))
        .isEqualTo("{\"output\":" + output + ",\"processed_at\":\"" + clock.instant() + "\"}");
  }

  @Test
  void nothingIsAnsweredWithNothing() throws Exception {
    assertThat(answer("")).startsWith("{\"output\":").endsWith("\"}");
  }

  @Test
  void anErrorThatIsAskedForIsFinal() {
    assertThatThrownBy(() -> answer("{\"operation\":\"error\"}"))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("was asked for");
  }

  @Test
  void anOperationThatItDoesNotKnowIsRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() -> answer("{\"operation\":\"explode\",\"data\":\"x\"}"))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("uppercase")
        .hasMessageNotContaining("explode");
  }

  @Test
  void whatNeedsATextIsRefusedWithoutOne() {
    for (String payload :
        new String[] {"{\"operation\":\"reverse\"}", "{\"operation\":\"uppercase\",\"data\":1}"}) {
      assertThatThrownBy(() -> answer(payload))
          .isInstanceOf(PermanentException.class)
          .hasMessageContaining("payload.data must be a text");
    }
  }
}
