package io.openhqm.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JqTest {
  private static final Jq JQ = new Jq();
  private static final String PAYLOAD =
      """
      {"email": "me@example.com", "price": 1.10, "big": 12345678901234567890123, "tiny": 1E-400,
       "items": [{"sku": "a", "qty": 2, "unit_price": 1.5}, {"sku": "b", "qty": 1, "unit_price": 4}],
       "b": 1, "a": 2, "text": "\\u00e9 \\u2028 \\u0001/"}""";

  private static String made(String expression) {
    try {
      var message =
          Messages.of(PAYLOAD, "{\"type\": \"t\"}", Headers.of("X-Custom", "1", "x-custom", "2"));
      return JQ.compile(expression).apply(message).toUtf8();
    } catch (PermanentException | InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{username: (.payload.email / \"@\" ¦ .[0])} ! {\"username\":\"me\"}",
        "{username: (.payload.email ¦ split(\"@\")[0])} ! {\"username\":\"me\"}",
        "{\"username\": .payload.email ¦ split(\"@\")[0], \"a\": 1} ! {\"username\":\"me\",\"a\":1}",
        "{c: .payload.currency // \"USD\"} ! {\"c\":\"USD\"}",
        "{total: (.payload.items ¦ map(.qty * .unit_price) ¦ add)} ! {\"total\":7}",
        "[.payload.items[] ¦ {product_id: .sku, quantity: .qty}] !"
            + " [{\"product_id\":\"a\",\"quantity\":2},{\"product_id\":\"b\",\"quantity\":1}]",
        "{id: .correlation_id, t: .metadata.type, at: .timestamp} !"
            + " {\"id\":\"019c3789-1234-7abc-8def-0123456789ab\",\"t\":\"t\",\"at\":\"2026-02-07T10:30:00Z\"}",
        ".headers[\"X-Custom\"] ! \"1, 2\"",
        "[.payload.price, .payload.big, .payload.tiny] ! [1.10,12345678901234567890123,1E-400]",
        "[.payload.price > 1, .payload.price + 1] ! [true,2.1]",
        ".payload.text ! \"é \u2028 \\u0001/\"",
        "(.payload ¦ {b, a}) ! {\"b\":1,\"a\":2}",
        "1, error(\"not reached\") ! 1",
        "empty ! {}",
        ".payload.items[].sku ! \"a\"",
        "def f($x; g): g ¦ . + $x; [1, 2] as [$p, $q] ¦ f($p; $q) ! 3",
        "\"\\(.payload.b)-\\(.payload.email ¦ @base64)\" ! \"1-bWVAZXhhbXBsZS5jb20=\"",
        "reduce .payload.items[] as {qty: $n} (0; . + $n) ! 3",
        "try error(\"x\") catch . ! \"x\"",
        "label $out ¦ foreach (1, 2, 3) as $i (0; . + $i; if . > 2 then ., break $out else empty end) ! 3",
        "{(.payload.email): 1} ! {\"me@example.com\":1}",
        "7 ¦ repeat(1) ! 7",
        "[limit(3; range(1e18))] ! [0,1,2]",
        "[1700000000, 1700000000.9] ¦ map(todate) ! [\"2023-11-14T22:13:20Z\",\"2023-11-14T22:13:20Z\"]",
        "now ¦ todate ¦ test(\"^20..-.*Z$\") ! true",
        "\"2023-11-14T22:13:20Z\" ¦ fromdate ! 1700000000",
        "[limit(3; 1 ¦ repeat(. * 2))] ! [1,2,4]",
        "[isempty(empty), isempty(1, error(\"x\"))] ! [true,false]",
        "[isvalid(error(\"x\")), isvalid(1)] ! [false,true]",
        "[1, 5] ¦ map(IN(1, 2)) ! [true,false]",
        "INDEX(.payload.items[]; .sku) ¦ keys ! [\"a\",\"b\"]",
        "[1, [2]] ¦ map(toarray) ! [[1],[2]]",
        "[-1.5, 2 ¦ abs] ! [1.5,2]",
        "\" \\n a b \" ¦ [trim, ltrim, rtrim] ! [\"a b\",\"a b \",\" \\n a b\"]",
      })
  void expressionsMakeThePayload(String both) {
    String[] expressionAndMade = both.replace('¦', '|').split(" ! ", 2);
    assertThat(made(expressionAndMade[0])).isEqualTo(expressionAndMade[1]);
  }

  @Test
  void whatIsPassedOnIsCompactAndKeepsItsValues() {
    assertThat(made(".payload.items")).startsWith("[{\"sku\":\"a\",\"qty\":2,\"unit_price\":1.5}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[def f: 1, f; f] | the expression calls itself too often with it",
        "[range(1e18)] | the expression goes on for too long with it",
        "[repeat(1)] | the expression calls itself too often with it",
        "last(range(1e18)) | the expression goes on for too long with it",
        "[recurse(.)] | the expression calls itself too often with it",
        "def f: f; f | the expression calls itself too often with it",
      })
  void anExpressionThatNeverEndsIsStopped(String expression, String words) {
    assertFails(expression, words);
  }

  @Test
  void whatFailsIsToldWithoutThePayload() {
    assertFails(".payload.email[0]", "jq says: Cannot index string");
    assertFails(".payload.b[]", "jq says: Cannot iterate over number");
    assertFails(".payload.email | tonumber", "a value is missing, or of another type");
    assertFails(".payload | . - 1", "a value is missing, or of another type");
    assertFails("error(\"an order needs items\")", "the expression says: an order needs items");
  }

  private static void assertFails(String expression, String words) {
    var compiled = JQ.compile(expression);
    var message = Messages.of(PAYLOAD, "{}", Headers.none());
    assertThatThrownBy(() -> compiled.apply(message))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining(words)
        .message()
        .doesNotContain("example.com", "sku");
  }

  @Test
  void aPayloadThatIsNotJsonFails() {
    var compiled = JQ.compile(".payload");
    assertThatThrownBy(() -> compiled.apply(Messages.of("a=b", "{}", Headers.none())))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("the payload is not JSON");
    assertThatThrownBy(
            () -> compiled.apply(Messages.of("[" + "1".repeat(1001) + "]", "{}", Headers.none())))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("a number of more than 1000 characters");
  }

  @Test
  void aResultThatIsTooLargeFails() {
    assertFails("[range(70) as $i | .payload.email * 100000]", "larger than 67108864 bytes");
  }

  @Test
  void anInterruptStopsIt() {
    var compiled = JQ.compile("[range(1e18)]");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> compiled.apply(Messages.of("{}", "{}", Headers.none())))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{a: (.payload ! not a jq expression: see line 1, column",
        "{a: 'x'} ! not a jq expression: see line 1, column 5 of it",
        "map(splitt(.)) ! not a jq expression: there is no function splitt of 1 arguments; did you mean 'split'?",
        "map(split) ! not a jq expression: there is no function split of 0 arguments",
        "env.PATH ! not a jq expression: there is no function env of 0 arguments",
        "$ENV ! not a jq expression: there is no variable $ENV",
        ".a as $x | $y ! not a jq expression: there is no variable $y",
        "input ! not a jq expression: there is no function input of 0 arguments",
        "@nothing ! not a jq expression: there is no function @nothing of 0 arguments",
        "\"\\(nothing)\" ! not a jq expression: there is no function nothing of 0 arguments",
      })
  void aBrokenExpressionIsTold(String expression, String words) {
    assertThatThrownBy(() -> JQ.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'s3cr'", "{\"a\" \"s3cr\"}", "s3cr:", "\"s3cr", "$s3cr s3cr", "..s3cr s3cr"})
  void aBrokenExpressionIsNotRepeated(String expression) {
    assertThatThrownBy(() -> JQ.compile(expression)).message().doesNotContain("s3cr");
  }

  @Test
  void oneExpressionServesManyThreads() throws Exception {
    var compiled = JQ.compile("{n: ([range(.payload.n)] | length), id: .payload.n}");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<String>>();
      for (int i = 0; i < 200; i++) {
        var message = Messages.of("{\"n\":" + i + "}", "{}", Headers.none());
        results.add(threads.submit(() -> compiled.apply(message).toUtf8()));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(results.get(i).get()).isEqualTo("{\"n\":" + i + ",\"id\":" + i + "}");
      }
    }
  }
}
