package io.openhqm.aws.sqs;

import io.openhqm.core.Engine;
import io.openhqm.tck.RequestQueueContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The contract on SQS, which lives by a clock of its own and counts in seconds. */
@Execution(ExecutionMode.CONCURRENT)
abstract class SqsRequestQueueRules extends RequestQueueContract {
  private final SqsPeer peer = SqsPeer.start();
  private final boolean fifo;
  private SqsEngine.Queues queues;

  SqsRequestQueueRules(boolean fifo) {
    this.fifo = fifo;
  }

  @AfterEach
  void stopPeer() {
    peer.close();
  }

  @Override
  protected Engine open() {
    queues = peer.newQueues(fifo);
    return peer.open(queues);
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(peer.open(queues));
  }

  @Override
  protected InstantSource time() {
    return peer.clock();
  }

  @Override
  protected void passTime(Duration duration) throws InterruptedException {
    peer.passTime(duration);
  }

  /** Where it has to be waited for, longer than a receiver waits twice; else long, to be safe. */
  @Override
  protected Duration tick() {
    return peer.isRealTime() ? Duration.ofSeconds(4) : Duration.ofMinutes(1);
  }

  /** Fewer than in memory: each step is a call or two. */
  @Override
  protected int seeds() {
    return 5;
  }

  @Override
  protected Duration patience() {
    return peer.isRealTime() ? Duration.ofSeconds(1) : Duration.ZERO;
  }

  @Override
  protected boolean recognizesRepeatedIds() {
    return false;
  }

  /** Order is kept within a group, and what has no session is a group of its own. */
  @Override
  protected boolean ordersBeyondSessions() {
    return false;
  }

  /** CloudWatch does. */
  @Override
  protected boolean tellsOldest() {
    return false;
  }

  @Override
  protected Optional<ForeignSender> foreignSender() {
    return Optional.of(this::sendForeign);
  }

  private void sendForeign(byte[] body) {
    var base64 = MessageAttributeValue.builder().dataType("String").stringValue("base64").build();
    peer.admin()
        .sendMessage(
            message -> {
              message
                  .queueUrl(queues.requests().url())
                  .messageBody(Base64.getEncoder().encodeToString(body))
                  .messageAttributes(Map.of("openhqm-encoding", base64));
              if (fifo) {
                message.messageGroupId("other").messageDeduplicationId("1");
              }
            });
  }
}
