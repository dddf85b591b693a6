package io.openhqm.aws.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpEventsTest {
  private final HttpEvents events = new HttpEvents("");

  private HttpEvent.Call call(String name) {
    return (HttpEvent.Call) events.read(Events.read(name));
  }

  private ApiRequest request(String name) {
    return call(name).request();
  }

  private HttpEvent read(String json) {
    return events.read(json.getBytes(UTF_8));
  }

  @Test
  void anHttpApiIsReadByteForByte() {
    var call = call("http-api");
    var request = call.request();
    assertThat(call.trigger()).isEqualTo(Trigger.HTTP_API);
    assertThat(call.base()).isEmpty();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/api/v1/submit");
    assertThat(request.query()).hasValue("tenant=acme&tenant=globex&q=a%20b");
    assertThat(request.body())
        .isEqualTo(Bytes.utf8("{\"payload\": {\"n\": 1}, \"metadata\": {\"endpoint\": \"a\"}}"));
    assertThat(request.headers().first("Content-Type")).hasValue("application/json");
    assertThat(request.headers().first("x-list")).hasValue("one,two");
    assertThat(request.headers().all("Cookie")).containsExactly("session=abc; theme=dark");
  }

  /** The names of all fields of a signed request that passed the gateway with this context. */
  private List<String> fieldsThatPassed(String context) {
    var call =
        (HttpEvent.Call)
            read(
                """
                {"version": "2.0", "rawPath": "/proxy/orders",
                 "headers": {"Authorization": "for whom?", "X-Amz-Date": "20261125T120000Z",
                  "x-amz-security-token": "t", "x-amz-content-sha256": "h", "x-api-key": "k"},
                 "requestContext": {"http": {"method": "GET"}, %s}}
                """
                    .formatted(context));
    return call.request().headers().fields().stream().map(Headers.Field::name).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"authorizer\": {\"jwt\": {\"claims\": {\"sub\": \"7d3c\"}, \"scopes\": null}}",
        "\"authorizer\": {\"claims\": {\"sub\": \"7d3c\"}, \"scopes\": null}"
      })
  void aTokenForTheGatewayGoesNoFurther(String context) {
    assertThat(fieldsThatPassed(context))
        .containsExactly("X-Amz-Date", "x-amz-security-token", "x-amz-content-sha256", "x-api-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"authorizer\": {\"iam\": {\"accessKey\": \"AKIA\", \"userArn\": \"arn\"}}",
        "\"identity\": {\"accessKey\": \"AKIA\", \"sourceIp\": \"127.0.0.1\"}"
      })
  void aSignatureForTheGatewayGoesNoFurther(String context) {
    assertThat(fieldsThatPassed(context)).containsExactly("x-api-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"stage\": \"$default\"",
        "\"authorizer\": null",
        "\"authorizer\": {\"claims\": null, \"scopes\": null}",
        "\"authorizer\": {\"lambda\": {\"who\": \"me\"}}",
        "\"identity\": {\"accessKey\": null, \"sourceIp\": \"127.0.0.1\"}"
      })
  void credentialsThatTheGatewayDidNotAskForAreForTheBackend(String context) {
    assertThat(fieldsThatPassed(context)).hasSize(5);
  }

  @Test
  void theStageOfAnHttpApiIsNoPartOfOurPathsButOfItsLinks() {
    var call = call("http-api-stage");
    assertThat(call.request().path()).isEqualTo("/api/v1/submit");
    assertThat(call.base()).isEqualTo("/prod");
  }

  @Test
  void behindAnOwnDomainTheStageOfAnHttpApiIsInNoLink() {
    var call = call("http-api-custom-domain");
    assertThat(call.request().path()).isEqualTo("/api/v1/submit");
    assertThat(call.base()).isEmpty();
  }

  @Test
  void aPathThatBeginsLikeTheStageKeepsItsBeginningWhereTheRouteTellsSo() {
    String event =
        new String(Events.read("http-api-custom-domain"), UTF_8)
            .replace("/prod/api/v1/submit", "/api/v1/submit")
            .replace("\"stage\": \"prod\"", "\"stage\": \"api\"");
    var call = (HttpEvent.Call) read(event);
    assertThat(call.request().path()).isEqualTo("/api/v1/submit");
  }

  @Test
  void whatAnHttpApiDecodedInThePathIsEncodedAgain() {
    assertThat(request("http-api-binary").path()).isEqualTo("/proxy/orders/a%20b/%C3%BC%3F%25/c");
  }

  @Test
  void aQueryKeepsParametersWithoutValueAndItsEscapes() {
    assertThat(request("http-api-binary").query()).hasValue("q=a%20b&flag");
    assertThat(request("function-url").query()).hasValue("x=%2B1&y");
  }

  @Test
  void base64BecomesBytes() {
    assertThat(request("http-api-binary").body())
        .isEqualTo(Bytes.wrap(new byte[] {0, -1, 10, 13, -128}));
  }

  @Test
  void aFunctionUrlIsReadByteForByte() {
    var call = call("function-url");
    assertThat(call.trigger()).isEqualTo(Trigger.FUNCTION_URL);
    assertThat(call.request().method()).isEqualTo("GET");
    assertThat(call.request().path()).isEqualTo("/proxy/orders/a%2Fb%20c");
    assertThat(call.request().body().isEmpty()).isTrue();
    assertThat(call.base()).isEmpty();
  }

  @Test
  void aRestApiGivesRepeatedFieldsAndADecodedQuery() {
    var call = call("rest-api");
    assertThat(call.trigger()).isEqualTo(Trigger.REST_API);
    assertThat(call.request().path()).isEqualTo("/api/v1/submit");
    assertThat(call.base()).isEqualTo("/prod");
    assertThat(call.request().query()).hasValue("q=a%20b%26c&q=%C3%BC&flag=&plus=1%2B1%3D2");
    assertThat(call.request().headers().all("X-Tag")).containsExactly("one", "two");
  }

  @Test
  void theBasePathOfARestApiIsNoPartOfOurPathsButOfItsLinks() {
    var call = call("rest-api-base-path");
    assertThat(call.request().path())
        .isEqualTo("/api/v1/status/01a20e20-95d3-7000-9697-0f8ee997fe49");
    assertThat(call.base()).isEqualTo("/hqm");
  }

  @Test
  void aRestApiThatTakesEverythingHasItsStageInLinks() {
    var call = call("rest-api-proxy");
    assertThat(call.request().path()).isEqualTo("/proxy/orders/a%2Fb");
    assertThat(call.base()).isEqualTo("/prod");
  }

  @Test
  void anHttpApiOfTheOldFormatHasItsStageInThePath() {
    var call = call("http-api-format-1");
    assertThat(call.request().path()).isEqualTo("/api/v1/submit");
    assertThat(call.base()).isEqualTo("/prod");
  }

  @Test
  void aLoadBalancerGivesPathAndQueryAsTheyWere() {
    var call = call("load-balancer");
    assertThat(call.trigger()).isEqualTo(Trigger.LOAD_BALANCER);
    assertThat(call.request().path()).isEqualTo("/proxy/orders/a%2Fb");
    assertThat(call.request().query()).hasValue("q=a%20b&tenant=globex");
    assertThat(call.request().body()).isEqualTo(Bytes.utf8("grüße 😀"));
  }

  @Test
  void aLoadBalancerWithMultiValueHeadersLosesNothing() {
    var call = call("load-balancer-multi-value");
    assertThat(call.trigger()).isEqualTo(Trigger.LOAD_BALANCER_MULTI);
    assertThat(call.request().query()).hasValue("q=a%20b&tenant=acme&tenant=globex");
    assertThat(call.request().headers().all("x-tag")).containsExactly("one", "two");
  }

  @Test
  void thePathOfThePublicUrlMayStandBeforeOurs() {
    var event =
        new String(Events.read("rest-api-proxy"), UTF_8)
            .replace("\"path\": \"/proxy/", "\"path\": \"/hqm/proxy/");
    var call = (HttpEvent.Call) new HttpEvents("/hqm").read(event.getBytes(UTF_8));
    assertThat(call.request().path()).isEqualTo("/proxy/orders/a%2Fb");
  }

  @Test
  void aBaseThatALinkWouldTakeForAHostIsNone() {
    var event =
        new String(Events.read("rest-api-proxy"), UTF_8)
            .replace("\"path\": \"/prod/proxy/", "\"path\": \"//evil.example/proxy/");
    assertThat(((HttpEvent.Call) read(event)).base()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"warmup\": true}", "{\"source\": \"serverless-plugin-warmup\"}"})
  void whatOnlyKeepsTheFunctionWarmIsNoRequest(String event) {
    assertThat(read(event)).isInstanceOf(HttpEvent.Ping.class);
  }

  @Test
  void aScheduleOnlyKeepsTheFunctionWarm() {
    assertThat(events.read(Events.read("event-bridge-schedule")))
        .isInstanceOf(HttpEvent.Ping.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{\"a\":1}",
        "{\"httpMethod\":5}",
        "{\"httpMethod\":\"G T\",\"path\":\"/\"}",
        "{\"version\":\"2.0\",\"headers\":[]}",
        "{\"version\":\"2.0\",\"headers\":{\"a\":{}},\"requestContext\":{\"http\":{\"method\":\"GET\"}}}",
        "{\"version\":\"2.0\",\"headers\":{\"a b\":\"1\"},\"requestContext\":{\"http\":{\"method\":\"GET\"}}}",
        "{\"version\":\"2.0\",\"headers\":{\"a\":\"1\\u0000\"},\"requestContext\":{\"http\":{\"method\":\"GET\"}}}",
        "{\"version\":\"2.0\",\"requestContext\":{\"http\":{\"method\":\"GET\"}},\"body\":\"?\",\"isBase64Encoded\":true}",
        "{\"version\":\"2.0\",\"requestContext\":{\"http\":{\"method\":\"GET\"}},\"body\":\"\\ud800\"}",
        "{\"version\":\"2.0\",\"requestContext\":{\"http\":{\"method\":\"GET\"}}} {}",
      })
  void anEventThatIsNoRequestIsRefusedWithAReason(String event) {
    var refused = (HttpEvent.Refused) read(event);
    assertThat(refused.problem().kind()).isEqualTo(Problem.Kind.BAD_REQUEST);
    assertThat(refused.problem().detail()).isNotBlank();
  }

  @Test
  void aBodyThatTheGatewayDamagedIsRefused() {
    String event =
        """
        {"version":"2.0","rawPath":"/proxy/a","headers":{"content-length":"1"},
        "requestContext":{"http":{"method":"POST"}},"body":"\\ufffd"}
        """;
    assertThat(((HttpEvent.Refused) read(event)).problem().detail())
        .contains("application/octet-stream");
  }

  @Test
  void aBodyThatHoldsTheReplacementCharacterItselfIsTaken() {
    String event =
        """
        {"version":"2.0","rawPath":"/proxy/a","headers":{"content-length":"3"},
        "requestContext":{"http":{"method":"POST"}},"body":"\\ufffd"}
        """;
    assertThat(((HttpEvent.Call) read(event)).request().body()).isEqualTo(Bytes.utf8("\ufffd"));
  }
}
