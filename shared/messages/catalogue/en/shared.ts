export const shared = {
  'shared.engine-described-container-in-way-that-is':
    'the engine described a container in a way that is not understood',
} as const;
