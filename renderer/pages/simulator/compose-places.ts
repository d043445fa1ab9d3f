import { isMap, isPair, isScalar, isSeq, parseDocument, type Node, type YAMLMap } from 'yaml';
import { likeness, optionsWriting } from '../../../shared/explain/blame.ts';
import type { RuleRow } from '../../../shared/explain/rows.ts';
import type { RequestPart } from '../../../shared/explain/schema.ts';

/** A range of the text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Position of a service in a compose file. */
export interface ServicePlace extends TextRange {
  /** Where it sets one part of a request; empty if that can't be determined. */
  placesOf(part: RequestPart): readonly TextRange[];
}

/** Keys of a service with another name than the option of `docker run`, apart from dashes. */
const keysOfOptions: Readonly<Record<string, readonly string[]>> = {
  volume: ['volumes'],
  mount: ['volumes'],
  device: ['devices'],
  'device-cgroup-rule': ['device_cgroup_rules'],
  gpus: ['gpus', 'deploy'],
  network: ['network_mode', 'networks'],
  userns: ['userns_mode'],
  cgroupns: ['cgroup'],
  env: ['environment'],
  label: ['labels'],
  annotation: ['annotations'],
  sysctl: ['sysctls'],
  ulimit: ['ulimits'],
  link: ['links'],
  'log-driver': ['logging'],
  'log-opt': ['logging'],
  publish: ['ports'],
  workdir: ['working_dir'],
  memory: ['mem_limit'],
  'add-host': ['extra_hosts'],
};

/** Positions of the services in the text of a compose file, by name. */
export function servicePlaces(text: string): ReadonlyMap<string, ServicePlace> {
  const places = new Map<string, ServicePlace>();
  const services: unknown = parseDocument(text, { prettyErrors: false }).get('services');
  if (!isMap(services)) return places;
  for (const { key, value } of services.items)
    if (isScalar(key) && key.range)
      places.set(String(key.value), {
        start: key.range[0],
        end: key.range[1],
        placesOf: (part) => (isMap(value) ? placesIn(value, part) : []),
      });
  return places;
}

/** The part of the request of a row. */
export function partOf({ what }: RuleRow): RequestPart | null {
  if (what.kind === 'finding') return what.finding.part ?? null;
  return what.kind === 'passed' ? what : null;
}

function placesIn(service: YAMLMap, part: RequestPart): readonly TextRange[] {
  const keys = new Set(
    optionsWriting(part.field).flatMap((name) => keysOfOptions[name] ?? [name.replaceAll('-', '_')]),
  );
  return service.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !keys.has(String(key.value)) || !key.range) return [];
    if (isSeq(value)) return bestItems(value.items, part.value);
    const end = rangeOf(value)?.end ?? key.range[1];
    return [{ start: key.range[0], end }];
  });
}

/** List items equal to `value`, else the most similar ones. */
function bestItems(items: readonly unknown[], value: string): readonly TextRange[] {
  const scored = items.flatMap((item) => {
    const range = rangeOf(item);
    return range === null ? [] : [{ range, score: likeness(scalarsOf(item), value) }];
  });
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ range }) => range);
}

/** The values of an item, also of one in long syntax. */
function scalarsOf(item: unknown): readonly string[] {
  if (isScalar(item)) return [String(item.value)];
  if (isMap(item)) return item.items.flatMap(({ value }) => scalarsOf(value));
  if (isSeq(item)) return item.items.flatMap(scalarsOf);
  return isPair(item) ? scalarsOf(item.value) : [];
}

function rangeOf(node: unknown): TextRange | null {
  const range = isNode(node) ? node.range : null;
  return range ? { start: range[0], end: range[1] } : null;
}

const isNode = (value: unknown): value is Node => isScalar(value) || isMap(value) || isSeq(value);
