package io.openhqm.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the contract does not ask: prefix, limits, what is on the path of a function. */
final class S3BlobStoreTest {
  private final String bucket = S3Server.newBucket();
  private final S3Client client = S3Server.patientClient();
  private final List<AutoCloseable> opened = new ArrayList<>(List.of(client));
  private BlobStore blobs;

  private S3Settings settings() {
    return S3Settings.of(bucket, S3Server.REGION);
  }

  private Engine open(S3Settings settings) {
    var engine = S3Engines.open(settings, S3Server.patientClient());
    opened.add(engine);
    return engine;
  }

  @BeforeEach
  void open() {
    blobs = open(settings()).blobs().orElseThrow();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (var each : opened) {
      each.close();
    }
  }

  private List<String> keys() {
    return client.listObjectsV2(asked -> asked.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  @Test
  void bodiesAreUnderTheirPrefixAndNowhereElse() {
    var one = open(settings().withPrefix("one/")).blobs().orElseThrow();
    var other = open(settings().withPrefix("other/")).blobs().orElseThrow();
    one.put("payload/1", Bytes.utf8("x"));

    assertThat(keys()).containsExactly("one/payload/1");
    assertThat(other.get("payload/1")).isEmpty();
    other.delete("payload/1");
    assertThat(one.get("payload/1")).contains(Bytes.utf8("x"));
  }

  @Test
  void bodiesAreKeptUpToTheLimitAndRefusedAboveIt() {
    var small = open(settings().withBytesMax(1_000)).blobs().orElseThrow();

    small.put("at", Bytes.wrap(new byte[1_000]));
    assertThatThrownBy(() -> small.put("above", Bytes.wrap(new byte[1_001])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1001 bytes");

    assertThat(small.get("at"))
        .hasValueSatisfying(body -> assertThat(body.length()).isEqualTo(1_000));
    assertThat(keys()).containsExactly("at");
  }

  @Test
  void objectThatIsTooLargeIsNotRead() {
    blobs.put("large", Bytes.wrap(new byte[2_000_000]));
    var small = open(settings().withBytesMax(1_000_000)).blobs().orElseThrow();

    assertThatThrownBy(() -> small.get("large"))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("2000000 bytes");
  }

  @Test
  void healthSaysWhetherTheBucketIsThere() {
    var missing = open(S3Settings.of("no-such-bucket", S3Server.REGION));

    assertThat(open(settings()).health()).isEqualTo(new Engine.Health(true, "ok"));
    assertThat(missing.health().up()).isFalse();
    assertThat(missing.health().detail()).contains("NoSuchBucket", "bucket's name");
    assertThatThrownBy(() -> missing.blobs().orElseThrow().get("a"))
        .as("not the same as a body that is not there")
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> settings().withBytesMax(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> settings().withPrefix("p".repeat(801)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void engineIsFoundByItsNameInConfiguration() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .extracting(EngineProvider::name)
        .containsExactly("s3");
  }

  @Test
  void noOtherHttpClientThanTheJdksIsOnAFunctionsPath() throws IOException {
    var jars = Files.readString(Path.of("target/runtime-class-path"));

    assertThat(jars)
        .contains("url-connection-client")
        .doesNotContain("netty", "httpclient", "apache-client", "apache5-client", "aws-crt");
  }
}
