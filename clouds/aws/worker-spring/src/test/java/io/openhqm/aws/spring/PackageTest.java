package io.openhqm.aws.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What Spring adds to the zip of the lean worker, to the last jar. */
class PackageTest {
  private static final Pattern ARTIFACT = Pattern.compile("([^ :]+:[^ :]+):jar:");
  private static final String OF_SPRING =
      """
      com.fasterxml.jackson.core:jackson-annotations
      commons-logging:commons-logging
      io.micrometer:micrometer-commons
      io.micrometer:micrometer-observation
      io.openhqm:openhqm-aws-worker
      io.projectreactor:reactor-core
      jakarta.annotation:jakarta.annotation-api
      joda-time:joda-time
      org.springframework.boot:spring-boot
      org.springframework.boot:spring-boot-autoconfigure
      org.springframework.boot:spring-boot-starter
      org.springframework.cloud:spring-cloud-function-adapter-aws
      org.springframework.cloud:spring-cloud-function-context
      org.springframework.cloud:spring-cloud-function-core
      org.springframework:spring-aop
      org.springframework:spring-beans
      org.springframework:spring-context
      org.springframework:spring-core
      org.springframework:spring-expression
      org.springframework:spring-messaging
      org.yaml:snakeyaml
      tools.jackson.core:jackson-databind
      tools.jackson.datatype:jackson-datatype-joda
      """;

  /** Written by the build in each module. */
  private static TreeSet<String> classPath(String module) throws IOException {
    var list = Path.of("..", module, "target", "runtime-class-path");
    assertThat(list)
        .as("build the modules together: mvn -pl clouds/aws/worker-spring -am")
        .exists();
    var found = new TreeSet<String>();
    ARTIFACT.matcher(Files.readString(list)).results().forEach(it -> found.add(it.group(1)));
    return found;
  }

  @Test
  void springBringsNothingElse() throws IOException {
    var added = classPath("worker-spring");
    var lean = classPath("worker");
    assertThat(added).as("it works as the lean worker does").containsAll(lean);
    added.removeAll(lean);
    assertThat(String.join("\n", added) + "\n")
        .as(
            "what the worker on Spring needs has changed: if it must, say why in"
                + " docs/dependencies.md and list it here")
        .isEqualTo(OF_SPRING);
  }

  @Test
  void everyLibraryIsAccountedFor() throws IOException {
    var page = Files.readString(Path.of("../../../docs/dependencies.md"));
    OF_SPRING
        .lines()
        .map(artifact -> artifact.substring(0, artifact.indexOf(':')))
        .filter(group -> !group.equals("io.openhqm"))
        .forEach(group -> assertThat(page).contains("`" + group + "`"));
  }
}
