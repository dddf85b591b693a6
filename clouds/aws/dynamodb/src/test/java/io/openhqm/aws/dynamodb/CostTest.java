package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Result;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** The table of costs in the comment of {@link DynamoDbJobStore}, counted by DynamoDB. */
final class CostTest extends StoreTest {
  private record Cost(int calls, double units) {}

  private final Meter meter = new Meter();
  private JobStore plain;
  private JobStore indexed;

  @BeforeEach
  void openMetered() {
    plain = metered(settings().withIndexLeases(false));
    indexed = metered(settings().withIndexLeases(true));
  }

  private JobStore metered(DynamoDbSettings settings) {
    var client =
        DynamoDb.client(DynamoDb.endpoint())
            .overrideConfiguration(calls -> calls.addExecutionInterceptor(meter))
            .build();
    return open(settings, client).store().orElseThrow();
  }

  private Cost costOf(Runnable call) {
    meter.calls = 0;
    meter.units = 0;
    call.run();
    return new Cost(meter.calls, meter.units);
  }

  private static Ending completed(int bodyBytes) {
    return new Ending.Completed(
        new Result(
            200,
            Headers.of("Content-Type", "application/json"),
            Body.of(Bytes.wrap(new byte[bodyBytes]))));
  }

  @Test
  void jobCostsThreeCallsAndThreeWrites() {
    var job = job();
    var lease = new Lease(job.id(), 1);

    assertThat(costOf(() -> plain.create(job, NOT_HELD))).isEqualTo(new Cost(1, 1));
    assertThat(costOf(() -> plain.claim(job.id(), LEASE))).isEqualTo(new Cost(1, 1));
    assertThat(costOf(() -> plain.extend(lease, LEASE))).isEqualTo(new Cost(1, 1));
    assertThat(costOf(() -> plain.find(job.id()))).as("a status poll").isEqualTo(new Cost(1, 1));
    assertThat(costOf(() -> plain.complete(lease, completed(100), TTL))).isEqualTo(new Cost(1, 1));
    assertThat(costOf(() -> plain.find(job.id()))).as("its response").isEqualTo(new Cost(1, 1));
  }

  @Test
  void leasesInTheIndexCostTwoWritesMore() {
    var job = created();
    var lease = new Lease(job.id(), 1);

    assertThat(costOf(() -> indexed.claim(job.id(), LEASE))).isEqualTo(new Cost(1, 2));
    assertThat(costOf(() -> indexed.extend(lease, LEASE.multipliedBy(2))))
        .isEqualTo(new Cost(1, 3));
    assertThat(costOf(() -> indexed.complete(lease, completed(100), TTL)))
        .isEqualTo(new Cost(1, 2));
  }

  @Test
  void keyCostsThreeWritesAtTheBeginningAndOneAtTheEnd() {
    var job = jobWithKey("key");

    assertThat(costOf(() -> plain.create(job, NOT_HELD))).isEqualTo(new Cost(1, 4));
    var lease = new Lease(job.id(), 1);
    plain.claim(job.id(), LEASE);
    assertThat(costOf(() -> plain.complete(lease, completed(100), TTL))).isEqualTo(new Cost(2, 2));
  }

  @Test
  void resultIsPaidForByTheKibibyteAndByTheFourth() {
    var job = created();
    var lease = new Lease(job.id(), 1);
    plain.claim(job.id(), LEASE);

    assertThat(costOf(() -> plain.complete(lease, completed(10 * 1024), TTL)))
        .isEqualTo(new Cost(1, 11));
    assertThat(costOf(() -> plain.find(job.id()))).isEqualTo(new Cost(1, 3));
  }

  @Test
  void releaseIsOneWrite() {
    var job = created();
    var lease = new Lease(job.id(), 1);
    plain.claim(job.id(), LEASE);

    assertThat(
            costOf(() -> plain.release(lease, clock.instant(), Optional.of("no answer"), NOT_HELD)))
        .isEqualTo(new Cost(1, 1));
  }

  @Test
  void sweepThatFindsNothingIsEightCallsOfHalfARead() {
    assertThat(costOf(() -> plain.overdue(100))).isEqualTo(new Cost(8, 4));
  }

  /**
   * Asks what each call consumed. DynamoDB Local takes a transaction for single writes and a query
   * that finds nothing for nothing; DynamoDB counts the one twice and the other as half a read.
   */
  private static final class Meter implements ExecutionInterceptor {
    private int calls;
    private double units;

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
      var total = ReturnConsumedCapacity.TOTAL;
      return switch (context.request()) {
        case GetItemRequest get -> get.toBuilder().returnConsumedCapacity(total).build();
        case BatchGetItemRequest get -> get.toBuilder().returnConsumedCapacity(total).build();
        case QueryRequest query -> query.toBuilder().returnConsumedCapacity(total).build();
        case PutItemRequest put -> put.toBuilder().returnConsumedCapacity(total).build();
        case UpdateItemRequest update -> update.toBuilder().returnConsumedCapacity(total).build();
        case DeleteItemRequest delete -> delete.toBuilder().returnConsumedCapacity(total).build();
        case TransactWriteItemsRequest all -> all.toBuilder().returnConsumedCapacity(total).build();
        default -> throw new AssertionError("not counted: " + context.request());
      };
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
      calls++;
      units +=
          switch (context.response()) {
            case GetItemResponse get -> get.consumedCapacity().capacityUnits();
            case QueryResponse query -> Math.max(0.5, query.consumedCapacity().capacityUnits());
            case PutItemResponse put -> put.consumedCapacity().capacityUnits();
            case UpdateItemResponse update -> update.consumedCapacity().capacityUnits();
            case DeleteItemResponse delete -> delete.consumedCapacity().capacityUnits();
            case BatchGetItemResponse get ->
                get.consumedCapacity().stream().mapToDouble(each -> each.capacityUnits()).sum();
            case TransactWriteItemsResponse all ->
                2 * all.consumedCapacity().stream().mapToDouble(each -> each.capacityUnits()).sum();
            default -> throw new AssertionError("not counted: " + context.response());
          };
    }
  }
}
