package io.openhqm.aws.dynamodb;

import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * The calls to one table. What DynamoDB refuses because of a condition is a value; everything else
 * that goes wrong is an {@link UnavailableException}.
 *
 * <p>A call goes on when its thread is interrupted, and the thread finds its flag set afterwards: a
 * worker that was told to stop still has to record what it has. The SDK would give such a call up
 * half-way.
 *
 * <p>A call whose last try was cut off is made once more: after a break of the network each of the
 * five connections that the JDK keeps may be dead, and the SDK has three tries.
 */
final class Table implements AutoCloseable {
  private static final int TRIES = 4;
  private static final int CONFLICT_PAUSE_MILLIS = 20;
  private static final String NOTHING = "nothing";

  private final String name;
  private final DynamoDbClient client;
  private final RandomGenerator random;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param client is closed with this
   */
  Table(String name, DynamoDbClient client, RandomGenerator random) {
    this.name = name;
    this.client = client;
    this.random = random;
  }

  /**
   * Reads one item, strongly consistent.
   *
   * @param attributes names with commas between them
   */
  Optional<Item> get(String id, String attributes) {
    var request =
        GetItemRequest.builder()
            .tableName(name)
            .key(key(id))
            .consistentRead(true)
            .projectionExpression(attributes)
            .build();
    var answer = call(() -> client.getItem(request));
    return answer.hasItem() ? Optional.of(new Item(answer.item())) : Optional.empty();
  }

  /** Reads many items, strongly consistent; those that are not there are left out. */
  Map<String, Item> getAll(List<String> ids) {
    var found = new HashMap<String, Item>();
    Map<String, KeysAndAttributes> left = new HashMap<>();
    left.put(
        name,
        KeysAndAttributes.builder()
            .consistentRead(true)
            .keys(ids.stream().map(Table::key).toList())
            .build());
    while (!left.isEmpty()) {
      var request = BatchGetItemRequest.builder().requestItems(left).build();
      var answer = call(() -> client.batchGetItem(request));
      var items = answer.responses().getOrDefault(name, List.of());
      items.stream().map(Item::new).forEach(item -> found.put(item.text(JobTable.ID), item));
      left = answer.unprocessedKeys();
      if (items.isEmpty() && !left.isEmpty()) {
        throw new UnavailableException(
            "DynamoDB has no room for reads of the job table now: come again, or raise its limits",
            Duration.ofSeconds(1));
      }
    }
    return found;
  }

  /**
   * Entries of one shard of the sweep's index up to a time, oldest first, eventually consistent.
   */
  List<Item> due(String shard, Instant until, int limit) {
    var request =
        QueryRequest.builder()
            .tableName(name)
            .indexName(JobTable.SWEEP_INDEX)
            .keyConditionExpression(
                JobTable.SWEEP_SHARD + " = :shard AND " + JobTable.SWEEP_AT + " <= :until")
            .expressionAttributeValues(
                Map.of(":shard", Item.value(shard), ":until", Item.value(until)))
            .limit(limit)
            .build();
    return call(() -> client.query(request)).items().stream().map(Item::new).toList();
  }

  /**
   * @param returned the item as it was before or as it is afterwards
   */
  Written update(String id, Change change, ReturnValue returned) {
    var request =
        UpdateItemRequest.builder()
            .tableName(name)
            .key(key(id))
            .conditionExpression(change.condition())
            .updateExpression(change.update())
            .expressionAttributeValues(change.values())
            .returnValues(returned)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    return conditional(() -> client.updateItem(request).attributes());
  }

  Written put(Put put) {
    var request =
        PutItemRequest.builder()
            .tableName(name)
            .item(put.item())
            .conditionExpression(put.conditionExpression())
            .expressionAttributeValues(put.expressionAttributeValues())
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    return conditional(() -> client.putItem(request).attributes());
  }

  /** Over whatever is there. */
  void put(Map<String, AttributeValue> item) {
    var request = PutItemRequest.builder().tableName(name).item(item).build();
    call(() -> client.putItem(request));
  }

  /** Hands out what was removed. */
  Written delete(String id, Change condition) {
    var request =
        DeleteItemRequest.builder()
            .tableName(name)
            .key(key(id))
            .conditionExpression(condition.condition())
            .expressionAttributeValues(condition.values())
            .returnValues(ReturnValue.ALL_OLD)
            .build();
    return conditional(() -> client.deleteItem(request).attributes());
  }

  /** Whatever is there. */
  void delete(String id) {
    var request = DeleteItemRequest.builder().tableName(name).key(key(id)).build();
    call(() -> client.deleteItem(request));
  }

  /**
   * Writes all or nothing.
   *
   * @return for each of {@code puts} whether its condition held; only if all did, they are written
   */
  List<Written> putAll(Put... puts) {
    var items = new ArrayList<TransactWriteItem>();
    for (var put : puts) {
      var mine =
          put.toBuilder()
              .tableName(name)
              .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
              .build();
      items.add(TransactWriteItem.builder().put(mine).build());
    }
    var request = TransactWriteItemsRequest.builder().transactItems(items).build();
    return call(
        () -> {
          try {
            client.transactWriteItems(request);
            return items.stream().<Written>map(item -> new Written.Done(Item.none())).toList();
          } catch (TransactionCanceledException cancelled) {
            return refusals(cancelled);
          }
        });
  }

  private static List<Written> refusals(TransactionCanceledException cancelled) {
    var reasons = cancelled.cancellationReasons();
    if (reasons.stream().noneMatch(Table::isRefusal)) {
      throw cancelled;
    }
    return reasons.stream()
        .<Written>map(
            reason ->
                isRefusal(reason)
                    ? new Written.Refused(found(reason.hasItem(), reason.item()))
                    : new Written.Done(Item.none()))
        .toList();
  }

  private static boolean isRefusal(CancellationReason reason) {
    return "ConditionalCheckFailed".equals(reason.code());
  }

  /** Whether calls are answered; by half a read. */
  void probe() {
    var request = GetItemRequest.builder().tableName(name).key(key(NOTHING)).build();
    call(() -> client.getItem(request));
  }

  void requireOpen() {
    if (closed.getCount() == 0) {
      throw new UnavailableException(
          "the job table is closed: this process is stopping", Duration.ofSeconds(1));
    }
  }

  /** Returns when {@code pause} is over or this was closed. */
  void await(Duration pause) throws InterruptedException {
    closed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private Written conditional(Supplier<Map<String, AttributeValue>> write) {
    return call(
        () -> {
          try {
            return new Written.Done(new Item(write.get()));
          } catch (ConditionalCheckFailedException refused) {
            return new Written.Refused(found(refused.hasItem(), refused.item()));
          }
        });
  }

  private static Optional<Item> found(boolean there, Map<String, AttributeValue> attributes) {
    return there && !attributes.isEmpty() ? Optional.of(new Item(attributes)) : Optional.empty();
  }

  private static Map<String, AttributeValue> key(String id) {
    return Map.of(JobTable.ID, Item.value(id));
  }

  private <T> T call(Supplier<T> request) {
    boolean interrupted = Thread.interrupted();
    try {
      for (int attempt = 1; ; attempt++) {
        requireOpen();
        try {
          return request.get();
        } catch (TransactionCanceledException | TransactionConflictException busy) {
          if (attempt == TRIES) {
            throw Failures.of(busy);
          }
          interrupted |= pause(attempt);
        } catch (SdkClientException broken) {
          boolean stopped = Thread.interrupted();
          interrupted |= stopped;
          boolean again = stopped || attempt == 1 && Failures.isCut(broken);
          if (!again || attempt == TRIES) {
            throw Failures.of(broken);
          }
        } catch (SdkException refused) {
          throw Failures.of(refused);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets another's transaction pass; says whether the thread was interrupted. */
  private boolean pause(int attempt) {
    try {
      await(Duration.ofMillis(1 + random.nextInt(CONFLICT_PAUSE_MILLIS << attempt)));
      return false;
    } catch (InterruptedException stopped) {
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    client.close();
  }
}
