/** Bodies that are too big for a message or a table item, in an Amazon S3 bucket. */
@NullMarked
package io.openhqm.aws.s3;

import org.jspecify.annotations.NullMarked;
