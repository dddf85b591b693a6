package io.openhqm.aws.worker;

import io.openhqm.aws.dynamodb.DynamoDbEngines;
import io.openhqm.aws.dynamodb.DynamoDbSettings;
import io.openhqm.aws.lambda.CannedHttpClient;
import io.openhqm.core.Lease;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Goes once through what each step of a job is to the store, without a connection: nearly all that
 * a cold first message takes is the loading of classes, and that can be done beside the reading of
 * the configuration.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Extends the lease of a job that is not there. */
  public static void callNobody() {
    var client =
        DynamoDbClient.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(CannedHttpClient.NOBODY)
            .httpClient(new CannedHttpClient("{\"Attributes\":{\"fe\":{\"N\":\"1\"}}}"))
            .build();
    var settings = DynamoDbSettings.of("rehearsal", "us-east-1").withIndexLeases(false);
    try (var engine = DynamoDbEngines.open(settings, client, InstantSource.system())) {
      var lease = new Lease(new UUID(0, 0), 1);
      engine.store().orElseThrow().extend(lease, Duration.ofMinutes(1));
    }
  }
}
