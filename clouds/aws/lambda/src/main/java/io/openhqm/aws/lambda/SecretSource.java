package io.openhqm.aws.lambda;

import java.util.Map;

/** Where the values of {@code ${NAME}} are that stand in no variable. */
@FunctionalInterface
public interface SecretSource {
  /**
   * The texts of a secret, by name.
   *
   * @param arn its ARN or name
   * @throws ConfigurationException if it cannot be had, or is not a JSON object of texts
   */
  Map<String, String> read(String arn);
}
