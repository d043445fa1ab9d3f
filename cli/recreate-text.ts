import { assertNever } from '../shared/result.ts';
import type {
  RecreateItem,
  RecreateMember,
  RecreateNote,
  RecreateOutcome,
  RecreatePlan,
  RecreateRun,
  RecreateStep,
} from '../shared/containers/recreate.ts';
import { bytesText } from '../shared/containers/bytes.ts';
import { printable } from './output.ts';
import { about, listText, text, translate, translatedError, type ErrorTexts } from './text.ts';

const listed = (value: RecreateNote['params'][string] | undefined): string =>
  Array.isArray(value) ? listText(value) : String(value ?? '');
const lengthOf = (value: RecreateNote['params'][string] | undefined): number =>
  Array.isArray(value) ? value.length : 1;

/** One note of a plan as a sentence. */
export function noteText({ code, params, sentence }: RecreateNote): string {
  const value = (key: string) => printable(listed(params[key]));
  switch (code) {
    case 'runtime':
      return text('cli-recreation.runtime', { before: value('before'), after: value('after') });
    case 'userns':
      return text('cli-recreation.userns', { before: value('before') });
    case 'image':
      return text('cli-recreation.image', { before: value('before'), after: value('after') });
    case 'anonymous-volume':
      return text('cli-recreation.anonymous-volume', {
        destination: value('destination'),
        name: value('name').slice(0, 12),
      });
    case 'volumes-from':
    case 'linked-by':
    case 'group-blocked':
      return text(`cli-recreation.${code}`, { names: value('names') });
    case 'socket':
      return text('cli-recreation.socket', { destination: value('destination') });
    case 'chosen-ports':
      return value('ports') === ''
        ? text('cli-recreation.chosen-ports')
        : text('cli-recreation.chosen-ports-listed', { ports: value('ports') });
    case 'compose-again':
    case 'compose-second':
      return text(`cli-recreation.${code}`, { project: value('project') });
    case 'shares':
      return text('cli-recreation.shares', {
        count: lengthOf(params['sources']),
        sources: value('sources'),
        user: value('user'),
      });
    case 'writable-layer':
      return text('cli-recreation.writable-layer', {
        count: Number(params['paths'] ?? 0),
        size: bytesText(Number(params['bytes'] ?? 0)),
      });
    case 'logs':
      return params['hint'] === undefined
        ? text('cli-recreation.logs')
        : text('cli-recreation.logs-hint', { option: value('hint') });
    case 'execs':
      return text('cli-recreation.execs', { number: value('count') });
    case 'host-namespace':
      return text('cli-recreation.host-namespace', { option: value('option') });
    case 'unusable-state':
      return text('cli-recreation.unusable-state', { state: value('state') });
    case 'image-gone':
      return text('cli-recreation.image-gone', { image: value('image') });
    case 'shared-by':
      return text('cli-recreation.shared-by', { count: lengthOf(params['names']), names: value('names') });
    case 'not-inspected':
      return text('cli-recreation.not-inspected', {
        why: printable(translate(listed(params['why']), sentence)),
      });
    case 'joined-gone':
    case 'joined-unprotected':
      return text(`cli-recreation.${code}`, { name: value('name') });
    case 'refused':
      return printable(translate(listed(params['message']), sentence));
    case 'cgroup-namespace':
    case 'owner-label':
    case 'memory':
    case 'writable-unknown':
    case 'after-commit':
    case 'auto-remove':
    case 'never-run':
    case 'kept-written':
    case 'kept-after-commit':
    case 'eci-off':
    case 'paused':
    case 'swarm':
    case 'no-rollback':
    case 'gone-at-restart':
      return text(`cli-recreation.${code}`);
    default:
      return assertNever(code);
  }
}

/** What happens to a container by a recreation, by its id in the catalogue. */
function fateOf({ blockers, running }: RecreateItem) {
  if (blockers.length > 0) return 'containers.not-recreatable';
  return running ? 'cli-recreation.item-running' : 'cli-recreation.item-not-running';
}

function itemText(item: RecreateItem, number: number): string {
  const name = `${number}. ${printable(item.name)}`;
  if (item.unchanged) return `${name}  ${text('cli-recreation.item-unchanged')}`;
  const head = [name, item.id.slice(0, 12), printable(item.image), text(fateOf(item))].join('  ');
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`   ${title}`, ...lines.map((line) => `   - ${line}`)];
  // Of a container that is not recreated, only the reason is shown.
  if (item.blockers.length > 0)
    return [head, ...section(text('cli-recreation.blockers'), item.blockers.map(noteText))].join('\n');
  return [
    head,
    ...section(text('cli-recreation.changes'), item.changes.map(noteText)),
    ...section(text('cli-recreation.committed'), item.commit ? [committedText(item.written)] : []),
    ...section(text('cli-recreation.lost'), item.lost.map(noteText)),
  ].join('\n');
}

const committedText = (written: RecreateItem['written']): string =>
  written === null
    ? text('cli-recreation.committed-unknown')
    : text('cli-recreation.committed-size', { size: bytesText(written.bytes), count: written.paths });

/** A plan for users, in the order of execution. */
export function describeRecreatePlan(plan: RecreatePlan): string {
  let number = 0;
  return plan.groups
    .map((group) => {
      const items = group.map((item) => {
        number++;
        return itemText(item, number);
      });
      const names = listText(group.map(({ name }) => printable(name)));
      return [...(group.length === 1 ? [] : [text('cli-recreation.together', { names })]), ...items].join(
        '\n',
      );
    })
    .join('\n\n');
}

/** The current step for a container. */
export const stepText = (step: RecreateStep): string => text(`cli-recreation.step-${step}`);

function errorLines(error: ErrorTexts): string {
  const { message, reason, hint } = translatedError(error);
  const what = reason === undefined || reason === '' ? message : about(message, reason);
  return printable(what) + (hint === undefined ? '' : `\n  ${printable(hint)}`);
}

/** The outcome of one container. */
export const outcomeText = ({ name, outcome }: RecreateMember): string =>
  about(printable(name), outcome === null ? text('cli-recreation.not-ended') : endText(outcome));

function endText(outcome: RecreateOutcome): string {
  switch (outcome.kind) {
    case 'recreated':
      return [
        text(outcome.started ? 'cli-recreation.recreated-running' : 'cli-recreation.recreated-stopped'),
        ...(outcome.kept === null ? [] : [text('cli-recreation.kept-as', { name: outcome.kept })]),
        ...(outcome.image === null ? [] : [text('cli-recreation.made-from', { image: outcome.image })]),
        ...(outcome.warning === undefined ? [] : [printable(translate(outcome.warning, outcome.sentence))]),
      ].join(text('cli-output.list-separator'));
    case 'unchanged':
      return text('cli-recreation.unchanged');
    case 'refused':
    case 'rolled-back':
    case 'not-begun':
      return text(`cli-recreation.${outcome.kind}`, { error: errorLines(outcome.error) });
    case 'rollback-failed': {
      const error = `${errorLines(outcome.error)}\n  ${errorLines(outcome.rollbackError)}`;
      return text('cli-recreation.rollback-failed', { error });
    }
    default:
      return assertNever(outcome);
  }
}

/**
 * Calls `print` for the current step of each container, once: several are recreated concurrently, and a roll
 * back concerns one of them.
 */
export function recreationPrinter(print: (line: string) => void): (run: RecreateRun) => void {
  const printed = new Map<string, RecreateStep>();
  let activity: RecreateRun['activity'] = 'recreating';
  return (run) => {
    for (const { id, name, step, outcome } of run.members) {
      if (step === null || outcome !== null || printed.get(id) === step) continue;
      printed.set(id, step);
      print(about(printable(name), stepText(step)));
    }
    if (run.activity === 'rolling-back' && activity !== 'rolling-back')
      print(text('cli-recreation.rolling-back'));
    activity = run.activity;
  };
}
