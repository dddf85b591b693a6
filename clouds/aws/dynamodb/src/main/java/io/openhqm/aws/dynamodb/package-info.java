/** Jobs and their results in one Amazon DynamoDB table. */
@NullMarked
package io.openhqm.aws.dynamodb;

import org.jspecify.annotations.NullMarked;
