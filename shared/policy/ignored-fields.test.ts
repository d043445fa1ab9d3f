import { describe, expect, it } from 'vitest';
import { commitBody, execCreateBody, execStartBody } from './docker-bodies.ts';
import { writeJson } from './json.ts';
import { parseJson } from './json-parser.ts';
import { readBodyAs } from './request-body.ts';
import type { Shape } from './shape.ts';

/** The body that the engine gets; the rule that refuses it. */
function readAs(body: object, shape: Shape): unknown {
  const parsed = parseJson(JSON.stringify(body));
  if (!parsed.ok) throw new Error(parsed.why);
  const read = readBodyAs(parsed.value, shape);
  return read.ok ? (JSON.parse(writeJson(read.body)) as unknown) : read.denial.rule;
}

describe('A1: keys that clients send and no engine reads', () => {
  it.each<[string, Shape, object, object]>([
    ['an exec of Portainer before 2.19', execCreateBody, { id: 'web', Tty: true }, { Tty: true }],
    ['a commit of Portainer', commitBody, { id: 'web', repo: 'a:1' }, {}],
    [
      'a commit of Docker.DotNet',
      commitBody,
      { ContainerID: 'web', RepositoryName: 'a', Tag: '1', Pause: true, Config: { Cmd: ['sh'] } },
      {},
    ],
    [
      'the start of an exec by Docker.DotNet before 4',
      execStartBody,
      {
        User: 'root',
        Privileged: true,
        Tty: true,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Detach: false,
        Env: ['A=1'],
        WorkingDir: '/',
        Cmd: ['sh'],
      },
      { Tty: true, Detach: false },
    ],
    [
      'the start of an exec by bollard',
      execStartBody,
      { Detach: false, Tty: true, OutputCapacity: 8192 },
      { Detach: false, Tty: true },
    ],
  ])('%s: they are removed', (_name, shape, body, forwarded) => {
    expect(readAs(body, shape)).toEqual(forwarded);
  });
});
