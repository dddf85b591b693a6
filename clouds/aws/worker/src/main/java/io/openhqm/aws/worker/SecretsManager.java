package io.openhqm.aws.worker;

import static java.util.Objects.requireNonNull;

import io.openhqm.aws.lambda.ConfigurationException;
import io.openhqm.aws.lambda.SecretSource;
import io.openhqm.core.api.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** Reads a secret of AWS Secrets Manager, which is a JSON object of texts. */
final class SecretsManager implements SecretSource {
  private final Supplier<SecretsManagerClient> clients;

  /** Over clients of the function's own region and credentials. */
  SecretsManager() {
    this(
        () ->
            SecretsManagerClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build());
  }

  /**
   * @param clients makes one, which is closed after the reading
   */
  SecretsManager(Supplier<SecretsManagerClient> clients) {
    this.clients = clients;
  }

  @Override
  public Map<String, String> read(String arn) {
    try (var client = clients.get()) {
      String text = client.getSecretValue(request -> request.secretId(arn)).secretString();
      if (text == null) {
        throw fault(arn, "is binary");
      }
      return texts(arn, text);
    } catch (SdkException notRead) {
      throw fault(
          arn,
          "cannot be read ("
              + notRead.getClass().getSimpleName()
              + "); check that it is there, and that the function's role may read it"
              + " (secretsmanager:GetSecretValue, kms:Decrypt)");
    }
  }

  private static Map<String, String> texts(String arn, String text) {
    var texts = new LinkedHashMap<String, String>();
    try (var json = Json.parser(text.getBytes(StandardCharsets.UTF_8))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw fault(arn, "is no JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = requireNonNull(json.currentName());
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw fault(arn, "holds something else than texts");
        }
        texts.put(name, json.getString());
      }
    } catch (JacksonException notJson) {
      throw fault(arn, "is not JSON");
    }
    return texts;
  }

  /** Nothing of what is in it. */
  private static ConfigurationException fault(String arn, String what) {
    return new ConfigurationException(
        List.of(
            "OPENHQM_SECRETS_ARN: the secret '"
                + arn
                + "' "
                + what
                + "; it must be a JSON object such as {\"ORDERS_TOKEN\": \"…\"}"));
  }
}
