import type { LocalImage, RegistryResult } from './image-trust-facts.ts';

const d = (hex: string) => `sha256:${hex.repeat(64).slice(0, 64)}`;
export const [A, B, C] = [d('a'), d('b'), d('c')];
export const graph = (digests: string[], tags: string[] = ['docker:cli']): LocalImage => ({
  id: d('1'),
  tags,
  digests,
  layers: [d('7')],
  store: 'graph',
});
export const containerd = (id: string, names: string[]): LocalImage => ({
  id,
  tags: names,
  digests: names.map((name) => `${name.split(':')[0]}@${id}`),
  layers: [d('7')],
  store: 'containerd',
});
export const served = (
  digest: string,
  more: Partial<Extract<RegistryResult, { kind: 'served' }>> = {},
): RegistryResult => ({ kind: 'served', digest, children: [], ageMs: 0, lastKnown: null, ...more });
export const away: RegistryResult = { kind: 'unavailable', why: 'no connection to it (ECONNREFUSED)' };
