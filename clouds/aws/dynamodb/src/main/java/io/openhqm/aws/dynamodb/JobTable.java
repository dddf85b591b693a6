package io.openhqm.aws.dynamodb;

import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * What the table must be like: templates and tests make it from these names. What is in its items:
 * {@link DynamoDbJobStore}.
 */
public final class JobTable {
  /** The partition key, a text; there is no sort key. */
  public static final String ID = "id";

  /** The global secondary index of the sweep; keys only are projected. */
  public static final String SWEEP_INDEX = "sweep";

  /** The index's partition key, a text; only items that the sweep may have to see to have it. */
  public static final String SWEEP_SHARD = "sweep_shard";

  /** The index's sort key, a number: from when on, in milliseconds since 1970. */
  public static final String SWEEP_AT = "sweep_at";

  /** The time-to-live attribute, a number: seconds since 1970. */
  public static final String EXPIRES_AT_EPOCH = "expires_at_epoch";

  private JobTable() {}

  /**
   * Asks for the table, billed by request. Time to live has to be switched on for {@value
   * #EXPIRES_AT_EPOCH} afterwards, else nothing is ever removed.
   */
  public static CreateTableRequest creation(String table) {
    return CreateTableRequest.builder()
        .tableName(table)
        .billingMode(BillingMode.PAY_PER_REQUEST)
        .attributeDefinitions(
            attribute(ID, ScalarAttributeType.S),
            attribute(SWEEP_SHARD, ScalarAttributeType.S),
            attribute(SWEEP_AT, ScalarAttributeType.N))
        .keySchema(key(ID, KeyType.HASH))
        .globalSecondaryIndexes(
            GlobalSecondaryIndex.builder()
                .indexName(SWEEP_INDEX)
                .keySchema(key(SWEEP_SHARD, KeyType.HASH), key(SWEEP_AT, KeyType.RANGE))
                .projection(Projection.builder().projectionType(ProjectionType.KEYS_ONLY).build())
                .build())
        .build();
  }

  private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
    return AttributeDefinition.builder().attributeName(name).attributeType(type).build();
  }

  private static KeySchemaElement key(String name, KeyType type) {
    return KeySchemaElement.builder().attributeName(name).keyType(type).build();
  }
}
