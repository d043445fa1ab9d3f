/** Every container and every image of a verification carries this label. */
export const probeLabel = 'bulkhead.probe';

/** The path of the probe in its image. */
export const probePath = '/bulkhead-probe';
