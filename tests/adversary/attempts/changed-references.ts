import { createHash } from 'node:crypto';
import { archive, at, container, inspect, list, type Attempt, type Side } from '../attempt.ts';
import { victim, enter, tar } from './unprotected-containers.ts';

const decoy = (side: Side) => `${side.tag}.decoy`;
const rename = (side: Side, from: string, to: string) =>
  side.send('POST', `/v1.45/containers/${from}/rename?name=${to}`);
const both = async (side: Side) => {
  await container(side, victim(side), { start: true, host: { IpcMode: 'shareable' } });
  await container(side, decoy(side), { start: true, runtime: side.runtime, host: { IpcMode: 'shareable' } });
};
const exchange = async (side: Side) => {
  await rename(side, decoy(side), `${side.tag}.away`);
  await rename(side, victim(side), decoy(side));
};
const looksLikeId = (side: Side) => createHash('sha256').update(`${side.tag} ${side.name}`).digest('hex');
const named = (side: Side) => async () => {
  const id = list((await side.admin('GET', '/containers/json?all=1')).json).find((one) =>
    list(at(one, 'Names')).includes(`/${looksLikeId(side)}`),
  );
  if (id === undefined) return false;
  // Its name is not one the harness would clean up.
  await side.admin('DELETE', `/containers/${String(at(id, 'Id'))}?force=1`);
  return true;
};

const form = 'application/x-www-form-urlencoded';
const formTypes: readonly (readonly [string, string, string])[] = [
  ['plain', 'a form body', form],
  ['charset', 'a form body with a charset', `${form}; charset=utf-8`],
  ['case', 'a form body in another case', 'Application/X-WWW-Form-URLencoded'],
  ['blank', 'a form body with blanks around its type', ` \t${form}\t ;;`],
  // Go lower-cases media types by Unicode: U+0130 becomes i.
  [
    'dotted-i',
    'a form body whose type is spelled with İ (U+0130)',
    'appl\u0130cat\u0130on/x-www-form-urlencoded',
  ],
];

export const referenceAttempts: readonly Attempt[] = [
  {
    id: 'exec-renamed',
    class: 'references',
    title: 'exec in a name that a protected container had',
    outcome: 'refused',
    prepare: both,
    attempt: async (side) => {
      await enter(side, decoy(side));
      await exchange(side);
      return enter(side, decoy(side));
    },
    breach: async (side) => list(at(await inspect(side, decoy(side)), 'ExecIDs')).length > 0,
  },
  {
    id: 'copy-renamed',
    class: 'references',
    title: 'docker cp into a name that a protected container had',
    outcome: 'refused',
    prepare: both,
    attempt: async (side) => {
      await exchange(side);
      return side.send(
        'PUT',
        `/v1.45/containers/${decoy(side)}/archive?path=/tmp`,
        archive({ planted: 'x' }),
        tar,
      );
    },
    breach: async (side) =>
      (await side.admin('GET', `/containers/${decoy(side)}/archive?path=/tmp/planted`)).status === 200,
  },
  {
    id: 'name-like-id',
    class: 'references',
    title: 'a container named like an id',
    outcome: 'refused',
    attempt: (side) =>
      side.send('POST', `/v1.45/containers/create?name=${looksLikeId(side)}`, '{"Image":"busybox"}'),
    breach: (side) => named(side)(),
  },
  {
    id: 'name-like-id-slash',
    class: 'references',
    title: 'the same with a slash',
    outcome: 'refused',
    attempt: (side) =>
      side.send('POST', `/v1.45/containers/create?name=/${looksLikeId(side)}`, '{"Image":"busybox"}'),
    breach: (side) => named(side)(),
  },
  {
    id: 'rename-like-id',
    class: 'references',
    title: 'a container renamed to an id',
    outcome: 'refused',
    prepare: (side) => container(side, `${side.tag}.own`, { runtime: side.runtime }),
    attempt: (side) => rename(side, `${side.tag}.own`, looksLikeId(side)),
    breach: (side) => named(side)(),
  },
  ...formTypes.map(([id, title, type]): Attempt => ({
    id: `rename-form-${id}`,
    class: 'references',
    title: `renamed to an id by ${title}`,
    outcome: 'refused',
    prepare: (side) => container(side, `${side.tag}.own`, { runtime: side.runtime }),
    attempt: (side) => {
      const body = `name=${looksLikeId(side)}`;
      return side.sendRaw(
        Buffer.from(
          `POST /v1.45/containers/${side.tag}.own/rename?name=${side.tag}.other HTTP/1.1\r\nHost: d\r\n` +
            `Connection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          'utf8',
        ),
      );
    },
    breach: (side) => named(side)(),
  })),
];
