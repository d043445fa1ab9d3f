/**
 * How long gateway and planner may take to start as services (TimeoutStartSec=), and a gateway to load that
 * replaces another one, ms.
 */
export const serviceStartMs = 300_000;

/** How long a gateway that replaces another one may take from then on until it serves, ms: clients wait. */
export const successorServeMs = 60_000;
