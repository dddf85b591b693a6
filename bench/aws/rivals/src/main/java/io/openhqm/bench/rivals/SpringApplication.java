package io.openhqm.bench.rivals;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.util.List;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** The same on Spring Cloud Function, as its guide has it. One of the beans is asked for. */
@SpringBootApplication
@Lazy
public class SpringApplication {
  /** Called by the platform only where it looks for a main class. */
  public static void main(String[] args) {
    org.springframework.boot.SpringApplication.run(SpringApplication.class, args);
  }

  /** Takes a submission in. */
  @Bean
  public Function<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> submit() {
    var calls = new Calls(System.getenv()).submit();
    return event ->
        APIGatewayV2HTTPResponse.builder()
            .withStatusCode(202)
            .withBody(calls.accept(event.getBody()))
            .build();
  }

  /** Answers a poll. */
  @Bean
  public Function<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> status() {
    var calls = new Calls(System.getenv()).status();
    return event -> {
      String path = event.getRawPath();
      return APIGatewayV2HTTPResponse.builder()
          .withStatusCode(200)
          .withBody(calls.of(path.substring(path.lastIndexOf('/') + 1)))
          .build();
    };
  }

  /** Works on messages. */
  @Bean
  public Function<SQSEvent, SQSBatchResponse> worker() {
    var calls = new Calls(System.getenv()).work();
    return event -> {
      event.getRecords().forEach(message -> calls.on(message.getMessageId(), message.getBody()));
      return new SQSBatchResponse(List.of());
    };
  }
}
