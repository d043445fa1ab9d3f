import type { BindSourceFacts } from './bind-source.ts';
import { decideCreateContainer, readCreateBody, type CreateDecision } from './create-container.ts';
import { refusalText } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { writeJson } from './json.ts';
import type { CreateFacts } from './references.ts';

export const source = (requested: string, more: Partial<BindSourceFacts> = {}): BindSourceFacts => ({
  requested,
  real: requested,
  exists: true,
  isEngineSocket: false,
  isDockerSocket: false,
  socketMount: null,
  containsEngineSocket: false,
  insideEngineDirectory: false,
  containsEngineDirectory: false,
  share: null,
  isDefaultDevice: false,
  ...more,
});
export const facts: CreateFacts = {
  socket: null,
  containers: new Map([
    ['good', { id: 'f'.repeat(64), protected: true, mounts: [] }],
    ['old', { id: 'e'.repeat(64), protected: false, mounts: [] }],
    [
      'holder',
      {
        id: 'd'.repeat(64),
        protected: true,
        mounts: [{ type: 'bind', name: '', source: '/run/docker.sock', destination: '/s', readOnly: false }],
      },
    ],
    ['gone', null],
  ]),
  volumes: new Map([
    ['v1', { driver: 'local', options: new Map() }],
    [
      'trap',
      {
        driver: 'local',
        options: new Map([
          ['o', 'bind'],
          ['device', '/etc'],
        ]),
      },
    ],
    ['new', null],
  ]),
  networks: new Map([
    ['own', { driver: 'bridge' }],
    ['alias', { driver: 'host' }],
  ]),
  binds: new Map([
    ['/shared/a', source('/shared/a', { share: '/shared' })],
    ['/etc', source('/etc')],
    ['/hidden/link', source('/hidden/link', { real: '/etc', isHidden: true })],
    ['/hidden/allowed', source('/hidden/allowed', { real: '/shared/a', share: '/shared', isHidden: true })],
    [
      '/hidden/engine',
      source('/hidden/engine', { real: '/engine', insideEngineDirectory: true, isHidden: true }),
    ],
    ['/hidden/file/x', source('/hidden/file/x', { real: null, isHidden: true, problem: 'ENOTDIR' })],
    ['/shared/link', source('/shared/link', { real: '/shared/a', share: '/shared' })],
    ['/shared/colon', source('/shared/colon', { real: '/shared/a:/b', share: '/shared' })],
    ['/run/docker.sock', source('/run/docker.sock', { isEngineSocket: true, isDockerSocket: true })],
    ['/var', source('/var', { containsEngineSocket: true, share: '/' })],
    ['/dev/null', source('/dev/null', { isDefaultDevice: true })],
    ['/dev/tty', source('/dev/tty')],
    ['/data', source('/data', { insideEngineDirectory: true, share: '/' })],
    ['/', source('/', { containsEngineDirectory: true, share: '/' })],
    ['/odd', source('/odd', { real: null, problem: 'it leads through /proc' })],
  ]),
};
/** `name`: that of the new container. */
export function decide(
  body: unknown,
  runtime = 'bulkhead',
  name?: string,
): CreateDecision & { text: string; written: Record<string, unknown> } {
  const parsed = parseJson(JSON.stringify(body));
  if (!parsed.ok) throw new Error(parsed.why);
  const read = readCreateBody(parsed.value);
  if (!read.ok) return { decision: read.denial, body: null, text: refusalText(read.denial), written: {} };
  const result = decideCreateContainer(read.body, { ...facts, name }, { runtime });
  return {
    ...result,
    text: result.decision.outcome === 'deny' ? refusalText(result.decision) : '',
    written: result.body === null ? {} : (JSON.parse(writeJson(result.body)) as Record<string, unknown>),
  };
}
export const host = (hostConfig: unknown, more: object = {}) =>
  decide({ Image: 'busybox', ...more, HostConfig: hostConfig });
