package io.openhqm.submit;

import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Instant;

/**
 * The atomic intake of one engine, for payloads that are too big for it: they are left with the
 * blob store first.
 */
public final class ClaimCheckedIntake implements Intake {
  private final Intake intake;
  private final JobStore store;
  private final ClaimCheck claimCheck;
  private final Telemetry telemetry;

  /** Closes nothing of what it is given; {@code store} is the one that {@code intake} writes to. */
  public ClaimCheckedIntake(
      Intake intake, JobStore store, ClaimCheck claimCheck, Telemetry telemetry) {
    this.intake = intake;
    this.store = store;
    this.claimCheck = claimCheck;
    this.telemetry = telemetry;
  }

  @Override
  public Creation accept(Job job, Message message, Instant notBefore) {
    var light = claimCheck.leavePayload(message);
    try {
      var found = intake.accept(job, light, notBefore);
      if (found instanceof Creation.Exists exists && !exists.job().id().equals(job.id())) {
        claimCheck.drop(light.payload());
      }
      return found;
    } catch (UnavailableException down) {
      dropIfRefused(light);
      throw down;
    }
  }

  /** Whether the write happened is not known: the payload goes only if the job is not there. */
  private void dropIfRefused(Message light) {
    try {
      if (store.find(light.id()).isEmpty()) {
        claimCheck.drop(light.payload());
      }
    } catch (UnavailableException stillDown) {
      telemetry.trouble(
          "the payload of a submission that was refused may be left over in the blob store",
          stillDown);
    }
  }
}
