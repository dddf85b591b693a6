package io.openhqm.aws.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.tck.Attempts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.messaging.support.MessageBuilder;
import tools.jackson.databind.ObjectMapper;

class FunctionProcessorTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  record Item(String name, int count) {}

  record Order(int id, List<Item> items, Optional<String> note) {
    Order {
      if (items == null) {
        throw new IllegalArgumentException("an order has items");
      }
    }
  }

  private static <T, R> FunctionProcessor of(ResolvableType payload, Function<T, R> function) {
    return processor(payload, false, function);
  }

  private static <T, R> FunctionProcessor of(Class<T> payload, Function<T, R> function) {
    return of(ResolvableType.forClass(payload), function);
  }

  private static <T, R> FunctionProcessor ofMessages(
      Class<T> payload, Function<Message<T>, R> function) {
    return processor(ResolvableType.forClass(payload), true, function);
  }

  @SuppressWarnings("unchecked")
  private static FunctionProcessor processor(
      ResolvableType payload, boolean takesMessage, Function<?, ?> function) {
    return new FunctionProcessor(
        "total",
        new TeamFunction((Function<Object, Object>) function, payload, takesMessage),
        MAPPER);
  }

  private static Attempt attempt(String payload, String... headers) {
    return Attempts.of(Bytes.utf8(payload), Headers.of(headers));
  }

  private static String body(Result result) {
    return ((Body.Inline) result.body()).bytes().toUtf8();
  }

  private static String type(Result result) {
    return result.headers().first("Content-Type").orElse("");
  }

  @Test
  void jsonBecomesWhatTheFunctionTakesAndWhatItReturnsBecomesJson() throws Exception {
    var processor =
        of(Order.class, order -> Map.of("order", order.id(), "items", order.items().size()));
    var result =
        processor.process(attempt("{\"id\": 17, \"items\": [{\"name\": \"tea\", \"count\": 2}]}"));
    assertThat(result.statusCode()).isEqualTo(200);
    assertThat(type(result)).isEqualTo("application/json");
    assertThat(MAPPER.readTree(body(result)))
        .isEqualTo(MAPPER.readTree("{\"order\": 17, \"items\": 1}"));
  }

  @Test
  void typesWithinTypesAreKept() throws Exception {
    var processor =
        of(
            ResolvableType.forClassWithGenerics(List.class, Item.class),
            (List<Item> items) -> items.getFirst().name());
    assertThat(body(processor.process(attempt("[{\"name\": \"tea\", \"count\": 2}]"))))
        .isEqualTo("tea");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"no order\" | ; send what it takes",
        "17 | ; send what it takes",
        "[] | ; send what it takes",
        "[{\"id\": 1, \"items\": []}] | ; send what it takes",
        "null | : it is null",
        "`` | : it is not JSON",
        "tea | : it is not JSON",
        "{\"id\": 1 | : it is not JSON",
        "{\"id\": 1} {} | : it is not JSON",
        "{} | : an order has items",
        "{\"order\": 17} | : an order has items",
        "{\"id\": 1, \"items\": null} | : an order has items",
        "{\"id\": \"x\", \"items\": []} | , at '/id'; send what it takes",
        "{\"id\": null, \"items\": []} | , at '/id'; send what it takes",
        "{\"id\": 1, \"items\": [{\"name\": \"a\", \"count\": []}]} | , at '/items/0/count'; send what it takes"
      })
  void aPayloadThatDoesNotFitFailsForGoodWithoutACall(String payload, String how) {
    var processor =
        of(
            Order.class,
            order -> {
              throw new AssertionError("it was called with " + order);
            });
    assertThatThrownBy(() -> processor.process(attempt(payload)))
        .isInstanceOf(PermanentException.class)
        .hasMessage("the payload does not fit what the function 'total' takes" + how);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json", "text/plain", "application/xml", "no type", "a/b;type=x.Y"})
  void whatAClientSaysOfItsPayloadChangesNothingForAFunctionThatTakesJson(String type)
      throws Exception {
    var processor = of(Order.class, Order::id);
    var result =
        processor.process(
            attempt(
                "{\"id\": 7, \"items\": []}",
                "Content-Type",
                type,
                "User-Agent",
                "x",
                "payload",
                "x",
                "id",
                "x",
                "ce-id",
                "x"));
    assertThat(body(result)).isEqualTo("7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"tea\" | application/json | tea",
        "\"a\\u0062\" | `` | ab",
        "{\"a\": 1} | `` | {\"a\": 1}",
        "17 | application/json | 17",
        "\"tea\" | text/plain | \"tea\"",
        "\"tea\" she said | `` | \"tea\" she said",
        "`` | `` | ``"
      })
  void textIsWhatAJsonStringSaysOrThePayloadAsItCame(String payload, String type, String text)
      throws Exception {
    var seen = new AtomicReference<String>();
    var processor =
        of(
            String.class,
            given -> {
              seen.set(given);
              return given;
            });
    var result =
        processor.process(
            type.isEmpty() ? attempt(payload) : attempt(payload, "Content-Type", type));
    assertThat(seen).hasValue(text);
    assertThat(body(result)).isEqualTo(text);
    assertThat(type(result)).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void bytesThatAreNoTextDoNotFitAFunctionOfText() {
    var processor = of(String.class, text -> text);
    var attempt = Attempts.of(Bytes.wrap(new byte[] {(byte) 0xff}), Headers.none());
    assertThatThrownBy(() -> processor.process(attempt))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("does not fit");
  }

  @Test
  void bytesAreTheFunctionsOwn() throws Exception {
    var payload = new byte[] {0, (byte) 0xff};
    var processor =
        of(
            byte[].class,
            bytes -> {
              bytes[0] = 1;
              return bytes;
            });
    var result = processor.process(Attempts.of(Bytes.wrap(payload), Headers.none()));
    assertThat(((Body.Inline) result.body()).bytes().toArray()).containsExactly(1, 0xff);
    assertThat(type(result)).isEqualTo("application/octet-stream");
    assertThat(payload).as("the payload of the next attempt").containsExactly(0, 0xff);
  }

  @Test
  void aMessageHasTheClientsFieldsAndOurs() throws Exception {
    var seen = new AtomicReference<MessageHeaders>();
    var processor =
        ofMessages(
            Item.class,
            message -> {
              seen.set(message.getHeaders());
              return message.getPayload().name();
            });
    var attempt =
        attempt(
            "{\"name\": \"tea\", \"count\": 1}",
            "X-Tenant",
            "acme",
            "x-tenant",
            "other",
            "Content-Type",
            "application/json; a=b",
            "Attempt",
            "99",
            "id",
            "1");
    assertThat(body(processor.process(attempt))).isEqualTo("tea");
    assertThat(seen.get())
        .containsEntry("x-tenant", "acme")
        .containsEntry("contentType", "application/json; a=b")
        .containsEntry("correlation_id", attempt.message().id().toString())
        .containsEntry("attempt", 1)
        .containsEntry("endpoint", "processor");
  }

  @Test
  void aReturnedMessageSaysItsStatusAndItsType() throws Exception {
    var processor =
        of(
            String.class,
            text ->
                MessageBuilder.withPayload(text.getBytes())
                    .setHeader("statusCode", 201)
                    .setHeader(MessageHeaders.CONTENT_TYPE, "text/csv")
                    .build());
    var result = processor.process(attempt("a,b"));
    assertThat(result.statusCode()).isEqualTo(201);
    assertThat(type(result)).isEqualTo("text/csv");
    assertThat(body(result)).isEqualTo("a,b");
  }

  @Test
  void aReturnedMessageThatSaysNothingIsTakenForItsPayload() throws Exception {
    var processor = of(String.class, text -> new GenericMessage<>(Map.of("a", 1)));
    var result = processor.process(attempt("x"));
    assertThat(result.statusCode()).isEqualTo(200);
    assertThat(type(result)).isEqualTo("application/json");
    assertThat(body(result)).isEqualTo("{\"a\":1}");
  }

  @Test
  void nothingReturnedIs204() throws Exception {
    var result = of(String.class, text -> null).process(attempt("x"));
    assertThat(result.statusCode()).isEqualTo(204);
    assertThat(result.body().length()).isZero();
  }

  public static final class Broken {
    public int getAmount() {
      throw new IllegalStateException("no amount");
    }
  }

  @Test
  void whatCannotBecomeJsonIsNoResult() {
    var processor = of(String.class, text -> new Broken());
    assertThatThrownBy(() -> processor.process(attempt("x")))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("no amount");
  }

  @Test
  void aFunctionSaysHowItIsToGoOnByWhatItWraps() {
    var never = new PermanentException("we do not sell 'rum'");
    var again = RetryException.after(Duration.ofSeconds(5), "the till is closed");
    for (var meant : List.of(never, again, new InterruptedException())) {
      var processor =
          of(
              String.class,
              text -> {
                throw new IllegalStateException("failed", new RuntimeException(meant));
              });
      assertThatThrownBy(() -> processor.process(attempt("x"))).isSameAs(meant);
    }
  }

  @Test
  void whateverElseAFunctionThrowsIsTriedAgain() {
    var bug = new NullPointerException("a bug");
    bug.addSuppressed(new PermanentException("not meant"));
    var processor =
        of(
            String.class,
            text -> {
              throw bug;
            });
    assertThatThrownBy(() -> processor.process(attempt("x"))).isSameAs(bug);
    var loop = new IllegalStateException("a");
    loop.initCause(new IllegalStateException("b", loop));
    var looping =
        of(
            String.class,
            text -> {
              throw loop;
            });
    assertThatThrownBy(() -> looping.process(attempt("x"))).isSameAs(loop);
  }

  @Test
  void whatAFunctionFailsToReadItselfIsNoFaultOfThePayload() {
    var processor = of(String.class, text -> MAPPER.readValue("{", Map.class));
    assertThatThrownBy(() -> processor.process(attempt("x")))
        .isNotInstanceOf(PermanentException.class);
  }

  /** Its first calls too: a batch comes right after the start. */
  @Test
  void manyThreadsAtOnceGetTheirOwnAnswers() throws Exception {
    int threads = 16;
    for (int round = 0; round < 50; round++) {
      var processor =
          new FunctionProcessor(
              "total",
              new TeamFunction(
                  order -> Map.of("order", ((Order) order).id()),
                  ResolvableType.forClass(Order.class),
                  false),
              new ObjectMapper());
      var together = new CyclicBarrier(threads);
      var answers = new ConcurrentLinkedQueue<String>();
      var calls = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < threads; i++) {
        int id = i;
        calls.add(
            () -> {
              together.await();
              return answers.add(
                  body(processor.process(attempt("{\"id\": " + id + ", \"items\": []}"))));
            });
      }
      try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var call : pool.invokeAll(calls)) {
          call.get();
        }
      }
      var expected = new ArrayList<String>();
      for (int i = 0; i < threads; i++) {
        expected.add("{\"order\":" + i + "}");
      }
      assertThat(answers).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void aConsumerIsCalled() throws Exception {
    var seen = new ConcurrentLinkedQueue<String>();
    try (var context = new org.springframework.context.support.GenericApplicationContext()) {
      context.registerBean("sink", Sink.class, () -> new Sink(seen));
      context.refresh();
      var processor = new FunctionProcessor("sink", TeamFunction.of("sink", context), MAPPER);
      assertThat(processor.process(attempt("\"tea\"")).statusCode()).isEqualTo(204);
    }
    assertThat(seen).containsExactly("tea");
  }

  private record Sink(ConcurrentLinkedQueue<String> seen) implements Consumer<String> {
    @Override
    public void accept(String text) {
      seen.add(text);
    }
  }
}
