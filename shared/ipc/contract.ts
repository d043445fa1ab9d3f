import * as z from 'zod';
import { engineLogLineSchema, engineStatusSchema } from '../engine-status/status.ts';
import { verificationSchema } from '../verify/claims.ts';
import { containerScanSchema, removeRequestSchema } from '../containers/protection.ts';
import { removalRunSchema } from '../containers/removal.ts';
import { recreatePlanSchema, recreateRequestSchema, recreateRunSchema } from '../containers/recreate.ts';
import { applyPlanSchema, containerChoicesSchema } from '../apply/plan.ts';
import { applyRunSchema } from '../apply/run.ts';
import { registryResultSchema } from './registry.ts';
import { firstRunSchema, preferencesSchema, zoomChanges } from './user-choices.ts';
import { preferenceNames } from '../settings/preferences.ts';
import { historyItemSchema } from '../settings/history.ts';
import {
  activityBatchSchema,
  activityDepth,
  activityPageSchema,
  activityPageSize,
} from '../audit/activity.ts';
import { discoveredTargetSchema, targetIdSchema } from '../targets/target.ts';
import { pageIds } from '../pages/pages.ts';
import { simulationInputSchema, simulationSchema } from '../explain/simulation.ts';
import { bundleProgressSchema, listedBundleEntrySchema } from '../support/bundle.ts';
import { messageReferenceSchema, messageSchema } from '../messages/schema.ts';
import { appStateSchema, settingsText, settingsStateSchema, desktopStateSchema } from './app-state.ts';

const nothing = z.undefined();

/**
 * The contract between main and renderer, as one value from which both ends are derived. Every request
 * responds with `Result<output, AppError>`; inputs are validated in main, senders checked. A request of scope
 * `engine` is about the engine that the window shows and carries its target's id: main refuses it
 * (`engine.changed`) once another engine is open. One of scope `app` is about the app or the machine.
 */
export const ipcContract = {
  requests: {
    'app:state': { scope: 'app', input: nothing, output: appStateSchema },
    /** Engines found on this machine now. */
    'targets:list': { scope: 'app', input: nothing, output: z.array(discoveredTargetSchema) },
    /**
     * Lists an engine no longer, until it is started, opened or remembered again; only one that `canForget`
     * allows. Its directory stays as it is.
     */
    'targets:forget': { scope: 'app', input: z.object({ id: targetIdSchema }), output: nothing },
    /** Lists a forgotten engine again. */
    'targets:remember': { scope: 'app', input: z.object({ id: targetIdSchema }), output: nothing },
    /**
     * Closes the open engine (its draft is kept) and opens another; the new state is also sent as one
     * `changed` event. Refused during an apply.
     */
    'target:switch': { scope: 'app', input: z.object({ id: targetIdSchema }), output: appStateSchema },
    'settings:set-draft': {
      scope: 'engine',
      input: z.object({ text: settingsText }),
      output: settingsStateSchema,
    },
    'settings:discard-draft': { scope: 'engine', input: nothing, output: settingsStateSchema },
    /** A user's own preference, null for none; only for an unlocked setting. Effective at once. */
    'settings:prefer': {
      scope: 'engine',
      input: z.object({ setting: z.enum(preferenceNames), value: z.boolean().nullable() }),
      output: settingsStateSchema,
    },
    /** Resolves a conflict: uses the file's text as the draft, or rebases the draft on the file's text. */
    'settings:resolve-conflict': {
      scope: 'engine',
      input: z.object({ keep: z.enum(['mine', 'theirs']) }),
      output: settingsStateSchema,
    },
    /** Every version newest first, down to version 0. */
    'history:list': { scope: 'engine', input: nothing, output: z.array(historyItemSchema) },
    /** A version's text; null if there was no settings file. */
    'history:read': {
      scope: 'engine',
      input: z.object({ version: z.number().int().min(0).max(999_999_999) }),
      output: z.object({ text: settingsText.nullable() }),
    },
    'plan:make': {
      scope: 'engine',
      /** `draft`: plan this text in place of the draft. */
      input: z.object({ choices: containerChoicesSchema, draft: settingsText.optional() }),
      output: applyPlanSchema,
    },
    /**
     * Starts an apply of the draft; progress is sent as `run` and `log` events. `baseHash` and `draftHash`
     * are the plan's; `confirmedShares`: what the user has typed of `sharesToConfirm`.
     */
    'apply:start': {
      scope: 'engine',
      input: z.object({
        choices: containerChoicesSchema,
        baseHash: z.string(),
        draftHash: z.string(),
        confirmedShares: z.array(z.string()).optional(),
      }),
      output: applyRunSchema,
    },
    'apply:cancel': { scope: 'engine', input: nothing, output: z.object({ accepted: z.boolean() }) },
    'apply:log': { scope: 'engine', input: nothing, output: z.array(engineLogLineSchema) },
    /** Dismisses an ended run. */
    'apply:dismiss': { scope: 'engine', input: nothing, output: nothing },
    'containers:scan': { scope: 'engine', input: nothing, output: containerScanSchema },
    /** Starts a removal; its progress is sent as `removal` in `changed` events. */
    'containers:remove': { scope: 'engine', input: removeRequestSchema, output: removalRunSchema },
    /** Skips those that have not begun; removed containers stay removed. */
    'containers:cancel-removal': {
      scope: 'engine',
      input: nothing,
      output: z.object({ accepted: z.boolean() }),
    },
    'containers:dismiss-removal': { scope: 'engine', input: nothing, output: nothing },
    /** Acknowledges the containers of `appeared`. */
    'containers:acknowledge': { scope: 'engine', input: nothing, output: nothing },
    /** The consequences of recreating containers under ECI. Changes nothing. */
    'recreate:plan': { scope: 'engine', input: recreateRequestSchema, output: recreatePlanSchema },
    /** Starts recreating; its progress is sent as `recreation` in `changed` events. */
    'recreate:start': { scope: 'engine', input: recreateRequestSchema, output: recreateRunSchema },
    'recreate:cancel': { scope: 'engine', input: nothing, output: z.object({ accepted: z.boolean() }) },
    'recreate:dismiss': { scope: 'engine', input: nothing, output: nothing },
    'verify:run': { scope: 'engine', input: nothing, output: verificationSchema },
    'engine:start': { scope: 'engine', input: nothing, output: engineStatusSchema },
    'engine:stop': { scope: 'engine', input: nothing, output: engineStatusSchema },
    'engine:restart': { scope: 'engine', input: nothing, output: engineStatusSchema },
    /**
     * The context of the docker CLI that this user has for the engine, and whether docker uses it; null for
     * none.
     */
    'engine:docker-context': {
      scope: 'engine',
      input: nothing,
      output: z.object({ name: z.string(), selected: z.boolean() }).nullable(),
    },
    'engine:log': {
      scope: 'engine',
      input: z.object({ lines: z.number().int().min(1).max(2000) }),
      output: z.array(engineLogLineSchema),
    },
    /**
     * Entries of the decision log before a seq (null: the newest). New ones are then sent as `activity`
     * events, until `activity:leave`.
     */
    'activity:read': {
      scope: 'engine',
      input: z.object({
        before: z.number().int().nonnegative().nullable(),
        limit: z.number().int().min(1).max(activityPageSize),
      }),
      output: activityPageSchema,
    },
    'activity:leave': { scope: 'app', input: nothing, output: nothing },
    /** Marks the existing denials as seen. */
    'activity:seen': { scope: 'engine', input: nothing, output: nothing },
    /**
     * Writes entries, by `seq`, to a file chosen by the user, as JSON lines; null when dismissed. Entries
     * that are no longer kept are left out.
     */
    'activity:export': {
      scope: 'engine',
      input: z.object({
        entries: z.array(z.number().int()).max(activityDepth),
        /** They are a selection; the proposed name of the file says so. */
        isFiltered: z.boolean(),
      }),
      output: z.object({ path: z.string(), count: z.number().int() }).nullable(),
    },
    /** Native folder picker; null when dismissed. */
    'dialog:pick-folder': { scope: 'app', input: nothing, output: z.object({ path: z.string() }).nullable() },
    /** Real paths of directories as written ($HOME etc. resolved): symlinks followed, existence, type. */
    'paths:resolve': {
      scope: 'app',
      input: z.object({ paths: z.array(z.string().max(4096)).max(500) }),
      output: z.array(
        z.object({
          written: z.string(),
          expanded: z.string(),
          real: z.string().nullable(),
          kind: z.enum(['directory', 'file', 'socket', 'other', 'missing']),
          error: z.string().nullable(),
          /** The catalogue sentence of `error`; missing if it is the system's. */
          sentence: messageReferenceSchema.optional(),
        }),
      ),
    },
    /** Whether this path could be mounted under the given text, decided by the gateway's code. */
    'paths:would-mount': {
      scope: 'engine',
      input: z.object({ path: z.string().min(1).max(4096), against: z.enum(['applied', 'draft']) }),
      output: z.object({
        allowed: z.boolean(),
        code: z.string(),
        real: z.string(),
        share: z.string().nullable(),
        /** The refusal that the client would get; null if it is allowed. */
        denial: messageSchema.nullable(),
      }),
    },
    /** Local images for "matches 3 local images": references and digests. */
    'images:list': {
      scope: 'engine',
      input: nothing,
      output: z.array(z.object({ id: z.string(), tags: z.array(z.string()), digests: z.array(z.string()) })),
    },
    /**
     * What the registries serve for entries of the image list now, in order; wildcards are not queried.
     * `again`: not from the cache. Works without an engine.
     */
    'registry:resolve': {
      scope: 'engine',
      input: z.object({ references: z.array(z.string().max(1024)).min(1).max(64), again: z.boolean() }),
      output: z.array(registryResultSchema),
    },
    /**
     * The outcome of a command line or a Compose file. One at a time: a newer one cancels the one in
     * progress. Nothing is executed.
     */
    'simulate:run': { scope: 'engine', input: simulationInputSchema, output: simulationSchema },
    'simulate:cancel': { scope: 'app', input: nothing, output: nothing },
    /** Native picker of a Compose file, and its text; null when dismissed. */
    'simulate:open-compose': {
      scope: 'app',
      input: nothing,
      output: z.object({ path: z.string(), text: z.string() }).nullable(),
    },
    /** Stores the progress of the first run on this engine, or that it was dismissed. */
    'first-run:set': { scope: 'engine', input: z.object({ step: firstRunSchema }), output: nothing },
    /**
     * Collects the content of a support bundle of the engine, and keeps it for `support:save`; null when
     * cancelled. Progress is sent as `support` events.
     */
    'support:collect': {
      scope: 'engine',
      input: nothing,
      output: z.array(listedBundleEntrySchema).nullable(),
    },
    /** Cancels a collection in progress, and discards what was collected. */
    'support:cancel': { scope: 'app', input: nothing, output: nothing },
    /** Writes what was collected, and nothing else, to a file chosen by the user; null when dismissed. */
    'support:save': {
      scope: 'app',
      input: nothing,
      output: z.object({ path: z.string(), bytes: z.number().int() }).nullable(),
    },
    /** Shows the last saved bundle in the system's file manager. */
    'support:show': { scope: 'app', input: nothing, output: nothing },
    'desktop:start-at-login': {
      scope: 'app',
      input: z.object({ on: z.boolean() }),
      output: desktopStateSchema,
    },
    /** The components of the app, with licences. */
    'app:licences': {
      scope: 'app',
      input: nothing,
      output: z.array(
        z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }),
      ),
    },
    'preferences:set': { scope: 'app', input: preferencesSchema.partial(), output: preferencesSchema },
    'window:action': {
      scope: 'app',
      input: z.object({ action: z.enum(['minimize', 'toggle-maximize', 'close']) }),
      output: nothing,
    },
    'clipboard:write': {
      scope: 'app',
      input: z.object({ text: z.string().max(1_000_000) }),
      output: nothing,
    },
  },
  events: {
    /** Parts of AppState that changed. */
    changed: appStateSchema.partial(),
    log: engineLogLineSchema,
    /** New entries of the decision log, while somebody reads it. */
    activity: activityBatchSchema,
    /** Progress of the collection of a support bundle. */
    support: bundleProgressSchema,
    /** Show a page: requested by a notification, the tray or a link. */
    navigate: z.object({ page: z.enum(pageIds), params: z.record(z.string(), z.string()) }),
    /** Change the size of the window's content: requested by the application menu. */
    zoom: z.object({ change: z.enum(zoomChanges) }),
  },
} as const;

export type IpcRequests = typeof ipcContract.requests;
export type IpcRequest = keyof IpcRequests;
export type IpcInput<K extends IpcRequest> = z.infer<IpcRequests[K]['input']>;
export type IpcOutput<K extends IpcRequest> = z.infer<IpcRequests[K]['output']>;
/** The requests that are about the engine that the window shows. */
export type EngineRequest = {
  [K in IpcRequest]: IpcRequests[K]['scope'] extends 'engine' ? K : never;
}[IpcRequest];
export type IpcEvents = { [K in keyof typeof ipcContract.events]: z.infer<(typeof ipcContract.events)[K]> };

export const ipcRequests = Object.keys(ipcContract.requests) as IpcRequest[];
