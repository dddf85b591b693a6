package io.openhqm.aws.s3;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.util.Optional;

/** Bodies only: queue and jobs are other engines' matter. */
final class S3Engine implements Engine {
  private final S3BlobStore blobs;

  S3Engine(S3BlobStore blobs) {
    this.blobs = blobs;
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.empty();
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.empty();
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.of(blobs);
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.empty();
  }

  /** Looks for what is not there: that proves bucket, permission and network. */
  @Override
  public Health health() {
    try {
      blobs.probe();
      return new Health(true, "ok");
    } catch (UnavailableException down) {
      return new Health(false, String.valueOf(down.getMessage()));
    }
  }

  @Override
  public void close() {
    blobs.close();
  }
}
