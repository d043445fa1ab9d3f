export const shared = {
  'shared.container-response-unknown': 'the engine described a container in a way that is not understood',
  'shared.engine-switched': 'another engine was opened meanwhile',
} as const;
