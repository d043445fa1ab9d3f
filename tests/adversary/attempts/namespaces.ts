import { container, creating, hostConfig, made, wrote, type Attempt } from '../attempt.ts';

/** Fields of a create body that reach past isolation, spelled as the API spells them. */
export const includes =
  (text: string) =>
  (found: unknown): boolean =>
    JSON.stringify(found ?? null).includes(text);

export const listener = (more: string) => `{"defaultAction":"SCMP_ACT_ALLOW"${more}}`;

export const namespaceAttempts: readonly Attempt[] = [
  ...creating('namespaces', [
    ...['PidMode', 'IpcMode', 'NetworkMode', 'UTSMode', 'CgroupnsMode'].map((field) => ({
      id: `ns-${field.toLowerCase()}-host`,
      title: `${field} host`,
      body: { HostConfig: { [field]: 'host' } },
      breach: hostConfig(field, 'host'),
    })),
    {
      id: 'ns-all',
      title: 'all of them together with Privileged',
      body: {
        HostConfig: {
          Privileged: true,
          PidMode: 'host',
          IpcMode: 'host',
          NetworkMode: 'host',
          UTSMode: 'host',
          CgroupnsMode: 'host',
        },
      },
      breach: hostConfig('PidMode', 'host'),
    },
    {
      id: 'ns-network-twice',
      title: 'the host network in NetworkMode and EndpointsConfig',
      body: { HostConfig: { NetworkMode: 'host' }, NetworkingConfig: { EndpointsConfig: { host: {} } } },
      breach: hostConfig('NetworkMode', 'host'),
    },
    {
      id: 'ns-network-exposed',
      title: 'the host network with ports and a host name',
      body: {
        Hostname: 'x',
        ExposedPorts: { '80/tcp': {} },
        HostConfig: { NetworkMode: 'host', PublishAllPorts: true },
      },
      breach: hostConfig('NetworkMode', 'host'),
    },
    ...(['PidMode', 'IpcMode', 'NetworkMode'] as const)
      .flatMap((field) => [
        {
          id: `ns-${field.toLowerCase()}-victim`,
          title: `${field} of an unprotected container by name`,
          reference: (_id: string, name: string) => name,
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-id`,
          title: `${field} of an unprotected container by id`,
          reference: (id: string) => id,
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-prefix`,
          title: `${field} of an unprotected container by the start of its id`,
          reference: (id: string) => id.slice(0, 9),
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-slash`,
          title: `${field} of an unprotected container by its name with a slash`,
          reference: (_id: string, name: string) => `/${name}`,
          field,
        },
      ])
      .map(({ id, title, reference, field }): Parameters<typeof creating>[1][number] => {
        const ids = new Map<string, string>();
        return {
          id,
          title,
          prepare: async (side) => {
            ids.set(
              side.name,
              await container(side, `${side.tag}.victim`, { start: true, host: { IpcMode: 'shareable' } }),
            );
          },
          body: (side) => ({
            HostConfig: { [field]: `container:${reference(ids.get(side.name) ?? '', `${side.tag}.victim`)}` },
          }),
          breach: made,
        };
      }),
  ]),
];

export const engineRoot = wrote('4294967295');
