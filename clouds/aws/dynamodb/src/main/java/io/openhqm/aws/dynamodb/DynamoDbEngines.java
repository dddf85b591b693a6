package io.openhqm.aws.dynamodb;

import io.openhqm.core.Engine;
import java.security.SecureRandom;
import java.time.InstantSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Opens the engine where no configuration file is at hand: in functions, in tests, in benchmarks.
 */
public final class DynamoDbEngines {
  private DynamoDbEngines() {}

  /**
   * Over a client of its own, with credentials of the environment; closing the engine closes it.
   * Calls nobody: whether the table is there shows at the first use.
   */
  public static Engine open(DynamoDbSettings settings, InstantSource clock) {
    return open(settings, Clients.builder(settings.region()).build(), clock);
  }

  /** Over this client, which is the engine's from now on: closing the engine closes it. */
  public static Engine open(DynamoDbSettings settings, DynamoDbClient client, InstantSource clock) {
    var random = new SecureRandom();
    return new DynamoDbEngine(settings, new Table(settings.table(), client, random), clock, random);
  }
}
