/** What the tests of the functions share: events, a context, the platform itself. */
@NullMarked
package io.openhqm.aws.lambda.testing;

import org.jspecify.annotations.NullMarked;
