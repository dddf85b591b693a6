package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import io.openhqm.tck.Attempts;
import io.openhqm.tck.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the demonstration answers. */
final class EchoProcessorTest {
  private final ManualClock clock = new ManualClock();
  private final EchoProcessor echo = new EchoProcessor(clock);

  private String answer(String payload) throws PermanentException {
    var result = echo.process(Attempts.of(Bytes.utf8(payload), Headers.none()));
    assertThat(result.statusCode()).isEqualTo(200);
    assertThat(result.headers().first("Content-Type")).contains("application/json");
    return ((Body.Inline) result.body()).bytes().toUtf8();
  }

  private String answered(String output) {
    return "{\"output\":" + output + ",\"processed_at\":\"" + clock.instant() + "\"}";
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
        "{\"é\":\"ü\",\"data\":\"tea\\u0021 € \"} | \"tea\\u0021 € \"",
        "{\"more\":{\"operation\":\"error\"},\"data\":true} | true",
        "{\"operation\":7,\"data\":1} | 1",
        "{\"operation\":\"uppercase\",\"data\":\"\\u00fc \\\"\"} | \"Ü \\\"\"",
        "{\"operation\":\"reverse\",\"data\":\"a😀\"} | \"😀a\"",
        "{\"order\":17} | {\"order\":17}",
        "[1, 2] | [1, 2]",
        "null | null",
        "`no JSON at all` | \"no JSON at all\"",
        "{\"operation\":\"echo\",\"data\": | \"{\\\"operation\\\":\\\"echo\\\",\\\"data\\\":\"",
      })
  void itAnswersWithWhatItWasSentOrWhatItMadeOfIt(String payload, String output) throws Exception {
    assertThat(answer(payload)).isEqualTo(answered(output));
  }

  @Test
  void nothingIsAnsweredWithNothing() throws Exception {
    assertThat(answer("")).isEqualTo(answered("null"));
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
