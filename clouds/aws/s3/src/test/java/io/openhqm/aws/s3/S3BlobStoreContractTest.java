package io.openhqm.aws.s3;

import io.openhqm.core.Engine;
import io.openhqm.tck.BlobStoreContract;
import java.util.Optional;

final class S3BlobStoreContractTest extends BlobStoreContract {
  private S3Settings settings;

  @Override
  protected Engine open() {
    settings = S3Settings.of(S3Server.newBucket(), S3Server.REGION).withPrefix("openhqm/");
    return S3Engines.open(settings, S3Server.patientClient());
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(S3Engines.open(settings, S3Server.patientClient()));
  }
}
