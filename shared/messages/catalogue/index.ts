import type { EngineOptionsName } from '../engine-options.ts';
import { english as common } from './en/index.ts';
import type { applyLog } from './en/apply-log.ts';
import type { plannerRefusals } from './en/planner-refusals.ts';

/** Areas of one process or operation, which adds them: no other program has to load them. */
interface OwnAreas {
  'apply-log': () => typeof applyLog;
  'planner-refusals': () => typeof plannerRefusals;
}

/** The English sentences by their areas; those of one process or operation once it has added them. */
export const english: typeof common & Partial<OwnAreas> = common;

/** Adds an area of one process or operation. Until then, its sentences are rendered as their ids. */
export function addArea<Area extends keyof OwnAreas>(area: Area, sentences: OwnAreas[Area]): void {
  Object.assign(english, { [area]: sentences });
}

/** A union as an intersection: of objects, one with the members of all. */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** All sentences of all areas. */
type Areas = typeof common & OwnAreas;
type Catalogue = Intersection<ReturnType<Areas[keyof Areas]>>;

/** Names in `{{…}}`. */
type NamesIn<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/**
 * The names of values, by id: the two plural forms of a sentence end in `_one` and `_other`, and are one
 * member. A table, since searching all keys for each use took most of a type check.
 */
type ParamNamesById = {
  readonly [Key in keyof Catalogue as Key extends `${infer Id}_${'one' | 'other'}` ? Id : Key]:
    | Exclude<NamesIn<Catalogue[Key]>, EngineOptionsName>
    | (Key extends `${string}_${'one' | 'other'}` ? 'count' : never);
};

/**
 * Every sentence has an id: '<area>.<what it states>'. Its plural forms end in `_one` and `_other`.
 *
 * What only clients of an engine get is not here, but English in its place, as dockerd's own texts are:
 * errors of the gateway's protocol ("bulkhead gateway: …") and of the runtime, and dockerd's errors that the
 * gateway gives in its place. So are lines of logs, except those that window or command line display.
 */
export type MessageId = keyof ParamNamesById;

/** The names of the values that a sentence needs; a plural one needs `count`, which selects its form. */
export type ParamNames<Id extends MessageId> = ParamNamesById[Id];
