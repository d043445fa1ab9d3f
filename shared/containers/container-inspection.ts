import * as z from 'zod';
import { restoreBinds, convertedBindText } from '../policy/binds-as-mounts.ts';
import { parseJson } from '../policy/json-parser.ts';
import { writeJson } from '../policy/json.ts';
import { message } from '../messages/message.ts';
import { fail, ok, type AppError, type Result } from '../result.ts';

// The used parts of `GET /containers/{id}/json`. For "nothing", engines write null in some places and omit
// the key in others.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const anyMap = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const endpointSchema = z.object({
  IPAMConfig: anyMap,
  Links: texts,
  Aliases: texts,
  NetworkID: text,
  IPAddress: text,
  MacAddress: text,
  DriverOpts: textMap,
  GwPriority: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
});
export type EndpointSettings = z.infer<typeof endpointSchema>;

const mountPointSchema = z.object({
  Type: text,
  Name: text,
  Source: text,
  Destination: z.string(),
  RW: z.boolean(),
  Propagation: text,
});
export type MountPoint = z.infer<typeof mountPointSchema>;

const healthSchema = z.object({ Status: text }).nullish();

const inspectionSchema = z.object({
  Id: z.string().min(12),
  Name: z.string(),
  Image: z.string(),
  ExecIDs: texts,
  SizeRw: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    Paused: flag,
    Restarting: flag,
    Pid: z.number(),
    ExitCode: z.number(),
    Error: text,
    Health: healthSchema,
  }),
  Config: z.object({
    Hostname: text,
    Image: text,
    MacAddress: text,
    Entrypoint: z.union([z.string(), z.array(z.string())]).nullish(),
    Labels: textMap,
    Healthcheck: z.object({ Test: texts }).nullish(),
    Volumes: anyMap,
  }),
  HostConfig: z.object({
    NetworkMode: text,
    PidMode: text,
    IpcMode: text,
    UTSMode: text,
    CgroupnsMode: text,
    UsernsMode: text,
    Runtime: text,
    AutoRemove: flag,
    Privileged: flag,
    PublishAllPorts: flag,
    RestartPolicy: z
      .object({ Name: text, MaximumRetryCount: z.number() })
      .nullish()
      .transform((value) => value ?? { Name: '', MaximumRetryCount: 0 }),
    Binds: texts,
    Mounts: z
      .array(z.looseObject({ Type: text, Source: text, Target: text }))
      .nullish()
      .transform((value) => value ?? []),
    Tmpfs: textMap,
    VolumesFrom: texts,
    Links: texts,
    SecurityOpt: texts,
    LogConfig: z
      .object({ Type: text })
      .nullish()
      .transform((value) => value ?? { Type: '' }),
    PortBindings: z
      .record(z.string(), z.array(z.object({ HostPort: text })).nullish())
      .nullish()
      .transform((value) => value ?? {}),
  }),
  Mounts: z
    .array(mountPointSchema)
    .nullish()
    .transform((value) => value ?? []),
  NetworkSettings: z.object({
    Networks: z
      .record(z.string(), endpointSchema)
      .nullish()
      .transform((value) => value ?? {}),
  }),
});

/**
 * An inspected container: the used parts, validated; and its configuration as the engine wrote it, to be sent
 * back.
 */
export interface ContainerInspection {
  readonly view: z.infer<typeof inspectionSchema>;
  /** Without the slash. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly host: Readonly<Record<string, unknown>>;
}

const rawSchema = z.object({
  Config: z.record(z.string(), z.unknown()),
  HostConfig: z.record(z.string(), z.unknown()),
});

/** Parses an inspect response; `containers.recreate-failed` for an invalid one. */
export function parseInspection(response: unknown): Result<ContainerInspection, AppError> {
  const value = asSent(response);
  const view = inspectionSchema.safeParse(value);
  const raw = rawSchema.safeParse(value);
  if (!view.success || !raw.success) {
    const issue = (view.success ? raw.error : view.error)?.issues[0];
    return fail('containers.recreate-failed', message('shared.container-response-unknown'), {
      reason: issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`,
    });
  }
  return ok({
    view: view.data,
    name: view.data.Name.replace(/^\//, ''),
    config: raw.data.Config,
    host: raw.data.HostConfig,
  });
}

/** A response of the engine itself, without the gateway, with the binds that the client sent. */
function asSent(response: unknown): unknown {
  const text = JSON.stringify(response) ?? '';
  if (!text.includes(convertedBindText)) return response;
  const parsed = parseJson(text, { depth: 64, elements: 2_000_000, entries: 2_000_000 });
  const restored: unknown = parsed.ok ? JSON.parse(writeJson(restoreBinds(parsed.value))) : response;
  return restored;
}

/** The container that another one's namespace mode joins (`container:ID`); null if it joins none. */
export const joinedContainer = (mode: string): string | null =>
  mode.startsWith('container:') ? mode.slice('container:'.length) : null;

/** Whether it has a health check that reports a status. */
export function hasHealthcheck(inspected: ContainerInspection): boolean {
  const test = inspected.view.Config.Healthcheck?.Test ?? [];
  return test.length > 0 && test[0] !== 'NONE';
}

/** Whether a container runs, or will after a pause between two restarts. */
export const isUp = ({ view: { State: state } }: ContainerInspection): boolean =>
  state.Running || state.Restarting;
