package io.openhqm.aws.s3;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;

/** Opens the engine that configuration calls {@code s3}. */
public final class S3EngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "s3";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    var blobs = config.blobs();
    if (blobs.s3Bucket().isEmpty()) {
      throw new EngineException("blobs.s3_bucket: the engine 's3' needs the name of a bucket");
    }
    return S3Engines.open(
        S3Settings.of(blobs.s3Bucket(), blobs.s3Region())
            .withPrefix(blobs.s3Prefix())
            .withKeptFor(blobs.s3Retention()));
  }
}
