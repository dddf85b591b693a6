package io.openhqm.aws.dynamodb;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Result;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What the tests beside the contract share: a table, a clock, jobs. */
abstract class StoreTest {
  static final Duration LEASE = Duration.ofSeconds(30);
  static final Duration TTL = Duration.ofHours(1);
  static final Optional<Message> NOT_HELD = Optional.empty();

  final ManualClock clock = new ManualClock();
  final String table = DynamoDb.newTable();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Random random = new Random(7);
  JobStore store;
  DynamoDbClient client;

  @BeforeEach
  final void openStore() {
    client = DynamoDb.client();
    opened.add(client);
    store = open(settings()).store().orElseThrow();
  }

  @AfterEach
  final void closeAll() throws Exception {
    for (var each : opened) {
      each.close();
    }
  }

  final DynamoDbSettings settings() {
    return DynamoDbSettings.of(table, DynamoDb.REGION);
  }

  final Engine open(DynamoDbSettings settings) {
    return open(settings, DynamoDb.client());
  }

  final Engine open(DynamoDbSettings settings, DynamoDbClient over) {
    var engine = DynamoDbEngines.open(settings, over, clock);
    opened.add(engine);
    return engine;
  }

  final Job job() {
    return Job.pending(UUID.randomUUID(), clock.instant(), clock.instant(), Optional.empty());
  }

  final Job jobDueIn(Duration delay) {
    return Job.pending(
        UUID.randomUUID(), clock.instant(), clock.instant().plus(delay), Optional.empty());
  }

  final Job jobWithKey(String key) {
    var idempotency = new Job.Idempotency(key, bytes(32));
    return Job.pending(
        UUID.randomUUID(), clock.instant(), clock.instant(), Optional.of(idempotency));
  }

  final Job created() {
    return created(job());
  }

  final Job created(Job job) {
    if (!(store.create(job, NOT_HELD) instanceof JobStore.Creation.Created)) {
      throw new AssertionError(job + " was not created");
    }
    return job;
  }

  final Claim.Granted claimed(Job job) {
    if (store.claim(job.id(), LEASE) instanceof Claim.Granted granted) {
      return granted;
    }
    throw new AssertionError(job + " was not granted");
  }

  final Job found(Job job) {
    return store.find(job.id()).orElseThrow(() -> new AssertionError("no job " + job.id()));
  }

  final Bytes bytes(int length) {
    var array = new byte[length];
    random.nextBytes(array);
    return Bytes.wrap(array);
  }

  final Message message(Job job, Bytes payload) {
    return new Message(
        job.id(),
        Body.of(payload),
        Headers.of("X-Tenant", "acme"),
        Metadata.none(),
        job.submittedAt(),
        Optional.empty());
  }

  static Ending completed(String text) {
    return new Ending.Completed(Result.json(Bytes.utf8(text)));
  }

  final List<Map<String, AttributeValue>> items() {
    return items(table);
  }

  private List<Map<String, AttributeValue>> items(String name) {
    return client.scanPaginator(all -> all.tableName(name).consistentRead(true)).items().stream()
        .toList();
  }

  final List<String> ids() {
    return ids(table);
  }

  final List<String> ids(String name) {
    return items(name).stream().map(item -> item.get(JobTable.ID).s()).toList();
  }

  final Map<String, AttributeValue> item(Job job) {
    return client
        .getItem(
            one ->
                one.tableName(table)
                    .key(Map.of(JobTable.ID, Item.value(job.id().toString())))
                    .consistentRead(true))
        .item();
  }

  /** When a job that waits is due. */
  static Instant due(Job job) {
    return ((Job.State.Pending) job.state()).notBefore();
  }
}
