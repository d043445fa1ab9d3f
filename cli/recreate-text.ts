import { assertNever } from '../shared/result.ts';
import type {
  RecreateItem,
  RecreateMember,
  RecreateNote,
  RecreateOutcome,
  RecreatePlan,
  RecreateStep,
} from '../shared/containers/recreate.ts';
import { bytesText } from '../shared/containers/bytes.ts';
import { printable } from './output.ts';

const listed = (value: RecreateNote['params'][string] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '');

/** One note of a plan as a sentence. */
export function noteText({ code, params }: RecreateNote): string {
  const value = (key: string) => printable(listed(params[key]));
  switch (code) {
    case 'runtime':
      return `runtime: ${value('before')} → ${value('after')}, in a user namespace of its own`;
    case 'userns':
      return `--userns=${value('before')} is dropped`;
    case 'cgroup-namespace':
      return 'its cgroup namespace is its own';
    case 'image':
      return `image: ${value('before')} names another image by now → ${value('after')}`;
    case 'anonymous-volume':
      return `the anonymous volume at ${value('destination')} is kept, from now on by its name ${value('name').slice(0, 12)}… (docker rm -v leaves it)`;
    case 'volumes-from':
      return `--volumes-from ${value('names')}: the same volumes, mounted by name`;
    case 'socket':
      return `the Docker socket at ${value('destination')} becomes one of its own, where the settings allow it`;
    case 'chosen-ports':
      return `host ports that Docker chose are chosen anew${value('ports') === '' ? '' : ` (${value('ports')})`}`;
    case 'owner-label':
      return "it does not belong to a container's socket any more";
    case 'compose-again':
      return `docker compose up makes it once more, since it keeps by id whose network is shared (project ${value('project')})`;
    case 'shares':
      return `${value('sources')} ${Array.isArray(params['sources']) && params['sources'].length > 1 ? 'are' : 'is'} shared as ${value('user')}: what it writes there is ${value('user')}'s (--as USER)`;
    case 'memory':
      return 'what its processes have in memory';
    case 'writable-layer':
      return `what was written inside it: ${bytesText(Number(params['bytes'] ?? 0))} in ${value('paths')} ${params['paths'] === 1 ? 'path' : 'paths'} (--commit carries it over)`;
    case 'writable-unknown':
      return 'what was written inside it: the engine does not say how much (--commit carries it over)';
    case 'after-commit':
      return 'what it writes after the commit, which is made while it runs: what runs with --rm is gone once it stops';
    case 'logs':
      return params['hint'] === undefined
        ? 'its log so far, which is removed with the old one'
        : `its log so far, which is removed with the old one (${value('hint')} keeps both)`;
    case 'execs':
      return `${value('count')} docker exec under way`;
    case 'auto-remove':
      return 'the way back: it runs with --rm and is gone once it stops';
    case 'linked-by':
      return `the links of ${value('names')} to it: recreate those as well`;
    case 'compose-second':
      return `the old one stays, and counts in compose project ${value('project')} as a second container of its service: docker compose up may remove either`;
    case 'never-run':
      return 'the old one is kept beside it, since the new one is not started (--remove-old removes it)';
    case 'kept-written':
      return 'the old one is kept beside it, stopped: what was written inside it is nowhere else (--remove-old removes it)';
    case 'eci-off':
      return 'Enhanced Container Isolation is off: turn it on first';
    case 'host-namespace':
      return `${value('option')} is not possible under ECI: make it anew without`;
    case 'paused':
      return 'it is paused: unpause it first';
    case 'unusable-state':
      return `its state is ${value('state')}: remove it`;
    case 'image-gone':
      return `its image ${value('image')} is gone: commit the container to an image by hand (docker commit), or pull it again`;
    case 'swarm':
      return 'it is a task of a swarm service: Docker makes those itself';
    case 'shared-by':
      return `${value('names')} ${Array.isArray(params['names']) && params['names'].length > 1 ? 'share' : 'shares'} its namespaces: recreate them together`;
    case 'not-inspected':
      return `it could not be inspected, so what it would lose is not known: ${value('why')}`;
    case 'joined-gone':
      return `it shares the namespaces of container ${value('name')}, which is gone`;
    case 'joined-unprotected':
      return `it shares the namespaces of ${value('name')}, which is not protected: recreate both`;
    case 'no-way-back':
      return 'it runs with --rm, so there is no way back once it is stopped: say --without-way-back';
    case 'gone-at-restart':
      return 'it runs with --rm: it is gone when Docker Engine restarts';
    case 'refused':
      return value('message');
    default:
      return assertNever(code);
  }
}

function itemText(item: RecreateItem, number: number): string {
  const head = `${number}. ${printable(item.name)}  ${item.id.slice(0, 12)}  ${printable(item.image)}  ${item.running ? 'running: it stops, and the new one starts' : 'not running: the new one is not started'}`;
  if (item.unchanged) return `${number}. ${printable(item.name)}  is protected already: nothing to do`;
  const lines = (title: string, notes: readonly RecreateNote[]) =>
    notes.length === 0 ? [] : [`   ${title}`, ...notes.map((note) => `   - ${noteText(note)}`)];
  // What stands in the way is all there is to say: nothing is done with it.
  if (item.blockers.length > 0) return [head, ...lines('in the way', item.blockers)].join('\n');
  return [
    head,
    ...lines('changes', item.changes),
    ...(item.commit
      ? [
          '   carried over by a commit',
          item.written === null
            ? '   - what was written inside it: the engine does not say how much'
            : `   - what was written inside it: ${bytesText(item.written.bytes)} in ${item.written.paths} ${item.written.paths === 1 ? 'path' : 'paths'}`,
        ]
      : []),
    ...lines('not carried over', item.lost),
  ].join('\n');
}

/** A plan for people, in the order it is done. */
export function describeRecreatePlan(plan: RecreatePlan): string {
  let number = 0;
  return plan.groups
    .map((group) => {
      const items = group.map((item) => {
        number++;
        return itemText(item, number);
      });
      return group.length === 1
        ? items.join('\n')
        : [
            `Together, since they share namespaces: ${group.map(({ name }) => printable(name)).join(', ')}`,
            ...items,
          ].join('\n');
    })
    .join('\n\n');
}

export const stepWords: Readonly<Record<RecreateStep, string>> = {
  create: 'making the new container',
  stop: 'stopping the old one',
  commit: 'committing what was written',
  swap: 'swapping names',
  start: 'starting',
  wait: 'waiting until it is well',
  'clean-up': 'tidying up',
};

const errorWords = (error: {
  readonly message: string;
  readonly reason?: string | undefined;
  readonly hint?: string | undefined;
}): string =>
  printable([error.message, error.reason].filter((part) => part !== undefined && part !== '').join(': ')) +
  (error.hint === undefined ? '' : `\n  ${printable(error.hint)}`);

/** How one container came out of it. */
export function outcomeText({ name, outcome }: RecreateMember): string {
  const who = printable(name);
  if (outcome === null) return `${who}: not ended`;
  return `${who}: ${words(outcome)}`;
}

function words(outcome: RecreateOutcome): string {
  switch (outcome.kind) {
    case 'recreated':
      return [
        `recreated${outcome.started ? ', protected and running' : ', protected; not started'}`,
        ...(outcome.kept === null
          ? []
          : [`the old one is ${outcome.kept}, stopped and without a restart policy`]),
        ...(outcome.image === null ? [] : [`made from ${outcome.image}`]),
        ...(outcome.warning === undefined ? [] : [printable(outcome.warning)]),
      ].join('; ');
    case 'unchanged':
      return 'protected already, nothing to do';
    case 'refused':
      return `not recreated, nothing was stopped. ${errorWords(outcome.error)}`;
    case 'rolled-back':
      return `not recreated, the old one is back. ${errorWords(outcome.error)}`;
    case 'rollback-failed':
      return `not recreated, and going back did not work out. ${errorWords(outcome.error)}\n  ${errorWords(outcome.rollbackError)}`;
    case 'not-begun':
      return `not begun. ${errorWords(outcome.error)}`;
    default:
      return assertNever(outcome);
  }
}
