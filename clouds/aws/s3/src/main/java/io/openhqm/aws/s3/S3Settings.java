package io.openhqm.aws.s3;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * Where bodies go.
 *
 * @param bucket is there already; encryption, versions and how long objects are kept are its own
 *     matter
 * @param region where it is
 * @param prefix what every key begins with, up to 800 characters; may be empty
 * @param keptFor after what time a lifecycle of the bucket removes a body; empty: never
 * @param bytesMax the largest body that is written or read, as each is in memory as a whole; 1 or
 *     more
 */
public record S3Settings(
    String bucket, String region, String prefix, Optional<Duration> keptFor, long bytesMax) {
  /** With the longest key, what an object's name may have at most: 1,024 bytes. */
  private static final int PREFIX_LENGTH_MAX = 800;

  /** More than any body that a listener or a proxy lets through by default. */
  private static final long USUAL_BYTES_MAX = 256L << 20;

  public S3Settings {
    requireNonNull(bucket, "bucket");
    requireNonNull(region, "region");
    requireNonNull(prefix, "prefix");
    requireNonNull(keptFor, "keptFor");
    if (prefix.length() > PREFIX_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "prefix must have at most "
              + PREFIX_LENGTH_MAX
              + " characters but has "
              + prefix.length());
    }
    if (bytesMax < 1) {
      throw new IllegalArgumentException("bytesMax must be >= 1 but is " + bytesMax);
    }
  }

  /** Without a prefix, for bodies up to 256 MiB. */
  public static S3Settings of(String bucket, String region) {
    return new S3Settings(bucket, region, "", Optional.empty(), USUAL_BYTES_MAX);
  }

  /** The same under another prefix. */
  public S3Settings withPrefix(String other) {
    return new S3Settings(bucket, region, other, keptFor, bytesMax);
  }

  /** The same in a bucket that removes bodies after this time. */
  public S3Settings withKeptFor(Optional<Duration> other) {
    return new S3Settings(bucket, region, prefix, other, bytesMax);
  }

  /** The same with another bound on bodies. */
  public S3Settings withBytesMax(long other) {
    return new S3Settings(bucket, region, prefix, keptFor, other);
  }
}
