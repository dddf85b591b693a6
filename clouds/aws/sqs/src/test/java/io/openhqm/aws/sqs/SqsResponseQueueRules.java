package io.openhqm.aws.sqs;

import io.openhqm.core.Engine;
import io.openhqm.tck.ResponseQueueContract;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/** The contract of announcements on SQS. */
abstract class SqsResponseQueueRules extends ResponseQueueContract {
  private static final int HELD_SECONDS = 60;

  private final SqsPeer peer = SqsPeer.start();
  private final SqsEngine.Queues queues;

  SqsResponseQueueRules(boolean fifo) {
    queues = peer.newQueues(fifo);
  }

  @AfterEach
  void stopPeer() {
    peer.close();
  }

  @Override
  protected Engine open() {
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
  protected List<String> taken(Engine from) {
    var other = new SqsCalls(peer.admin(), SqsPeer.PATIENT);
    var queue = queues.responses().orElseThrow();
    var bodies = new ArrayList<String>();
    for (var some = other.receive(queue, 10, HELD_SECONDS, 0);
        !some.isEmpty();
        some = other.receive(queue, 10, HELD_SECONDS, 0)) {
      some.forEach(record -> bodies.add(record.body()));
      other.deleteAll(queue, some.stream().map(SqsRecord::receiptHandle).toList());
    }
    return bodies;
  }
}
