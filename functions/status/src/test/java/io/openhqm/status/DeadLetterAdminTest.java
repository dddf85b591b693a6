package io.openhqm.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.Telemetry;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Links;
import io.openhqm.tck.OpenApiConformance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterAdminTest {
  private static final Instant DIED = Instant.parse("2026-02-07T10:31:00Z");
  private static final UUID NEW = UUID.fromString("019c3789-ffff-7abc-8def-0123456789ab");
  private static final OpenApiConformance CONFORMANCE = new OpenApiConformance();

  private final FakeLetters letters = new FakeLetters();
  private final Map<String, Bytes> blobs = new HashMap<>();
  private final DeadLetterAdmin admin =
      new DeadLetterAdmin(
          new DeadLetterAdmin.Ports(
              letters,
              new ClaimCheck(Optional.of(new MapBlobs()), 100_000, 100_000),
              new Links(""),
              () -> NEW,
              () -> DIED.plusSeconds(60),
              Telemetry.NONE));

  @Test
  void deadLettersAreListedPageByPage() {
    for (int i = 1; i <= 3; i++) {
      letters.put(id(i), Body.empty(), Headers.none());
    }
    var first = handle("GET", "/api/v1/dead-letters", "limit=2");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.body().toUtf8())
        .contains(
            id(1).toString(),
            id(2).toString(),
            "\"count\":3",
            "\"next\":\"/api/v1/dead-letters?after=" + id(2) + "&limit=2\"")
        .doesNotContain(id(3).toString());
    var second = handle("GET", "/api/v1/dead-letters", "after=" + id(2) + "&limit=2");
    assertThat(second.body().toUtf8()).contains(id(3).toString()).doesNotContain("next");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"limit=0", "limit=1001", "limit=x", "limit=", "limit=99999999999", "after=x"})
  void aWrongPageIsRefusedWith400(String query) {
    assertThat(handle("GET", "/api/v1/dead-letters", query).status()).isEqualTo(400);
  }

  @Test
  void oneIsShownWithoutTheSecretsOfTheClient() {
    var headers =
        Headers.of(
            "Content-Type",
            "application/json",
            "Authorization",
            "Bearer abc",
            "X-Api-Key",
            "abc",
            "Cookie",
            "abc",
            "X-A",
            "1");
    letters.put(id(1), Body.of(Bytes.utf8("{\"a\" : 1}")), headers);
    var response = handle("GET", "/api/v1/dead-letters/" + id(1), "");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().toUtf8())
        .contains(
            "\"payload_shown\":true,\"payload\":{\"a\" : 1}",
            "\"reason\":\"gone\"",
            "\"Authorization\":\"***\"",
            "\"X-A\":\"1\"")
        .contains("\"metadata\":{\"endpoint\":\"orders\"}", "\"attempts\":4")
        .doesNotContain("abc");
  }

  @Test
  void aBinaryPayloadIsBase64AndALargeOneIsNotShown() {
    letters.put(id(1), Body.of(Bytes.wrap(new byte[] {0, 1})), Headers.none());
    assertThat(handle("GET", "/api/v1/dead-letters/" + id(1), "").body().toUtf8())
        .contains("\"payload\":\"AAE=\",\"payload_encoding\":\"base64\"");
    letters.put(id(2), Body.of(Bytes.wrap(new byte[70_000])), Headers.none());
    assertThat(handle("GET", "/api/v1/dead-letters/" + id(2), "").body().toUtf8())
        .contains("\"payload_bytes\":70000", "\"payload_shown\":false")
        .doesNotContain("\"payload\":");
  }

  @Test
  void redrivingMakesANewJobOfTheSameMessage() {
    letters.put(id(1), Body.of(Bytes.utf8("x")), Headers.of("X-A", "1"));
    var response = handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", "");
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.body().toUtf8())
        .contains("\"correlation_id\":\"" + NEW + "\"", "\"redriven_from\":\"" + id(1) + "\"");
    assertThat(response.headers().first("Location")).contains("/api/v1/status/" + NEW);
    var message = letters.redriven.getFirst();
    assertThat(message.id()).isEqualTo(NEW);
    assertThat(message.payload()).isEqualTo(Body.of(Bytes.utf8("x")));
    assertThat(message.headers()).isEqualTo(Headers.of("X-A", "1"));
    assertThat(handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", "").status())
        .isEqualTo(404);
  }

  @Test
  void whatHasLostItsPayloadCannotBeRedriven() {
    letters.put(id(1), new Body.Stored("payload/1", 5), Headers.none());
    assertThat(handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", "").status())
        .isEqualTo(410);
    blobs.put("payload/1", Bytes.utf8("abcde"));
    assertThat(handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", "").status())
        .isEqualTo(202);
  }

  @Test
  void aRedrivenJobHasAPayloadOfItsOwn() {
    var big = Bytes.wrap(new byte[200_000]);
    letters.put(id(1), new Body.Stored("payload/1", big.length()), Headers.none());
    blobs.put("payload/1", big);
    assertThat(handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", "").status())
        .isEqualTo(202);
    assertThat(letters.redriven.getFirst().payload())
        .isEqualTo(new Body.Stored("payload/" + NEW, big.length()));
    assertThat(blobs).containsExactly(Map.entry("payload/" + NEW, big));
  }

  @Test
  void purgingRemovesThePayloadToo() {
    letters.put(id(1), new Body.Stored("payload/1", 5), Headers.none());
    blobs.put("payload/1", Bytes.utf8("abcde"));
    assertThat(handle("DELETE", "/api/v1/dead-letters/" + id(1), "").status()).isEqualTo(204);
    assertThat(blobs).isEmpty();
    assertThat(handle("DELETE", "/api/v1/dead-letters/" + id(1), "").status()).isEqualTo(404);
  }

  @Test
  void whatAnotherHoldsForAMomentIsNotSaidToBeGone() {
    letters.put(id(1), Body.of(Bytes.wrap(new byte[200_000])), Headers.none());
    letters.heldByAnother = true;
    for (var response :
        List.of(
            handle("POST", "/api/v1/dead-letters/" + id(1) + "/redrive", ""),
            handle("DELETE", "/api/v1/dead-letters/" + id(1), ""))) {
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.headers().first("Retry-After")).contains("1");
    }
    assertThat(blobs).as("payloads of jobs that are none").isEmpty();
  }

  @Test
  void whatAnotherHasRedrivenInTheMeantimeIsSaidToBeGone() {
    letters.put(id(1), Body.of(Bytes.utf8("x")), Headers.none());
    letters.goesWhenFound = true;
    assertThat(handle("DELETE", "/api/v1/dead-letters/" + id(1), "").status()).isEqualTo(404);
  }

  @Test
  void everyDescribedAnswerCanBeHad() {
    for (String method : List.of("GET", "HEAD")) {
      letters.put(id(1), Body.empty(), Headers.none());
      handle(method, "/api/v1/dead-letters", "");
      handle(method, "/api/v1/dead-letters", "limit=0");
      handle(method, "/api/v1/dead-letters/" + id(1), "");
      handle(method, "/api/v1/dead-letters/x", "");
    }
    redrivingMakesANewJobOfTheSameMessage();
    oneIsShownWithoutTheSecretsOfTheClient();
    whatHasLostItsPayloadCannotBeRedriven();
    purgingRemovesThePayloadToo();
    for (String path :
        List.of(
            "/api/v1/dead-letters",
            "/api/v1/dead-letters/" + id(1),
            "/api/v1/dead-letters/" + id(1) + "/redrive")) {
      handle("OPTIONS", path, "");
      handle("PUT", path, "");
    }
    var expected = new TreeSet<>(CONFORMANCE.described("/api/v1/dead-letters"));
    // 403 and 431 are the server's own, 500 and 503 are the same for all, 405 is the answer to
    // other methods, a wrong id is unknown.
    expected.removeIf(answer -> answer.matches(".* (403|405|431|500|503)|.*\\{id}.* 400"));
    assertThat(CONFORMANCE.seen()).containsAll(expected);
  }

  private static UUID id(int n) {
    return new UUID(0x019c3789_1234_7000L, 0x8000_0000_0000_0000L + n);
  }

  private ApiResponse handle(String method, String path, String query) {
    var request = new ApiRequest(method, path, Optional.of(query), Headers.none(), Bytes.empty());
    try {
      var response = admin.handle(request);
      CONFORMANCE.check(request, response);
      return response;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class FakeLetters implements DeadLetters {
    private final TreeMap<String, DeadLetter> letters = new TreeMap<>();
    private final List<Message> redriven = new ArrayList<>();
    private boolean heldByAnother;
    private boolean goesWhenFound;

    void put(UUID id, Body payload, Headers headers) {
      var metadata =
          new Metadata(
              Optional.of("orders"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Priority.NORMAL,
              Optional.empty(),
              Bytes.utf8("{\"endpoint\":\"orders\"}"));
      var message =
          new Message(id, payload, headers, metadata, FakeStore.SUBMITTED, Optional.empty());
      letters.put(id.toString(), new DeadLetter(message, "gone", DIED, 4));
    }

    @Override
    public List<Summary> list(Optional<UUID> after, int limit) {
      return letters.tailMap(after.map(UUID::toString).orElse(""), false).values().stream()
          .limit(limit)
          .map(DeadLetter::summary)
          .toList();
    }

    @Override
    public Optional<DeadLetter> find(UUID id) {
      String key = id.toString();
      return Optional.ofNullable(goesWhenFound ? letters.remove(key) : letters.get(key));
    }

    @Override
    public boolean redrive(UUID id, Job job, Message message) {
      if (heldByAnother) {
        return false;
      }
      redriven.add(message);
      return letters.remove(id.toString()) != null;
    }

    @Override
    public boolean purge(UUID id) {
      return !heldByAnother && letters.remove(id.toString()) != null;
    }

    @Override
    public int purgeBefore(Instant before, int limit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long count() {
      return letters.size();
    }
  }

  private final class MapBlobs implements BlobStore {
    @Override
    public void put(String key, Bytes bytes) {
      blobs.put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return Optional.ofNullable(blobs.get(key));
    }

    @Override
    public void delete(String key) {
      blobs.remove(key);
    }

    @Override
    public void close() {}
  }
}
