import * as z from 'zod';
import { observedPhases } from '../engine-status/status.ts';
import { targetCapabilitiesSchema } from './capabilities.ts';
import { targetKinds } from '../engine-status/kinds.ts';
import { maxTargetIdLength, parseTargetId } from './target-id.ts';
import { targetRefSchema } from './target-ref.ts';

export const targetIdSchema = z
  .string()
  .max(maxTargetIdLength)
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
