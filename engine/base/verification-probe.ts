/** Every container and every image of a verification carries this label. */
export const probeLabel = 'bulkhead.probe';

/** Where the probe stands in its image. */
export const probePath = '/bulkhead-probe';
