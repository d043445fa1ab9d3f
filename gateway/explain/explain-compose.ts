import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExplainedRequest, Explanation } from '../../shared/explain/explanation.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { withEntitlements } from './entitlement-findings.ts';
import { fakeEngine } from './fake-engine.ts';
import { firstLine, runClient, type ClientOutput } from './run-client.ts';
import { message } from '../../shared/messages/message.ts';
import { drySession, type DryRunContext, type DrySession } from './session.ts';

export interface ComposeOptions extends DryRunContext {
  readonly text: string;
  /** Directory that relative paths and `.env` belong to. */
  readonly projectDirectory: string;
  /** The user's variables, for interpolation; the window has none. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Explains a compose file: the real `docker compose create` processes all of it, against a fake engine, and
 * every request it makes is decided by the gateway's own code. Builds are decided by their section of the
 * file, through the classic builder's request. Dockerfiles are not read, nothing is pulled. Errors:
 * `input.unusable` where Compose does not accept the file, `engine.not-installed`.
 */
export async function explainCompose(options: ComposeOptions): Promise<Result<Explanation, AppError>> {
  const { settings } = options;
  const runtime = runtimeNameOf(chosenBackend(settings.backend));
  return drySession(options, fakeEngine(runtime), async (session) => {
    const client = dockerClient(options, session);
    const compose = composeClient(options, client);
    const config = await readConfig(compose);
    if (!config.ok) return config;
    const { services } = config.value;
    const created = await compose('create', '--no-build', '--pull', 'never');
    if (!created.ok) return created;
    if (session.requests.length === 0 && created.value.code !== 0) return fileRefused(created.value);
    const builds = await runBuilds(client, session, services);
    if (!builds.ok) return builds;
    const entitlementsOf = (service: string): readonly string[] =>
      services.find(({ name }) => name === service)?.build?.entitlements ?? [];
    const explained = session.requests.map((request, at): ExplainedRequest => {
      const service = builds.value.get(at);
      return service === undefined
        ? request
        : withEntitlements(
            { ...request, kind: 'build', service },
            settings.eci.value ? entitlementsOf(service) : [],
            settings.mode === 'audit' ? 'would-deny' : 'deny',
          );
    });
    return ok({
      clientOutput: warningsOf(`${config.value.stderr}\n${created.value.stderr}`),
      leftOut: services.flatMap(({ leftOut }) => leftOut),
      requests: inServiceOrder(
        deduplicate(explained),
        services.map(({ name }) => name),
      ),
      notes: [
        'compose-environment' as const,
        ...(builds.value.size > 0 ? ['compose-build' as const] : []),
        ...(created.value.code === 0 ? [] : ['compose-stopped' as const]),
      ],
    });
  });
}

type Client = (args: readonly string[], input?: string) => Promise<Result<ClientOutput, AppError>>;
type Compose = (...args: string[]) => Promise<Result<ClientOutput, AppError>>;

const dockerClient =
  (options: ComposeOptions, { directory, socket }: DrySession): Client =>
  (args, input) =>
    runClient({
      args,
      directory,
      socket,
      workingDirectory: options.projectDirectory,
      environment: options.environment ?? {},
      plugins: true,
      signal: options.signal,
      ...(input === undefined ? {} : { input }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });

const composeClient =
  (options: ComposeOptions, client: Client): Compose =>
  (...args) =>
    client(
      [
        'compose',
        ...['--ansi', 'never'],
        ...['--progress', 'quiet'],
        ...['--profile', '*'],
        ...['--project-name', projectName],
        ...['--project-directory', options.projectDirectory],
        ...['-f', '-'],
        ...args,
      ],
      options.text,
    );

const fileRefused = ({ stderr }: ClientOutput): Result<never, AppError> =>
  fail('input.unusable', message('gateway.compose-file-rejected'), { reason: errorOf(stderr) });

/** The services as Compose reads the file. */
async function readConfig(
  compose: Compose,
): Promise<Result<{ readonly services: readonly Service[]; readonly stderr: string }, AppError>> {
  const read = await compose('config', '--format', 'json');
  if (!read.ok) return read;
  const { code, stdout, stderr } = read.value;
  if (/is not a docker command|unknown (?:shorthand )?flag/.test(stderr) && code !== 0)
    return fail('engine.not-installed', message('gateway.compose-not-installed'), {
      reason: firstLine(stderr),
      hint: message('gateway.install-compose'),
    });
  if (code !== 0) return fileRefused(read.value);
  const config = configOf(stdout);
  const runs = programRunByCompose(config);
  if (runs !== null)
    return fail('input.unusable', message('gateway.compose-would-run', { runs }), {
      hint: message('gateway.explain-runs-nothing'),
    });
  return ok({ services: servicesOf(config), stderr });
}

/** Has an empty Dockerfile built for each service with a build. Names of services by request index. */
async function runBuilds(
  client: Client,
  { directory, requests }: DrySession,
  services: readonly Service[],
): Promise<Result<ReadonlyMap<number, string>, AppError>> {
  const builds = new Map<number, string>();
  const context = path.join(directory, 'context');
  await mkdir(context);
  await writeFile(path.join(context, 'Dockerfile'), 'FROM scratch\n');
  for (const { name, build } of services) {
    if (build === null) continue;
    builds.set(requests.length, name);
    const network = build.network === null ? [] : [`--network=${build.network}`];
    const built = await client(['build', ...network, context]);
    if (!built.ok) return built;
  }
  return ok(builds);
}

/** Prefix of container names; it influences no decision. */
const projectName = 'simulated';

interface Build {
  readonly network: string | null;
  readonly entitlements: readonly string[];
}
interface Service {
  readonly name: string;
  readonly build: Build | null;
  readonly leftOut: readonly string[];
}

/**
 * Keys that appear in no request: of a build, BuildKit handles them; of a service, they apply when it runs.
 */
const buildKeysNotSent = ['secrets', 'ssh', 'additional_contexts', 'cache_from', 'cache_to', 'platforms'];
const serviceKeysNotSent = ['post_start', 'pre_stop', 'develop'];

function configOf(output: string): Record<string, unknown> {
  try {
    return record(JSON.parse(output));
  } catch {
    return {};
  }
}

/**
 * A service with a provider, or models: newer versions of Compose run programs of this machine for these,
 * already to create.
 */
export function programRunByCompose(config: Record<string, unknown>): string | null {
  const provided = Object.entries(record(config['services'])).find(
    ([, service]) => record(service)['provider'] !== undefined,
  );
  if (provided !== undefined) return `the provider of ${provided[0]}`;
  return Object.keys(record(config['models'])).length > 0 ? 'models' : null;
}

/** The services of Compose's parsed file: their builds, and the keys that appear in no request. */
function servicesOf(config: Record<string, unknown>): readonly Service[] {
  return Object.entries(record(config['services'])).map(([name, value]) => {
    const service = record(value);
    const build =
      service['build'] === undefined || service['build'] === null ? null : record(service['build']);
    const network = build?.['network'];
    return {
      name,
      build:
        build === null
          ? null
          : {
              network: typeof network === 'string' && network !== '' ? network : null,
              entitlements: [
                ...(build['privileged'] === true ? ['security.insecure'] : []),
                ...(Array.isArray(build['entitlements']) ? build['entitlements'].map(String) : []),
              ],
            },
      leftOut: [
        ...serviceKeysNotSent.filter((key) => key in service).map((key) => `${name}.${key}`),
        ...buildKeysNotSent
          .filter((key) => build !== null && key in build)
          .map((key) => `${name}.build.${key}`),
      ],
    };
  });
}

/** Replicas of a service make the same requests, except for their names. */
function deduplicate(requests: readonly ExplainedRequest[]): ExplainedRequest[] {
  const key = ({ kind, service, name, target, findings }: ExplainedRequest) =>
    JSON.stringify([
      kind,
      service ?? [name, target],
      findings.map((finding) => JSON.stringify(finding)).sort(),
    ]);
  return [...new Map(requests.map((request) => [key(request), withoutProject(request)])).values()];
}

/**
 * Compose sends requests concurrently; sorts networks and volumes first, then services in the order of the
 * file.
 */
function inServiceOrder(
  requests: readonly ExplainedRequest[],
  services: readonly string[],
): ExplainedRequest[] {
  const place = ({ service, kind, name = '' }: ExplainedRequest): readonly [number, string] => [
    service === undefined ? -1 : services.indexOf(service),
    `${kind ?? ''} ${name}`,
  ];
  return [...requests].sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1].localeCompare(place(b)[1]));
}

const withoutProject = (request: ExplainedRequest): ExplainedRequest =>
  request.name?.startsWith(`${projectName}_`) === true
    ? { ...request, name: request.name.slice(projectName.length + 1) }
    : request;

/** Compose's stderr without its warnings. */
const errorOf = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !/^time=.*level=warning/.test(line))
    .join('\n')
    .trim() || stderr.trim();

/** Compose's warnings without time and level: variables that are not set, keys it does not know. */
function warningsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map(
      (line) =>
        /level=warning msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(.)/g, '$1') ??
        (line.startsWith('time=') ? '' : line),
    )
    .map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))].join('\n').slice(0, 4000);
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}; // its values stay unknown
