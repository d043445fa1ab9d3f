import {
  at,
  container,
  inspect,
  list,
  type AttackResponse,
  type Breach,
  type Outcome,
  type Side,
} from '../attempt.ts';

/** Shared by the attempts with Docker sockets in containers: containers, requests, checks. */
export const tar = 'Content-Type: application/x-tar';
export const own = (side: Side) => `${side.tag}.own`;
export const wide = (side: Side) => `${side.tag}.wide`;
export const target = (side: Side) => `${side.tag}.target`;
export const socketBind = (side: Side) => ({ Binds: [`${side.door}:/var/run/docker.sock`] });

/** The client creates a container with the Docker socket; from an image that may have it. */
export async function holder(side: Side, name: string, image = 'busybox'): Promise<void> {
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${name}`,
    JSON.stringify({ Image: image, Cmd: ['sleep', '600'], HostConfig: socketBind(side) }),
  );
  if (created.status !== 201) throw new Error(`could not prepare ${name}: ${created.text}`);
}
/** The machine's path of a container's socket. */
export async function socketOf(side: Side, name: string): Promise<string> {
  const socketMount = list(at(await inspect(side, name), 'Mounts')).find(
    (mount) => at(mount, 'Destination') === '/var/run/docker.sock',
  );
  return String(at(socketMount, 'Source'));
}
export const both = async (side: Side) => {
  await holder(side, own(side));
  await holder(side, wide(side), 'wide');
};
export const withTarget = async (side: Side) => {
  await holder(side, own(side));
  await container(side, target(side), { runtime: side.runtime, start: true });
};
/** Sends a request through the socket of `tag.own`. */
export const request = async (
  side: Side,
  method: string,
  to: string,
  body?: string | Buffer,
  headers?: string,
) => side.sendAt(await socketOf(side, own(side)), method, to, body, headers);
export const execed: Breach = async (side) =>
  list(at(await inspect(side, target(side)), 'ExecIDs')).length > 0;
export const create = (side: Side, body: Record<string, unknown>) =>
  side.send(
    'POST',
    `/v1.45/containers/create?name=${side.tag}`,
    JSON.stringify({ Image: 'busybox', ...body }),
  );
export const upgradedTo101 = (responses: readonly AttackResponse[]) =>
  /^HTTP\/1\.1 101 /.test(responses.at(-1)?.text ?? '');

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly prepare?: (side: Side) => Promise<unknown>;
  readonly attempt: (side: Side) => Promise<AttackResponse | readonly AttackResponse[]>;
  readonly breach: Breach;
  readonly outcome?: Outcome;
}
