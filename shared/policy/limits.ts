import { deny, type Denial } from './decision.ts';
import { maxArgumentBytes, maxPathBytes, type Exceeded, type SizeLimits } from './sizes.ts';

/** What a stack of 8 MiB, the usual limit, leaves to arguments and variables: bytes of all of a kind. */
const maxArgumentsBytes = 2 * 1024 * 1024;
/** Every port of two protocols. */
const maxPorts = 2 * 65_535;

const fewer = 'ask for fewer of them';
const file = 'put the values in a file that is mounted';
const path: SizeLimits = { bytes: maxPathBytes, shorter: 'use a shorter path' };
const mounted: SizeLimits = { entries: 512, instead: 'mount a directory that contains several of them', shorter: 'use a shorter path' };
const mountPoints: SizeLimits = { ...mounted, keyBytes: maxPathBytes };
const words: SizeLimits = { entries: 65_536, bytes: maxArgumentBytes, allBytes: maxArgumentsBytes, instead: file, shorter: file };
const labels: SizeLimits = { entries: 4096, bytes: 1024 * 1024, allBytes: 1024 * 1024, instead: file };

/**
 * What a request may ask for at most: the limits of every body that is looked at, by the API's names, since a field means the same in all of
 * them. They are far above what containers have; without them one request could keep the gateway busy for minutes, for everybody. The
 * kernel's own limits are taken where it has some: what exceeds them could not run.
 */
export const bodyLimits: SizeLimits = {
  fields: {
    Image: { bytes: 4096, shorter: 'use a shorter name' },
    Env: words, Cmd: words, Entrypoint: words, Shell: words, OnBuild: words, Healthcheck: { fields: { Test: words } },
    Labels: labels, Volumes: mountPoints, ExposedPorts: { entries: maxPorts },
    HostConfig: {
      fields: {
        // Source, destination, options.
        Binds: { ...mounted, bytes: 2 * maxPathBytes + 256 },
        Mounts: { ...mounted, each: { fields: { Source: path, Target: path, VolumeOptions: { fields: { Labels: labels } } } } },
        Tmpfs: mountPoints,
        VolumesFrom: { entries: 64 },
        Links: { entries: 256, instead: 'put the containers on one network' },
        Devices: { entries: 256, bytes: maxPathBytes },
        Ulimits: { entries: 64 },
        SecurityOpt: { entries: 64, bytes: 1024 * 1024, allBytes: 1024 * 1024, instead: 'use a shorter seccomp profile', shorter: 'use a shorter seccomp profile' },
        PortBindings: { entries: maxPorts },
      },
    },
    NetworkingConfig: { fields: { EndpointsConfig: { entries: 64 } } },
  },
};

/** The refusal of what exceeds a limit. */
export function limitDenial({ kind, at, has, most, sizes }: Exceeded): Denial {
  const field = at === '' ? 'the body' : at;
  const instead = sizes.instead ?? fewer;
  switch (kind) {
    case 'entries': return deny('request-limit', `more than ${most} entries in ${field}`, { detail: instead });
    case 'allBytes': return deny('request-limit', `more than ${most} bytes in ${field}`, { detail: instead });
    case 'bytes': return deny('request-limit', `a value of ${has} bytes in ${field}`, { detail: `at most ${most} are allowed; ${sizes.shorter ?? 'use a shorter one'}` });
  }
}
