/** The engine's own units, as Debian's docker.io and docker-ce name them. */
export const engineUnits = { service: 'docker.service', socket: 'docker.socket' } as const;

/** Our units. */
export const ownUnits = {
  gatewaySocket: 'bulkhead-gateway.socket',
  gateway: 'bulkhead-gateway.service',
  planner: 'bulkhead-planner.service',
  lxcfs: 'bulkhead-lxcfs.service',
  recover: 'bulkhead-recover.service',
} as const;
