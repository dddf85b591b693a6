package io.openhqm.aws.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.lambda.FunctionConfig;
import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.tck.Attempts;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.cloud.function.context.FunctionRegistration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

class TeamProcessorsTest {
  private final GenericApplicationContext context = new GenericApplicationContext();
  private final TeamProcessors team = new TeamProcessors(context);

  @AfterEach
  void close() {
    context.close();
  }

  record Order(int id) {}

  static final class Upper implements Function<String, String> {
    @Override
    public String apply(String text) {
      return text.toUpperCase(java.util.Locale.ROOT);
    }
  }

  static final class IdOf implements Function<Message<Order>, Integer> {
    @Override
    public Integer apply(Message<Order> message) {
      return message.getPayload().id();
    }
  }

  static final class Streams implements Function<Publisher<Order>, Publisher<Order>> {
    @Override
    public Publisher<Order> apply(Publisher<Order> orders) {
      return orders;
    }
  }

  static final class Own implements Processor {
    @Override
    public String name() {
      return "own";
    }

    @Override
    public Result process(Attempt attempt) {
      return Result.text("own");
    }
  }

  private static OpenHqmConfig config(String yaml) {
    return FunctionConfig.load(Map.of("OPENHQM_CONFIG_YAML", yaml), FunctionConfig.NO_SECRETS);
  }

  private Processor chosen(String yaml) {
    return team.of(config(yaml)).orElseThrow();
  }

  private static String answer(Processor processor, String payload) throws Exception {
    var result = processor.process(Attempts.of(Bytes.utf8(payload), Headers.none()));
    return ((Body.Inline) result.body()).bytes().toUtf8();
  }

  @Test
  void theOnlyFunctionNeedNotBeNamed() throws Exception {
    context.registerBean("upper", Upper.class);
    context.refresh();
    var processor = chosen("{}");
    assertThat(processor.name()).isEqualTo("upper");
    assertThat(answer(processor, "\"tea\"")).isEqualTo("TEA");
  }

  @Test
  void ofSeveralTheConfigurationNamesOne() throws Exception {
    context.registerBean("upper", Upper.class);
    context.registerBean("idOf", IdOf.class);
    context.registerBean(Own.class);
    context.refresh();
    assertThatThrownBy(() -> chosen("{}"))
        .hasMessageContaining("processor.name")
        .hasMessageContaining("idOf, own, upper");
    assertThat(answer(chosen("{processor: {name: idOf}}"), "{\"id\": 7}")).isEqualTo("7");
    assertThat(answer(chosen("{processor: {name: own}}"), "1")).isEqualTo("own");
  }

  @Test
  void aNameThatNothingHasIsRefusedWithTheNamesThereAre() {
    context.registerBean("upper", Upper.class);
    context.refresh();
    assertThatThrownBy(() -> chosen("{processor: {name: uper}}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'uper'; did you mean 'upper'?; found: upper");
  }

  @Test
  void theProxyGoesBeforeAllBeans() {
    context.registerBean("upper", Upper.class);
    context.refresh();
    assertThat(
            team.of(
                config("{proxy: {enabled: true, endpoints: {a: {url: 'http://127.0.0.1:1'}}}}")))
        .isEmpty();
  }

  @Test
  void theBuiltInEchoMayBeNamed() {
    context.registerBean("upper", Upper.class);
    context.refresh();
    assertThat(team.of(config("{processor: {name: echo}}"))).isEmpty();
  }

  @Test
  void withoutABeanTheConfigurationDecides() {
    context.refresh();
    assertThat(team.of(config("{}"))).isEmpty();
    assertThat(team.of(config("{processor: {name: elsewhere}}"))).isEmpty();
  }

  @Test
  void twoBeansOfOneNameAreRefused() {
    context.registerBean("own", Upper.class);
    context.registerBean("other", Own.class);
    context.refresh();
    assertThatThrownBy(() -> chosen("{}")).hasMessageContaining("two beans");
  }

  @Test
  void aLambdaIsToldByItsRegistration() throws Exception {
    Function<Order, List<Integer>> function = order -> List.of(order.id());
    context.registerBean(
        "ids",
        FunctionRegistration.class,
        () ->
            new FunctionRegistration<>(function, "ids")
                .type(
                    ResolvableType.forClassWithGenerics(
                            Function.class,
                            ResolvableType.forClass(Order.class),
                            ResolvableType.forClassWithGenerics(List.class, Integer.class))
                        .getType()));
    context.refresh();
    assertThat(answer(chosen("{}"), "{\"id\": 7}")).isEqualTo("[7]");
  }

  @Test
  void aLambdaIsToldByItsDefinition() throws Exception {
    Function<Order, Integer> function = Order::id;
    var definition = new RootBeanDefinition(Function.class, () -> function);
    definition.setTargetType(
        ResolvableType.forClassWithGenerics(Function.class, Order.class, Integer.class));
    context.registerBeanDefinition("id", definition);
    context.refresh();
    assertThat(answer(chosen("{}"), "{\"id\": 7}")).isEqualTo("7");
  }

  @Test
  void aLambdaWhoseTypesNobodyKnowsIsRefusedAtTheStart() {
    Function<Order, Integer> function = Order::id;
    context.registerBean("id", Function.class, () -> function);
    context.refresh();
    assertThatThrownBy(() -> chosen("{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'id' does not say what it takes");
  }

  @Test
  void aFunctionOfStreamsIsRefusedAtTheStart() {
    context.registerBean("streams", Streams.class);
    context.refresh();
    assertThatThrownBy(() -> chosen("{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'streams' takes or returns a stream");
  }

  @Test
  void theTeamsOwnMapperReads() {
    context.registerBean("idOf", IdOf.class);
    context.registerBean(
        ObjectMapper.class,
        () ->
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build());
    context.refresh();
    var processor = chosen("{}");
    assertThatThrownBy(() -> answer(processor, "{\"id\": 7, \"more\": 1}"))
        .hasMessageContaining("does not fit what the function 'idOf' takes, at '/more'");
  }
}
