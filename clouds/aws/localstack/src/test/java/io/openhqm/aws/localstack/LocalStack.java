package io.openhqm.aws.localstack;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Starts a LocalStack before the first test, and tells all of them where it is. The image is what
 * the system property {@value #IMAGE_PROPERTY} names. The container ends with this process.
 */
public final class LocalStack implements LauncherSessionListener {
  static final String IMAGE_PROPERTY = "openhqm.test.localstack.image";

  private static final int PORT = 4566;

  /** By which the adapters' tests and the functions' find their peers. */
  private static final List<String> PROPERTIES =
      List.of(
          "openhqm.test.sqs.endpoint",
          "openhqm.test.dynamodb.endpoint",
          "openhqm.test.s3.endpoint",
          "aws.endpointUrlS3",
          "aws.endpointUrlSecretsManager");

  private static final class Started {
    static final URI ENDPOINT = start();

    @SuppressWarnings("resource") // Testcontainers stops it when this process ends
    private static URI start() {
      var image =
          DockerImageName.parse(System.getProperty(IMAGE_PROPERTY, "localstack/localstack"))
              .asCompatibleSubstituteFor("localstack/localstack");
      var container =
          new LocalStackContainer(image)
              .withServices("sqs", "dynamodb", "s3", "secretsmanager")
              .withStartupTimeout(Duration.ofMinutes(3));
      container.start();
      return URI.create(
          "http://" + address(container.getHost()) + ":" + container.getMappedPort(PORT));
    }

    /** A number, not a name: S3 is asked for a bucket by path then. */
    private static String address(String host) {
      try {
        return InetAddress.getByName(host).getHostAddress();
      } catch (UnknownHostException gone) {
        throw new IllegalStateException("the container engine is at '" + host + "'", gone);
      }
    }
  }

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    PROPERTIES.forEach(name -> System.setProperty(name, Started.ENDPOINT.toString()));
  }
}
