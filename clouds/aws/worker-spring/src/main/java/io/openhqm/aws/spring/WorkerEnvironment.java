package io.openhqm.aws.spring;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * What every application on this worker has in common: {@code FunctionInvoker} calls our function
 * and none of the team's, and nothing is drawn into the log. Found by {@code spring.factories}.
 */
public final class WorkerEnvironment implements EnvironmentPostProcessor {
  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    environment
        .getPropertySources()
        .addFirst(
            new MapPropertySource(
                "openhqm",
                Map.of(
                    "spring.cloud.function.definition",
                    OpenHqmWorker.FUNCTION,
                    "spring.main.banner-mode",
                    "off")));
  }
}
