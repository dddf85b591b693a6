package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Auth;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.Priority;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose turn it is, and what is asked of the queue meanwhile. */
final class LanesTest {
  private static final RetryPolicy ONCE =
      new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Set.of());
  private static final QueueFeatures PLAIN = new QueueFeatures(true, true, Optional.empty(), 1_000);

  private final Lanes lanes = lanes(5, PLAIN.withLanes());

  private static Lanes lanes(int count, QueueFeatures queue) {
    return new Lanes(new Lanes.Settings(count, 20, 10, 100_000), new Resolver(), queue);
  }

  /** A URL goes where it says, {@code one-…} has one call at a time, {@code nowhere} is unknown. */
  private static final class Resolver implements EndpointResolver {
    @Override
    public Resolution resolve(Message message) {
      String name = message.metadata().endpoint().orElseGet(() -> text(message));
      if (name.equals("nowhere")) {
        return new Resolution.Refused(Refusal.UNKNOWN_ENDPOINT, "there is no such endpoint");
      }
      boolean isUrl = name.contains("://");
      var endpoint =
          new Endpoint(
              isUrl ? "url" : name,
              URI.create(isUrl ? name : "http://" + name + ".internal/"),
              "POST",
              Duration.ofSeconds(30),
              Headers.none(),
              new Auth.None(),
              ONCE,
              1_000,
              List.of("*"),
              List.of(),
              name.startsWith("one-") ? OptionalInt.of(1) : OptionalInt.empty(),
              Endpoint.HttpVersion.AUTO);
      return new Resolution.Found(
          new Route(endpoint.name(), Optional.of(endpoint), "POST", endpoint.timeout(), ONCE));
    }

    @Override
    public Ways ways(String lane) {
      return lane.isEmpty() ? Ways.MANY : Ways.ONE_A_LANE;
    }
  }

  private static String text(Message message) {
    return ((Body.Inline) message.payload()).bytes().toUtf8();
  }

  private record Handed(Message message) implements Delivery {
    @Override
    public void extend(Duration duration) {}

    @Override
    public void settle(Outcome outcome) {}
  }

  private static Delivery to(String endpoint) {
    return to(Optional.of(endpoint), 5, "x");
  }

  /** For an endpoint that only a look at the payload tells. */
  private static Delivery routedTo(String endpoint) {
    return to(Optional.empty(), 5, endpoint);
  }

  private static Delivery to(Optional<String> endpoint, int priority, String payload) {
    var none = Metadata.none();
    return new Handed(
        new Message(
            UUID.randomUUID(),
            Body.of(Bytes.utf8(payload)),
            Headers.none(),
            new Metadata(
                endpoint,
                none.method(),
                none.target(),
                none.timeout(),
                new Priority(priority),
                Optional.empty(),
                Bytes.empty()),
            Instant.EPOCH,
            Optional.empty()));
  }

  private static List<Lanes.Turn> begun(Lanes lanes, int count, String endpoint) {
    var turns = new ArrayList<Lanes.Turn>();
    for (int i = 0; i < count; i++) {
      turns.add(lanes.take(to(endpoint)).orElseThrow());
    }
    return turns;
  }

  @Test
  void aBackendHasHandsOfItsOwnAndIsPassedOverWhenAllAreAtWork() {
    assertThat(lanes.wanted(10)).isEqualTo(new Lanes.Wanted(5, Set.of(), false));
    begun(lanes, 3, "slow");
    assertThat(lanes.wanted(10)).isEqualTo(new Lanes.Wanted(2, Set.of(), false));
    begun(lanes, 2, "slow");
    assertThat(lanes.wanted(10)).isEqualTo(new Lanes.Wanted(5, Set.of("slow"), true));
    assertThat(lanes.take(to("slow"))).isEmpty();
    var fast = begun(lanes, 5, "fast");
    assertThat(lanes.running()).isEqualTo(10);
    assertThat(lanes.ended(fast.getFirst())).isEmpty();
    assertThat(lanes.wanted(10).full()).containsExactly("slow");
  }

  @Test
  void aHandThatIsFreeTakesTheMostUrgentThenTheOldestOfItsLane() {
    var turns = begun(lanes, 5, "slow");
    var first = to("slow");
    var second = to("slow");
    var urgent = to(Optional.of("slow"), 9, "x");
    assertThat(lanes.take(first)).isEmpty();
    assertThat(lanes.take(second)).isEmpty();
    assertThat(lanes.take(urgent)).isEmpty();
    assertThat(lanes.parked()).containsExactlyInAnyOrder(first, second, urgent);

    var next = lanes.ended(turns.getFirst()).orElseThrow();
    assertThat(next.delivery()).isSameAs(urgent);
    next = lanes.ended(next).orElseThrow();
    assertThat(next.delivery()).isSameAs(first);
    next = lanes.ended(next).orElseThrow();
    assertThat(next.delivery()).isSameAs(second);
    assertThat(lanes.ended(next)).isEmpty();
    assertThat(lanes.parked()).isEmpty();
    assertThat(lanes.running()).isEqualTo(4);
  }

  @Test
  void aBackendAtWhichNothingRunsOrWaitsIsForgotten() {
    for (int i = 0; i < 20; i++) {
      lanes.take(to("http://" + i + ".example.com/")).flatMap(lanes::ended);
    }
    assertThat(lanes.backends()).isZero();
  }

  @Test
  void whatIsParkedIsNotOvertaken() {
    var turns = begun(lanes, 5, "slow");
    var early = to("slow");
    assertThat(lanes.take(early)).isEmpty();
    assertThat(lanes.ended(turns.getFirst()).orElseThrow().delivery()).isSameAs(early);
    assertThat(lanes.take(to("slow"))).isEmpty();
  }

  @Test
  void aBackendsOwnLimitHolds() {
    var turn = lanes.take(to("one-call")).orElseThrow();
    var parked = to("one-call");
    assertThat(lanes.take(parked)).isEmpty();
    assertThat(lanes.wanted(10).full()).containsExactly("one-call");
    assertThat(lanes.ended(turn).orElseThrow().delivery()).isSameAs(parked);
  }

  @Test
  void urlsOfOneOriginShareItsHandsAndOthersHaveTheirOwn() {
    for (int i = 0; i < 5; i++) {
      assertThat(lanes.take(to("http://a.example.com/" + i))).isPresent();
    }
    assertThat(lanes.take(to("http://a.example.com/6"))).isEmpty();
    assertThat(lanes.take(to("http://b.example.com/6"))).isPresent();
    assertThat(lanes.wanted(10).full()).containsExactly("http://a.example.com");
  }

  @Test
  void aLaneOfTheQueueThatLeadsToManyBackendsIsNeverPassedOver() {
    for (int i = 0; i < 5; i++) {
      assertThat(lanes.take(routedTo("slow"))).isPresent();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(lanes.wanted(10)).isEqualTo(new Lanes.Wanted(5, Set.of(), true));
      assertThat(lanes.take(routedTo("slow"))).isEmpty();
    }
    for (int i = 0; i < 100; i++) {
      assertThat(lanes.take(routedTo("slow"))).isEmpty();
      assertThat(lanes.surplus()).hasSize(1);
      assertThat(lanes.wanted(10).max()).isPositive();
      assertThat(lanes.wanted(10).full()).doesNotContain("");
    }
    assertThat(lanes.take(routedTo("fast"))).isPresent();
  }

  @Test
  void whatIsTooMuchToBeParkedWaitsInALaneOfItsBackendUntilThatHasAHand() {
    var turns = new ArrayList<Lanes.Turn>();
    for (int i = 0; i < 5; i++) {
      turns.add(lanes.take(routedTo("slow")).orElseThrow());
    }
    var parked = new ArrayList<Delivery>();
    for (int i = 0; i < 10; i++) {
      parked.add(routedTo("slow"));
      assertThat(lanes.take(parked.getLast())).isEmpty();
    }
    assertThat(lanes.surplus()).isEmpty();
    var last = routedTo("slow");
    assertThat(lanes.take(last)).isEmpty();
    var surplus = lanes.surplus();
    assertThat(surplus).extracting(Lanes.Surplus::delivery).containsExactly(last);
    assertThat(lanes.parked()).containsExactlyElementsOf(parked);
    String lane = surplus.getFirst().lane();
    assertThat(lanes.wanted(10).full()).containsExactly(lane);

    for (int i = 0; i < 10; i++) {
      assertThat(lanes.wanted(10).full()).containsExactly(lane);
      turns.set(i % 5, lanes.ended(turns.get(i % 5)).orElseThrow());
    }
    assertThat(lanes.ended(turns.getFirst())).isEmpty();
    assertThat(lanes.wanted(10)).isEqualTo(new Lanes.Wanted(1, Set.of(), false));
  }

  @Test
  void whatComesLaterIsNotParkedInFrontOfWhatWasMoved() {
    var turns = begun(lanes, 5, "slow");
    for (int i = 0; i < 11; i++) {
      lanes.take(routedTo("slow"));
    }
    assertThat(lanes.wanted(10).max()).as("many, as they are only moved").isEqualTo(100);
    assertThat(lanes.surplus()).hasSize(1);
    lanes.ended(turns.getFirst());

    var later = routedTo("slow");
    assertThat(lanes.take(later)).isEmpty();
    assertThat(lanes.surplus()).extracting(Lanes.Surplus::delivery).containsExactly(later);
    var urgent = to(Optional.empty(), 9, "slow");
    assertThat(lanes.take(urgent)).isEmpty();
    assertThat(lanes.surplus()).extracting(Lanes.Surplus::delivery).doesNotContain(urgent);
    assertThat(lanes.parked()).hasSize(9).startsWith(urgent);

    assertThat(lanes.take(routedTo("other"))).isPresent();
    assertThat(lanes.wanted(10).max()).as("no more than that one can begin").isEqualTo(4);
    begun(lanes, 4, "other");
    assertThat(lanes.take(routedTo("other"))).isEmpty();
    assertThat(lanes.surplus()).as("nothing of that backend was moved").isEmpty();
  }

  @Test
  void theLeastUrgentOfTheBackendThatHasMostParkedGoesBack() {
    for (int i = 0; i < 5; i++) {
      lanes.take(to("slow"));
      lanes.take(to("slower"));
    }
    for (int i = 0; i < 4; i++) {
      lanes.take(to("slower"));
      lanes.take(to(Optional.of("slow"), 9, "x"));
    }
    var idle = to(Optional.of("slow"), 0, "x");
    lanes.take(idle);
    lanes.take(to(Optional.of("slow"), 9, "x"));
    assertThat(lanes.surplus()).isEmpty();
    lanes.take(to("slower"));
    assertThat(lanes.surplus()).extracting(Lanes.Surplus::delivery).containsExactly(idle);
  }

  @Test
  void payloadsThatAreTooMuchToBeParkedGoBack() {
    begun(lanes, 5, "slow");
    var big = to(Optional.of("slow"), 5, "x".repeat(100_000));
    assertThat(lanes.take(to("slow"))).isEmpty();
    assertThat(lanes.take(big)).isEmpty();
    assertThat(lanes.surplus()).extracting(Lanes.Surplus::delivery).containsExactly(big);
    assertThat(lanes.surplus()).isEmpty();
  }

  @Test
  void ofAQueueWithoutLanesABoundedNumberIsParked() {
    var plain = lanes(5, PLAIN);
    var turns = begun(plain, 5, "slow");
    for (int i = 0; i < 10; i++) {
      assertThat(plain.wanted(10)).isEqualTo(new Lanes.Wanted(5, Set.of(), true));
      assertThat(plain.take(to("slow"))).isEmpty();
    }
    assertThat(plain.wanted(10).max()).isZero();
    assertThat(plain.surplus()).as("it would come again at once").isEmpty();
    assertThat(plain.ended(turns.getFirst())).isPresent();
    assertThat(plain.wanted(10).max()).isEqualTo(5);
  }

  @Test
  void payloadsThatAreParkedAreBoundedToo() {
    var plain = lanes(5, PLAIN);
    begun(plain, 5, "slow");
    assertThat(plain.take(to(Optional.of("slow"), 5, "x".repeat(100_000)))).isEmpty();
    assertThat(plain.wanted(10).max()).isZero();
  }

  @Test
  void whereAllGoesToOneBackendNothingIsParkedForOthersThatThereAreNot() {
    EndpointResolver one =
        new EndpointResolver() {
          @Override
          public Resolution resolve(Message message) {
            return new Resolver().resolve(to("all").message());
          }

          @Override
          public Ways ways(String lane) {
            return Ways.ONE;
          }
        };
    var single = new Lanes(Lanes.Settings.of(5), one, PLAIN.withLanes());
    begun(single, 4, "a");
    assertThat(single.wanted(10).max()).isEqualTo(1);
    begun(single, 1, "b");
    assertThat(single.wanted(10).max()).isZero();
  }

  @Test
  void whenAllHandsAreAtWorkABackendThatHasNoneStillGetsOne() {
    for (String name : List.of("a", "b", "c", "d")) {
      begun(lanes, 5, name);
    }
    assertThat(lanes.running()).isEqualTo(20);
    var turn = begun(lanes, 1, "e").getFirst();
    var parked = to("e");
    assertThat(lanes.take(parked)).isEmpty();
    assertThat(lanes.wanted(10).full()).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    assertThat(lanes.ended(turn).orElseThrow().delivery()).isSameAs(parked);
  }

  @Test
  void aHandThatAnotherBackendGivesUpGoesToWhoWaitsForOne() {
    var turns = begun(lanes, 5, "a");
    for (String name : List.of("b", "c", "d")) {
      begun(lanes, 5, name);
    }
    begun(lanes, 1, "e");
    var parked = to("e");
    assertThat(lanes.take(parked)).isEmpty();
    assertThat(lanes.ended(turns.get(0))).isEmpty();
    assertThat(lanes.ended(turns.get(1)).orElseThrow().delivery()).isSameAs(parked);
  }

  @Test
  void whatGoesNowhereHasHandsToo() {
    begun(lanes, 5, "slow");
    assertThat(lanes.take(to("nowhere"))).isPresent();
  }

  @Test
  void whatIsUnparkedIsForgotten() {
    var turns = begun(lanes, 5, "slow");
    var parked = to("slow");
    assertThat(lanes.take(parked)).isEmpty();
    assertThat(lanes.unpark()).containsExactly(parked);
    assertThat(lanes.ended(turns.getFirst())).isEmpty();
    assertThat(lanes.parked()).isEmpty();
  }
}
