import { deny, type Denial } from './decision.ts';

type Parameters = readonly { readonly key: string; readonly value: string }[];
const builtIn = new Set(['', 'default', 'bridge', 'none', 'host']);

/** Names of networks whose driver has to be known before the build can be decided. */
export function buildNetworks(parameters: Parameters): string[] {
  return parameters.filter(({ key, value }) => key === 'networkmode' && !builtIn.has(value) && !value.includes(':')).map(({ value }) => value);
}

/**
 * Parameters of `POST /build` that reach past isolation: the engine's network (spec C), other containers'
 * networks, cgroup parents, security options. BuildKit's own gRPC road is confined by the runtime it is given.
 */
export function decideBuildParameters(parameters: Parameters, networks: ReadonlyMap<string, { readonly driver: string } | null>): Denial | null {
  for (const { key, value } of parameters) {
    switch (key) {
      case 'networkmode':
        if (value === 'host' || networks.get(value)?.driver === 'host') return deny('host-network-build', `docker build --network=${value}`, { spec: 'C' });
        if (!builtIn.has(value) && networks.get(value) === undefined) {
          return deny('host-network-build', `docker build --network=${value}`, { spec: 'C', detail: 'it is not a network of the engine\'s' });
        }
        break;
      case 'cgroupparent':
        if (value !== '' && !/^\/?[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/.test(value)) return deny('cgroup-parent', `docker build --cgroup-parent ${value}`);
        break;
      case 'securityopt':
        if (!['', 'null', '[]'].includes(value)) return deny('security-option', `docker build --security-opt ${value}`);
        break;
      case 'isolation':
        if (!['', 'default'].includes(value)) return deny('unmodelled-value', `docker build --isolation ${value}`);
        break;
      default:
    }
  }
  return null;
}
