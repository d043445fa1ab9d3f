import type { VolumeFacts } from '../engine-api/engine-facts.ts';
import type { NetworkFacts } from '../engine-api/network-facts.ts';
import type { FakeContainer } from './fake-objects.ts';
import { record } from './json-values.ts';

/** A created container in a list. */
export const containerListEntry = ({ id, name, body }: FakeContainer) => ({
  Id: id,
  Names: [`/${name}`],
  Image: body['Image'],
  ImageID: '',
  Labels: body['Labels'] ?? {},
  State: 'created',
  Status: 'Created',
  Created: 0,
  Ports: [],
  Mounts: [],
  HostConfig: {},
  NetworkSettings: { Networks: {} },
});
/** A created container's inspect. */
export const containerInspect = ({ id, name, body }: FakeContainer) => ({
  Id: id,
  Name: `/${name}`,
  Image: '',
  Created: '2000-01-01T00:00:00Z',
  State: { Status: 'created', Running: false, Pid: 0 },
  Config: body,
  HostConfig: body['HostConfig'] ?? {},
  Mounts: [],
  NetworkSettings: { Networks: record(record(body['NetworkingConfig'])['EndpointsConfig']) },
});
export const networkResponse = ({ id, name, driver, labels }: NetworkFacts) => ({
  Id: id,
  Name: name,
  Driver: driver,
  Labels: labels,
  Scope: 'local',
  Created: '2000-01-01T00:00:00Z',
  IPAM: { Config: [] },
  Containers: {},
  Options: {},
});
export const volumeResponse = ({ name, driver, options, labels }: VolumeFacts) => ({
  Name: name,
  Driver: driver,
  Options: options,
  Labels: labels,
  Mountpoint: '',
  Scope: 'local',
  CreatedAt: '2000-01-01T00:00:00Z',
});
/** An image that is not on the real engine. */
export const absentImage = (name: string) => ({
  Id: `sha256:${'0'.repeat(64)}`,
  RepoTags: [name],
  RepoDigests: [],
  Config: {},
  Os: 'linux',
  Architecture: 'amd64',
  RootFS: { Type: 'layers', Layers: [] },
});
