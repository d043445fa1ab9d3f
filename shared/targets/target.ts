import * as z from 'zod';
import { observedPhases } from '../engine-status/status.ts';
import { targetCapabilitiesSchema } from './capabilities.ts';
import { targetKinds } from '../engine-status/kinds.ts';
import { isForgettable, maxTargetIdLength, parseTargetId } from './target-id.ts';
import { targetRefSchema } from './target-ref.ts';

export const targetIdSchema = z
  .string()
  .max(maxTargetIdLength)
  .refine((id) => parseTargetId(id) !== null, 'not the id of a target');

/** A discovered engine, as listed in the switcher. */
export const discoveredTargetSchema = z.object({
  id: z.string(),
  ref: targetRefSchema,
  /** Display name: the host's name for engines of this machine. */
  name: z.string(),
  /** Where it is: root directory, socket, or settings file. */
  place: z.string(),
  phase: z.enum(observedPhases),
  version: z.string().nullable(),
});
export type DiscoveredTarget = z.infer<typeof discoveredTargetSchema>;

/**
 * Whether a user may remove an engine from the list: one that is not part of the machine, does not run, and
 * is not the open one.
 */
export const canForget = (target: DiscoveredTarget, openId: string): boolean =>
  isForgettable(target.ref) &&
  target.id !== openId &&
  (target.phase === 'stopped' || target.phase === 'failed');

/** Where Docker Desktop's Linux engine runs. `vm`: a virtual machine of its own (macOS, Linux). */
const virtualMachines = ['vm', 'wsl2', 'hyper-v'] as const;
export type VirtualMachine = (typeof virtualMachines)[number];

/** Facts about the installed product that an engine is part of (`isolatedBy`). */
const productFactsSchema = z.object({
  platform: z.enum(['darwin', 'win32', 'linux']),
  /** "4.36.0", null if it could not be determined. */
  version: z.string().nullable(),
  virtualMachine: z.enum(virtualMachines),
  /**
   * What selected the kind of the virtual machine: a user's or the administrator's setting, or the platform's
   * default.
   */
  virtualMachineFrom: z.enum(['admin-settings', 'user-settings', 'platform']),
  /** The program that starts it, null where none was found. */
  program: z.string().nullable(),
  /** How it is quit and started again: by `docker desktop`, or by the system's commands. */
  restartBy: z.enum(['docker-desktop-cli', 'system']),
  /**
   * The user's own settings of it, if unlocked by the administrator; null if the file can't be
   * read.
   */
  userSettings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable(),
  /**
   * An administrator's file at a place that older versions read; null if there is none. Never written by us.
   */
  olderSettings: z.string().nullable(),
  /**
   * An apply was interrupted and has not been finished or rolled back: it may never have started with the
   * current file.
   */
  interrupted: z.boolean(),
});
export type ProductFacts = z.infer<typeof productFactsSchema>;

/** The open target, as part of the app's state. */
export const targetStateSchema = z.object({
  id: z.string(),
  /** For texts that name the engine; its properties are in `capabilities`. */
  kind: z.enum(targetKinds),
  capabilities: targetCapabilitiesSchema,
  /** Null for an engine that is no part of one. */
  product: productFactsSchema.nullable(),
});
