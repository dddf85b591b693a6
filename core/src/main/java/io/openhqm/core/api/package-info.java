/**
 * The HTTP layer that every deployment shares: requests and answers without a server, problems,
 * preferences and links. A server or a cloud function only translates its own event to {@link
 * io.openhqm.core.api.ApiRequest} and the answer back.
 */
@NullMarked
package io.openhqm.core.api;

import org.jspecify.annotations.NullMarked;
