/** The names of the images of verifications begin so; anyone may give an image such a name. */
export const probeImagePrefix = 'bulkhead/probe:';
