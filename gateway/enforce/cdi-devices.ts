import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { isRootControlled } from './bind-sources.ts';
import { deviceFile, patternMatcher, type DeviceFile } from './device-files.ts';

/** Directories of CDI specifications; those in a later directory take precedence. */
const specDirectories = ['/etc/cdi', '/var/run/cdi'] as const;
/** Longest specification that is read, bytes. NVIDIA's have some 100 kB for eight GPUs. */
const maxSpecBytes = 8 * 1024 * 1024;

const deviceNodeSchema = z.looseObject({
  path: z.string(),
  hostPath: z.string().optional(),
  type: z.string().optional(),
  major: z.number().optional(),
  minor: z.number().optional(),
  permissions: z
    .string()
    .regex(/^[rwm]*$/)
    .optional(),
});
const editsSchema = z.looseObject({ deviceNodes: z.array(deviceNodeSchema).nullish() }).nullish();
const specSchema = z.looseObject({
  kind: z.string(),
  devices: z.array(z.looseObject({ name: z.string(), containerEdits: editsSchema })),
  containerEdits: editsSchema,
});
type CdiSpec = z.infer<typeof specSchema>;
type CdiDeviceNode = z.infer<typeof deviceNodeSchema>;

/** The device files of a CDI device, or why they are unknown. */
export type CdiDevice =
  { readonly nodes: readonly (DeviceFile & { readonly access: string })[] } | { readonly problem: Message };

/** Whether an entry of `bulkhead.devices` names a CDI device: same kind, and `*` and `?` in the name. */
export function namesCdiDevice(entry: string, name: string): boolean {
  const [kind = '', pattern] = entry.split('=', 2);
  const [kindOfDevice, device = ''] = name.split('=', 2);
  return pattern !== undefined && kind === kindOfDevice && patternMatcher(pattern).test(device);
}

/**
 * The device files that the engine adds for a CDI device. The engine adds mounts, variables and hooks of the
 * specification as well, and runs most hooks as root outside of the container. So a specification counts only
 * where root alone can change it.
 */
export async function findCdiDevice(name: string): Promise<CdiDevice> {
  const [kind = '', device = ''] = name.split('=', 2);
  let unreadable: string | null = null;
  for (const directory of specDirectories.toReversed()) {
    for (const file of await specFiles(directory)) {
      if (!(await isRootControlledFile(file)))
        return { problem: message('policy.cdi-specification-changeable', { file }) };
      const spec = await readSpec(file);
      if (spec === null) unreadable ??= file;
      const found = spec?.kind === kind ? spec.devices.find((one) => one.name === device) : undefined;
      if (spec === null || found === undefined) continue;
      const nodes = [
        ...(spec.containerEdits?.deviceNodes ?? []),
        ...(found.containerEdits?.deviceNodes ?? []),
      ];
      return resolveNodes(file, nodes);
    }
  }
  return {
    problem:
      unreadable === null
        ? message('policy.cdi-device-unknown', { directories: joinMessages('enumeration', specDirectories) })
        : message('policy.cdi-specification-unreadable', { file: unreadable }),
  };
}

async function specFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /\.(?:json|yaml)$/.test(name)).map((name) => path.join(directory, name));
}

/** Whether root alone can change a file, or any directory of its path. */
async function isRootControlledFile(file: string): Promise<boolean> {
  const real = await realpath(file).catch(() => null);
  if (real === null) return false;
  const info = await lstat(real);
  return (
    info.isFile() &&
    info.uid === 0 &&
    (info.mode & 0o022) === 0 &&
    (await isRootControlled(file, [])) &&
    (await isRootControlled(real, []))
  );
}

async function readSpec(file: string): Promise<CdiSpec | null> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > maxSpecBytes) return null;
    // JSON is YAML. The parser is loaded by machines with CDI devices alone.
    const value: unknown = file.endsWith('.json') ? JSON.parse(text) : (await import('yaml')).parse(text);
    const parsed = specSchema.safeParse(value);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function resolveNodes(file: string, nodes: readonly CdiDeviceNode[]): Promise<CdiDevice> {
  const files: (DeviceFile & { readonly access: string })[] = [];
  for (const node of nodes) {
    const source = node.hostPath ?? node.path;
    const found = await deviceFile(source);
    if (found === null || !isDescribed(found, node))
      return { problem: message('policy.cdi-device-file-missing', { file, path: source }) };
    files.push({ ...found, access: (node.permissions ?? '') === '' ? 'rwm' : (node.permissions ?? 'rwm') });
  }
  return { nodes: files };
}

/** The engine takes type and numbers of the specification where it has them. */
const isDescribed = (found: DeviceFile, { type = '', major = 0, minor = 0 }: CdiDeviceNode): boolean =>
  (type === '' || type === found.type || (type === 'u' && found.type === 'c')) &&
  ((major === 0 && minor === 0) || (major === found.major && minor === found.minor));
