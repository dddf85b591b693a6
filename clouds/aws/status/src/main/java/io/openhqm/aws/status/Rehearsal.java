package io.openhqm.aws.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.aws.dynamodb.DynamoDbEngines;
import io.openhqm.aws.dynamodb.DynamoDbSettings;
import io.openhqm.aws.lambda.CannedHttpClient;
import java.time.InstantSource;
import java.util.UUID;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Goes once through what a poll goes through, without a connection: nearly all that a cold first
 * request takes is the loading of classes, and that can be done beside the reading of the
 * configuration.
 */
final class Rehearsal {
  /** Asks for an id that is none, which no store is asked for. */
  static final byte[] EVENT =
      """
      {"version":"2.0","routeKey":"$default","rawPath":"/api/v1/status/none","rawQueryString":"",
      "headers":{"host":"rehearsal"},
      "requestContext":{"apiId":"rehearsal","domainName":"rehearsal","stage":"$default",
      "http":{"method":"GET","path":"/api/v1/status/none","protocol":"HTTP/1.1"}},
      "isBase64Encoded":false}
      """
          .getBytes(UTF_8);

  private Rehearsal() {}

  /** Looks for a job that is not there. */
  static void callNobody() {
    var client =
        DynamoDbClient.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(CannedHttpClient.NOBODY)
            .httpClient(new CannedHttpClient("{}"))
            .build();
    var settings = DynamoDbSettings.of("rehearsal", "us-east-1").withIndexLeases(false);
    try (var engine = DynamoDbEngines.open(settings, client, InstantSource.system())) {
      engine.store().orElseThrow().find(new UUID(0, 0));
    }
  }
}
