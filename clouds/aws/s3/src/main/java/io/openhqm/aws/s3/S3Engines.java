package io.openhqm.aws.s3;

import io.openhqm.core.Engine;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Opens the engine where no configuration file is at hand: in functions, in tests, in benchmarks.
 */
public final class S3Engines {
  private S3Engines() {}

  /**
   * Over a client of its own, with credentials of the environment; closing the engine closes it.
   * Calls nobody: whether the bucket is there shows at the first use.
   */
  public static Engine open(S3Settings settings) {
    return open(settings, Clients.builder(settings.region()).build());
  }

  /** Over this client, which is the engine's from now on: closing the engine closes it. */
  public static Engine open(S3Settings settings, S3Client client) {
    return new S3Engine(new S3BlobStore(settings, client));
  }
}
