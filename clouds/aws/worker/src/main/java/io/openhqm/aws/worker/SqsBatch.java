package io.openhqm.aws.worker;

import io.openhqm.aws.sqs.SqsDeliveries;
import io.openhqm.aws.sqs.SqsDelivery;
import io.openhqm.aws.sqs.SqsRecord;
import io.openhqm.core.Delivery;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The messages of one event, what is to be worked on of them, and which are to come again. A group
 * of a FIFO queue goes on after none that is to come again: those behind it come again too, whether
 * or not they were worked on.
 */
final class SqsBatch {
  /** A message of the event; without a delivery where it is damaged or could not be read. */
  private record Item(SqsRecord record, List<SqsDelivery> delivery, boolean failed) {}

  private final List<Item> items;

  private SqsBatch(List<Item> items) {
    this.items = items;
  }

  /**
   * Reads the messages. One that is damaged is with the dead letters when this returns; one that
   * could not be put there is to come again.
   */
  static SqsBatch of(List<SqsRecord> records, SqsDeliveries deliveries, Telemetry telemetry) {
    var items = new ArrayList<Item>(records.size());
    var stopped = new HashSet<String>();
    for (var record : records) {
      var item =
          isStopped(record, stopped)
              ? new Item(record, List.of(), true)
              : read(record, deliveries, telemetry);
      if (item.failed()) {
        record.fifoGroup().ifPresent(stopped::add);
      }
      items.add(item);
    }
    return new SqsBatch(items);
  }

  private static Item read(SqsRecord record, SqsDeliveries deliveries, Telemetry telemetry) {
    try {
      return new Item(record, deliveries.of(record).stream().toList(), false);
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("a damaged message comes again: it could not be buried", noAnswer);
    } catch (RuntimeException bug) {
      telemetry.trouble("a message comes again: it could not be read", bug);
    }
    return new Item(record, List.of(), true);
  }

  private static boolean isStopped(SqsRecord record, Set<String> stopped) {
    return record.fifoGroup().filter(stopped::contains).isPresent();
  }

  /** What is to be worked on, in the order in which it came. */
  List<Delivery> deliveries() {
    return items.stream().<Delivery>flatMap(item -> item.delivery().stream()).toList();
  }

  /** A message with what it came in. */
  interface Visitor {
    void visit(SqsDelivery delivery, SqsRecord record);
  }

  /** Tells {@code visitor} each that is to be worked on, in the order in which it came. */
  void forEach(Visitor visitor) {
    items.forEach(item -> item.delivery().forEach(one -> visitor.visit(one, item.record())));
  }

  /** The ids of those that are to come again, in the order in which they came. */
  List<String> failures() {
    var failures = new ArrayList<String>();
    var stopped = new HashSet<String>();
    for (var item : items) {
      boolean comesAgain =
          item.failed()
              || item.delivery().stream().anyMatch(SqsDelivery::isToComeAgain)
              || isStopped(item.record(), stopped);
      if (comesAgain) {
        failures.add(item.record().messageId());
        item.record().fifoGroup().ifPresent(stopped::add);
      }
    }
    return failures;
  }
}
