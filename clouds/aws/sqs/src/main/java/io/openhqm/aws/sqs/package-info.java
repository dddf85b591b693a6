/** Requests wait on Amazon SQS, standard or FIFO; dead letters and announcements too. */
@NullMarked
package io.openhqm.aws.sqs;

import org.jspecify.annotations.NullMarked;
