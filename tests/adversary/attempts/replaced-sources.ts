import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { archive, output, running, type Attempt, type Side } from '../attempt.ts';
import { read, bind, mount, secret, run } from './mount-request.ts';

/** Replaces `file` by a link to `target`, as a user with a shell does. */
async function replaceByLink(file: string, target: string): Promise<void> {
  await rename(file, `${file}.before`);
  await symlink(target, file);
}
const own = (side: Side) => `${side.tag}.own`;
/**
 * The client's container `tag.own` with the shared directory `d`, which then becomes a link to the closed
 * one.
 */
async function createAndReplace(
  side: Side,
  config: Record<string, unknown> = read('/x/secret'),
  start = false,
): Promise<void> {
  await mkdir(path.join(side.shared, 'd'));
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${own(side)}`,
    JSON.stringify({ Image: 'busybox', ...config, HostConfig: bind(`${side.shared}/d`) }),
  );
  if (created.status !== 201) throw new Error(created.text);
  if (start) await side.send('POST', `/v1.45/containers/${own(side)}/start`);
  await replaceByLink(path.join(side.shared, 'd'), side.closed);
}
const ownWrote = async (side: Side) => (await output(side, own(side))).includes('opened');
const began = async (side: Side, action: string) => {
  const response = await side.send('POST', `/v1.45/containers/${own(side)}/${action}`);
  if (response.status === 204) await side.admin('POST', `/containers/${own(side)}/wait`);
  return response;
};
const sleeping = { Cmd: ['sleep', '600'] };

export const replacedSourceAttempts: readonly Attempt[] = [
  {
    id: 'swap-start',
    class: 'swapped',
    title: 'a directory becomes a link between create and start',
    outcome: 'refused',
    prepare: createAndReplace,
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-restart',
    class: 'swapped',
    title: 'the same with restart',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side),
    attempt: (side) => began(side, 'restart?t=0'),
    breach: ownWrote,
  },
  {
    id: 'swap-middle',
    class: 'swapped',
    title: 'a directory above the source becomes a link',
    outcome: 'refused',
    prepare: async (side) => {
      await mkdir(path.join(side.shared, 'a', path.basename(side.closed)), { recursive: true });
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({
          Image: 'busybox',
          ...read('/x/secret'),
          HostConfig: mount(path.join(side.shared, 'a', path.basename(side.closed))),
        }),
      );
      await replaceByLink(path.join(side.shared, 'a'), path.dirname(side.closed));
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-file',
    class: 'swapped',
    title: 'a file becomes a link',
    outcome: 'refused',
    prepare: async (side) => {
      await writeFile(path.join(side.shared, 'f'), 'harmless\n');
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({ Image: 'busybox', ...read('/x'), HostConfig: { Binds: [`${side.shared}/f:/x`] } }),
      );
      await replaceByLink(path.join(side.shared, 'f'), path.join(side.closed, 'secret'));
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-socket',
    class: 'swapped',
    title: "a file becomes a link to the engine's socket",
    outcome: 'refused',
    prepare: async (side) => {
      await writeFile(path.join(side.shared, 'f'), '');
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({
          Image: 'busybox',
          Cmd: ['sh', '-c', '[ -S /x ] && echo opened'],
          HostConfig: { Binds: [`${side.shared}/f:/x`] },
        }),
      );
      await replaceByLink(path.join(side.shared, 'f'), side.engineSocket);
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-volumes-from',
    class: 'swapped',
    title: 'VolumesFrom a container whose directory became a link',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side),
    attempt: (side) => running(side, { ...read('/x/secret'), HostConfig: { VolumesFrom: [own(side)] } }),
    breach: secret,
  },
  // For these the engine mounts a container's directories itself, without the runtime.
  {
    id: 'swap-cp-out',
    class: 'swapped',
    title: 'docker cp out of a created container whose directory became a link',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side),
    attempt: (side) => side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
    breach: (_side, responses) =>
      Promise.resolve(responses.at(-1)?.status === 200 && responses.at(-1)?.text.includes('opened') === true),
  },
  {
    id: 'swap-cp-out-running',
    class: 'swapped',
    title: 'the same while it runs',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side, sleeping, true),
    attempt: (side) => side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
    breach: (_side, responses) =>
      Promise.resolve(responses.at(-1)?.status === 200 && responses.at(-1)?.text.includes('opened') === true),
  },
  {
    id: 'swap-cp-stat',
    class: 'swapped',
    title: 'a look at a file by HEAD',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side),
    attempt: async (side) => [
      await side.send('HEAD', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
      await side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x`),
    ],
    breach: (_side, responses) => Promise.resolve(responses[0]?.status === 200),
  },
  {
    id: 'swap-cp-in',
    class: 'swapped',
    title: 'docker cp into it',
    outcome: 'refused',
    prepare: (side) => createAndReplace(side),
    attempt: (side) =>
      side.send(
        'PUT',
        `/v1.45/containers/${own(side)}/archive?path=/x`,
        archive({ planted: 'x' }),
        'Content-Type: application/x-tar',
      ),
    breach: (side) =>
      run('cat', [path.join(side.closed, 'planted')]).then(
        () => true,
        () => false,
      ),
  },
  {
    id: 'swap-cp-in-link',
    class: 'swapped',
    title: 'docker cp through a link inside that leads into it',
    outcome: 'refused',
    prepare: async (side) => {
      await createAndReplace(side);
    },
    attempt: (side) =>
      side.send(
        'PUT',
        `/v1.45/containers/${own(side)}/archive?path=/proc/../x&noOverwriteDirNonDir=1`,
        archive({ 'in/': '', 'in/planted': 'x' }),
        'Content-Type: application/x-tar',
      ),
    breach: (side) =>
      run('cat', [path.join(side.closed, 'in', 'planted')]).then(
        () => true,
        () => false,
      ),
  },
];
