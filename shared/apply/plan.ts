import * as z from 'zod';
import { plainText, sentenceOf, type Message } from '../messages/message.ts';
import { messageReferenceSchema } from '../messages/schema.ts';
import { containerSchema } from '../containers/protection.ts';
import { recreatePlanSchema } from '../containers/recreate.ts';
import { requirementSchema } from '../isolation/requirements.ts';
import { findingSchema } from '../settings/findings.ts';
import { settingsChangeSchema } from '../settings/changes.ts';

/** One line of "What will happen". `kind` determines icon, tone and text. */
const planEffectSchema = z.object({
  kind: z.enum([
    'restart',
    'stops',
    'removed',
    'unprotected',
    'stays-in-view',
    'new-rule',
    'allowed',
    'at-once',
    'recreated',
    'dangerous',
  ]),
  when: z.enum(['while-applying', 'afterwards']),
  code: z.enum([
    'engine-restarts',
    'engine-starts',
    'restart-not-prepared',
    'restart-build-runtime',
    'restart-keys',
    'containers-stop',
    'containers-removed',
    'containers-recreated',
    'containers-kept-unprotected',
    'store-unchanged',
    'bytes-kept',
    'nri-plugins',
    'eci-on',
    'eci-off',
    'eci-locked',
    'eci-unlocked',
    'preference-off',
    'audit-on',
    'audit-off',
    'backend',
    'dangerous-shares',
    'mounts-outside-shares-refused',
    'directories-allowed',
    'devices-allowed',
    'network-volumes-allowed',
    'socket-images',
    'socket-commands',
    'gateway-reloads',
    'engine-reloads',
    'load-blocked',
    'volumes-removed',
    'desktop-reopens',
    'desktop-opens',
    'desktop-sign-in',
    'desktop-file-goes',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
});
export type PlanEffect = z.infer<typeof planEffectSchema>;

const daemonJsonChangeSchema = z.object({
  /** JSON pointer in daemon.json. */
  pointer: z.string(),
  kind: z.enum(['set', 'restored', 'removed', 'conflict']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type DaemonJsonChange = z.infer<typeof daemonJsonChangeSchema>;

export const applyPlanSchema = z.object({
  /** Version in history of the current file, and of the new one. 0 = no file yet. */
  fromVersion: z.number().int(),
  toVersion: z.number().int(),
  /** The newest earlier version with the very text of the draft; absent without one. */
  earlierVersion: z.number().int().optional(),
  /**
   * What the settings file is now, and is again after a roll back; absent if there was never one. `lost`
   * (deleted by mistake) and `replaced` (unusable): a roll back writes what the gateway enforces instead.
   */
  baseFile: z.enum(['usable', 'unusable', 'missing', 'lost', 'replaced']).optional(),
  /** Another program wrote the text that is replaced; absent otherwise. */
  replacesForeign: z.literal(true).optional(),
  /**
   * sha256 of the applied text the plan was made against, '' for no file: apply refuses when it has changed
   * (conflict).
   */
  baseHash: z.string(),
  /** sha256 of the draft of the plan: the app applies no other text under it. */
  draftHash: z.string(),
  changes: z.array(settingsChangeSchema),
  findings: z.array(findingSchema),
  /** Whether there are blockers. */
  blocked: z.boolean(),
  blockers: z.array(
    z.object({
      code: z.enum([
        'findings',
        'requirement',
        'daemon-json',
        'nothing-to-apply',
        'rights',
        'recreation',
        'conflict',
      ]),
      message: z.string(),
      /** The catalogue sentence of the text. */
      sentence: messageReferenceSchema.optional(),
    }),
  ),
  missingRequirements: z.array(requirementSchema),
  restartNeeded: z.boolean(),
  /** The engine reloads its configuration, and nothing stops; never together with `restartNeeded`. */
  reloadNeeded: z.boolean(),
  eciBefore: z.boolean(),
  eciAfter: z.boolean(),
  daemonJson: z.array(daemonJsonChangeSchema),
  effects: z.array(planEffectSchema),
  /** Unprotected containers as scanned for this plan. */
  unprotected: z.array(containerSchema),
  /** Which of them are removed in the clean-up step; the rest are kept. */
  remove: z.array(z.string()),
  /** Which of them are recreated under ECI in the clean-up step. */
  recreate: z.array(z.string()),
  /**
   * What changes for those, what is not carried over, and what blocks it. Absent if it could not be looked
   * up.
   */
  recreation: recreatePlanSchema.optional(),
  estimatedSeconds: z.number(),
});
export type ApplyPlan = z.infer<typeof applyPlanSchema>;

export const containerChoicesSchema = z.object({
  /** Ids to remove after verification. Running ones only with includeRunning. */
  remove: z.array(z.string()),
  includeRunning: z.boolean(),
  removeVolumes: z.boolean(),
  /** Ids to recreate under ECI after verification. */
  recreate: z.array(z.string()).max(1000).optional(),
  /** Changes written inside those are carried over, in an image of their own. */
  commit: z.boolean().optional(),
});
export type ContainerChoices = z.infer<typeof containerChoicesSchema>;
export const keepAllContainers: ContainerChoices = {
  remove: [],
  includeRunning: false,
  removeVolumes: false,
};

/**
 * Shares of the whole file system that this plan newly permits, as written in the settings: a user who
 * applies it in a window or a terminal must type each of them.
 */
export function sharesToConfirm(plan: Pick<ApplyPlan, 'effects'>): readonly string[] {
  const typed = plan.effects.find((effect) => effect.code === 'dangerous-shares')?.params['typed'];
  return Array.isArray(typed) ? typed : [];
}

/** Whether a plan is blocked only because nothing would change, and nothing else is chosen. */
export const isNothingToApply = ({ blockers, remove, recreate }: ApplyPlan): boolean =>
  blockers.some(({ code }) => code === 'nothing-to-apply') &&
  blockers.every(({ code }) => code === 'nothing-to-apply' || code === 'rights') &&
  remove.length + recreate.length === 0;

/** Whether there was a settings file, and somebody deleted it. */
export const isBaseDeleted = ({ baseFile }: Pick<ApplyPlan, 'baseFile'>): boolean =>
  baseFile === 'missing' || baseFile === 'lost';

type Blocker = ApplyPlan['blockers'][number];

/** A reason why a plan cannot be applied. */
export function blocker(code: Blocker['code'], reason: string | Message): Blocker {
  return { code, message: plainText(reason), ...sentenceOf(reason) };
}
