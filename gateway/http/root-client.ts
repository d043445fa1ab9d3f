import type { GatewayRequest } from './exchange.ts';

/** Whether root of the machine sent a request on the engine's own socket, not on a container's. */
export const isRootClient = ({ origin, peer }: Pick<GatewayRequest, 'origin' | 'peer'>): boolean =>
  origin.kind === 'clients' && peer()?.uid === 0;
