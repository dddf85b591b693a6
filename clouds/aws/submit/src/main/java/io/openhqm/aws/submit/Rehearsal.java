package io.openhqm.aws.submit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.aws.dynamodb.DynamoDbEngines;
import io.openhqm.aws.dynamodb.DynamoDbSettings;
import io.openhqm.aws.lambda.CannedHttpClient;
import io.openhqm.core.Job;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/**
 * Goes once through what a submission goes through, without a connection: nearly all that a cold
 * first request takes is the loading of classes, and that can be done beside the reading of the
 * configuration.
 */
final class Rehearsal {
  /**
   * A submission that comes as far as to its key, and is refused for that before it is stored. An
   * endpoint that is not there would not do: without a proxy every name is taken.
   */
  static final byte[] EVENT =
      """
      {"version":"2.0","routeKey":"$default","rawPath":"/api/v1/submit","rawQueryString":"",
      "headers":{"content-type":"application/json","host":"rehearsal","idempotency-key":"no key"},
      "requestContext":{"apiId":"rehearsal","domainName":"rehearsal","stage":"$default",
      "http":{"method":"POST","path":"/api/v1/submit","protocol":"HTTP/1.1"}},
      "body":"{\\"payload\\":{},\\"metadata\\":{\\"endpoint\\":\\"no such endpoint\\"}}",
      "isBase64Encoded":false}
      """
          .getBytes(UTF_8);

  private Rehearsal() {}

  /**
   * The two calls that take a submission in; in the other order than engines are opened in, so that
   * two threads are not after the same classes.
   */
  static void callNobody() {
    sendMessage();
    storeJob();
  }

  private static void storeJob() {
    var client =
        DynamoDbClient.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(CannedHttpClient.NOBODY)
            .httpClient(new CannedHttpClient("{}"))
            .build();
    var settings = DynamoDbSettings.of("rehearsal", "us-east-1").withIndexLeases(false);
    try (var engine = DynamoDbEngines.open(settings, client, InstantSource.system())) {
      var job = Job.pending(new UUID(0, 0), Instant.EPOCH, Instant.EPOCH, Optional.empty());
      engine.store().orElseThrow().create(job, Optional.empty());
    }
  }

  private static void sendMessage() {
    try (var client =
        SqsClient.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(CannedHttpClient.NOBODY)
            // What is canned has no checksum.
            .checksumValidationEnabled(false)
            .httpClient(new CannedHttpClient("{\"MessageId\":\"rehearsal\"}"))
            .build()) {
      client.sendMessage(
          message ->
              message
                  .queueUrl("https://sqs.us-east-1.amazonaws.com/0/rehearsal")
                  .messageBody("{}")
                  .messageAttributes(
                      Map.of(
                          "openhqm",
                          MessageAttributeValue.builder()
                              .dataType("String")
                              .stringValue("{}")
                              .build())));
    }
  }
}
