import * as z from 'zod';
import { observedPhases } from '../engine-status/status.ts';
import { targetCapabilitiesSchema } from './capabilities.ts';
import { targetKinds } from '../engine-status/kinds.ts';

/** Longest id of a target: a kind and a path. */
const maxId = 4200;
const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'), 'a path has no NUL byte');

/**
 * Which engine is meant. `system` is the machine's own Docker Engine (docker.service) behind a gateway of
 * ours; `docker-engine` the same, or any dockerd at a socket, without one.
 */
export const targetRefSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded'), root: path }),
  z.object({ kind: z.literal('system') }),
  z.object({ kind: z.literal('docker-engine'), socket: path }),
  z.object({ kind: z.literal('docker-desktop') }),
]);
export type TargetRef = z.infer<typeof targetRefSchema>;

/** Where a stock Docker Engine listens. */
export const machineSocket = '/var/run/docker.sock';

/** The engine of ours below a root directory. */
export const engineAtRoot = (root: string): TargetRef => ({ kind: 'embedded', root });

/** The root directory of an engine of ours; null for every other engine. */
export const rootOf = (ref: TargetRef): string | null => ('root' in ref ? ref.root : null);

/** The stable id of a target, for `--target`, for what the app remembers and for the contract. */
export function targetId(ref: TargetRef): string {
  switch (ref.kind) {
    case 'embedded':
      return `embedded:${ref.root}`;
    case 'docker-engine':
      return `docker-engine:${ref.socket}`;
    case 'system':
    case 'docker-desktop':
      return ref.kind;
  }
}

/**
 * The target an id names; null for none. `docker-engine` alone is the one at the usual socket. Paths must be
 * absolute.
 */
export function parseTargetId(id: string): TargetRef | null {
  if (id.length > maxId || id.includes('\0')) return null;
  if (id === 'docker-desktop' || id === 'system') return { kind: id };
  if (id === 'docker-engine') return { kind: 'docker-engine', socket: machineSocket };
  const [kind, rest] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  if (!rest.startsWith('/')) return null;
  if (kind === 'embedded') return { kind, root: rest };
  return kind === 'docker-engine' ? { kind, socket: rest } : null;
}

export const targetIdSchema = z
  .string()
  .max(maxId)
  .refine((id) => parseTargetId(id) !== null, 'not the id of a target');

/** An engine that discovery found, as the switcher lists it. */
export const discoveredTargetSchema = z.object({
  id: z.string(),
  ref: targetRefSchema,
  /** Name to show: the host's name for engines of this machine. */
  name: z.string(),
  /** Where it is: root directory, socket, or settings file. */
  place: z.string(),
  phase: z.enum(observedPhases),
  version: z.string().nullable(),
});
export type DiscoveredTarget = z.infer<typeof discoveredTargetSchema>;

/** What Docker Desktop's Linux engine runs in. `vm`: a virtual machine of its own (macOS, Linux). */
export const virtualMachines = ['vm', 'wsl2', 'hyper-v'] as const;
export type VirtualMachine = (typeof virtualMachines)[number];

/** What is known of an installed Docker Desktop. */
export const desktopFactsSchema = z.object({
  platform: z.enum(['darwin', 'win32', 'linux']),
  /** "4.36.0", null where it could not be learned. */
  version: z.string().nullable(),
  virtualMachine: z.enum(virtualMachines),
  /**
   * What chose the kind of the virtual machine: a user's or the administrator's setting, or the platform's
   * default.
   */
  virtualMachineFrom: z.enum(['admin-settings', 'user-settings', 'platform']),
  /** The program that starts it, null where none was found. */
  program: z.string().nullable(),
  /** How it is quit and opened again: by `docker desktop`, or by the system's own ways. */
  restartBy: z.enum(['docker-desktop-cli', 'system']),
  /**
   * Settings the user chose in Docker Desktop, where the admin left them unlocked; null where the file can't
   * be read.
   */
  userSettings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable(),
  /** An admin's file at a place that older versions read; null where there is none. Never written by us. */
  olderSettings: z.string().nullable(),
  /**
   * An apply was cut off and nobody has finished it or gone back: the file may be one that Docker Desktop
   * never started under.
   */
  interrupted: z.boolean(),
});
export type DesktopFacts = z.infer<typeof desktopFactsSchema>;

/** The open target, as part of the app's state. */
export const targetStateSchema = z.object({
  id: z.string(),
  /** For texts that name the engine; what it allows is in `capabilities`. */
  kind: z.enum(targetKinds),
  capabilities: targetCapabilitiesSchema,
  desktop: desktopFactsSchema.nullable(),
});
export type TargetState = z.infer<typeof targetStateSchema>;
