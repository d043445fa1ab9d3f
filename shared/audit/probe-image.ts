/** How the names of probes' images begin. Anyone may give an image such a name, so it proves nothing. */
export const probeImagePrefix = 'bulkhead/probe:';
