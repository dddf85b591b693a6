package io.openhqm.aws.s3;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Bodies as objects, one call each: {@code PutObject}, {@code GetObject}, {@code DeleteObject}. The
 * SDK sends a checksum with each body and checks the one that comes back.
 *
 * <p>A call goes on when its thread is interrupted, and the thread finds its flag set afterwards: a
 * worker that was told to stop still has to keep what it has. The SDK would give such a call up
 * half-way.
 *
 * <p>A call whose last try was cut off is made once more: after a break of the network each of the
 * five connections that the JDK keeps may be dead, and the SDK has three tries.
 */
final class S3BlobStore implements BlobStore {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9/._-]{1," + KEY_LENGTH_MAX + "}");
  private static final String NOTHING = "nothing";
  private static final String MEDIA_TYPE = "application/octet-stream";
  private static final int INTERRUPTIONS_MAX = 3;

  private static final Duration CALL_MAX = Duration.ofSeconds(10);

  /** What a body adds to that: a megabyte a second is slow. */
  private static final int BYTES_A_MILLISECOND = 1_000;

  private final S3Settings settings;
  private final S3Client client;
  private volatile boolean closed;

  /**
   * @param client is closed with this
   */
  S3BlobStore(S3Settings settings, S3Client client) {
    this.settings = settings;
    this.client = client;
  }

  @Override
  public void put(String key, Bytes bytes) {
    if (bytes.length() > settings.bytesMax()) {
      throw new IllegalArgumentException(
          "a body of %d bytes is larger than the %d that are kept in S3"
              .formatted(bytes.length(), settings.bytesMax()));
    }
    var request =
        PutObjectRequest.builder()
            .bucket(settings.bucket())
            .key(objectKey(key))
            .contentType(MEDIA_TYPE)
            .contentLength((long) bytes.length())
            .overrideConfiguration(within(bytes.length()))
            .build();
    var body = RequestBody.fromContentProvider(bytes::toInputStream, bytes.length(), MEDIA_TYPE);
    call(() -> client.putObject(request, body));
  }

  @Override
  public Optional<Duration> keepsFor() {
    return settings.keptFor();
  }

  @Override
  public Optional<Bytes> get(String key) {
    return read(objectKey(key));
  }

  private Optional<Bytes> read(String objectKey) {
    var request =
        GetObjectRequest.builder()
            .bucket(settings.bucket())
            .key(objectKey)
            .overrideConfiguration(within(settings.bytesMax()))
            .build();
    var fetched =
        call(
            () -> {
              try {
                return Optional.of(client.getObject(request, this::fetch));
              } catch (NoSuchKeyException notThere) {
                return Optional.<Fetched>empty();
              }
            });
    return fetched.map(this::body);
  }

  /**
   * @param length as S3 tells it
   * @param bytes none if they are too many
   */
  private record Fetched(long length, Bytes bytes) {}

  private Fetched fetch(GetObjectResponse response, AbortableInputStream in) {
    long length = response.contentLength();
    if (length > settings.bytesMax()) {
      in.abort();
      return new Fetched(length, Bytes.empty());
    }
    try {
      byte[] bytes = in.readNBytes(Math.toIntExact(length));
      if (bytes.length < length || in.read() >= 0) {
        throw new IOException("the body has not the length that was told");
      }
      return new Fetched(length, Bytes.wrap(bytes));
    } catch (IOException broken) {
      throw RetryableException.create("a body broke off", broken);
    }
  }

  private Bytes body(Fetched fetched) {
    if (fetched.length() > settings.bytesMax()) {
      throw new UnavailableException(
          "a body in S3 has %d bytes, more than the %d that are read: nobody but OpenHQM may write there"
              .formatted(fetched.length(), settings.bytesMax()),
          Duration.ofSeconds(10));
    }
    return fetched.bytes();
  }

  @Override
  public void delete(String key) {
    var request =
        DeleteObjectRequest.builder()
            .bucket(settings.bucket())
            .key(objectKey(key))
            .overrideConfiguration(within(0))
            .build();
    call(() -> client.deleteObject(request));
  }

  /** Whether calls are answered: by a look for what is not there. */
  void probe() {
    read(settings.prefix() + NOTHING);
  }

  private static AwsRequestOverrideConfiguration within(long bytes) {
    return AwsRequestOverrideConfiguration.builder()
        .apiCallTimeout(CALL_MAX.plusMillis(bytes / BYTES_A_MILLISECOND))
        .build();
  }

  /**
   * Segments of dots and empty ones are refused: on its way, a URL that has them is often taken for
   * another.
   */
  private String objectKey(String key) {
    boolean odd =
        List.of(key.split("/", -1)).stream()
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (odd || !KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "a blob's key must be 1 to "
              + KEY_LENGTH_MAX
              + " characters of A-Z a-z 0-9 / . _ - with something other than dots between slashes,"
              + " but one of "
              + key.length()
              + " characters is not");
    }
    return settings.prefix() + key;
  }

  private <T> T call(Supplier<T> request) {
    boolean interrupted = Thread.interrupted();
    try {
      for (int attempt = 0; ; attempt++) {
        if (closed) {
          throw new UnavailableException(
              "the bucket of bodies is closed: this process is stopping", Duration.ofSeconds(1));
        }
        try {
          return request.get();
        } catch (SdkClientException broken) {
          boolean stopped = Thread.interrupted();
          interrupted |= stopped;
          boolean again = stopped || attempt == 0 && Failures.isCut(broken);
          if (!again || attempt == INTERRUPTIONS_MAX) {
            throw Failures.of(broken);
          }
        } catch (SdkException refused) {
          throw Failures.of(refused);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    client.close();
  }
}
