import type { Claim, ClaimItem } from '../../shared/verify/claims.ts';
import {
  asExpected,
  operations,
  outcomeOf,
  type Operation,
  type OperationOutcome,
} from '../../shared/verify/operations.ts';
import { ownRange, unseen, type Observed } from './judge.ts';
import type { ProbeResult } from './probe-container.ts';

/** `given`: the setting that gives it to every process of the machine, with its value. */
interface Tried {
  readonly operation: Operation;
  readonly said: string;
  readonly given: string;
  readonly outcome: OperationOutcome;
  readonly good: boolean;
}

/**
 * A4, A5: item by item what a privileged container could do, and what it could not. Two claims: that it
 * works, and that it is confined.
 */
export function judgePrivileged(probe: Observed<ProbeResult>): Claim[] {
  if ('error' in probe)
    return [unseen('A4-privileged-works', probe.error), unseen('A5-privileged-confined', probe.error)];
  const { operations: said = {}, settings = {} } = probe.seen.facts;
  const tried = operations.map((operation): Tried => {
    const outcome = outcomeOf(operation, said[operation.id], settings);
    return {
      operation,
      said: said[operation.id] ?? 'not tried',
      given: `${operation.everybody?.setting ?? ''}=${settings[operation.everybody?.setting ?? ''] ?? ''}`,
      outcome,
      good: asExpected(operation, outcome),
    };
  });
  const isolated = ownRange(probe.seen) !== null;
  return [
    judgeKind(
      'A4-privileged-works',
      tried.filter(({ operation }) => operation.kind === 'local'),
      'allowed',
      isolated,
    ),
    judgeKind(
      'A5-privileged-confined',
      tried.filter(({ operation }) => operation.kind === 'global'),
      'refused',
      isolated,
    ),
  ];
}

/** Enough must have been seen as it should be: a list of things this kernel does not have shows nothing. */
function judgeKind(
  id: Claim['id'],
  tried: readonly Tried[],
  wanted: 'allowed' | 'refused',
  isolated: boolean,
): Claim {
  const of = (outcome: OperationOutcome): readonly Tried[] => tried.filter((one) => one.outcome === outcome);
  const shown = of(wanted).length;
  const bad = tried.filter((one) => !one.good);
  const everybodys = of('everybody');
  const unclear = of('unclear').filter((one) => one.good);
  const sum = [
    `${shown} of ${tried.length} ${wanted}`,
    ...(of('absent').length > 0 ? [`${of('absent').length} not in this kernel`] : []),
    ...everybodys.map(
      ({ operation, given }) =>
        `every process of the machine is allowed one of them, since ${given}: set it to ${operation.everybody?.closed ?? ''} to refuse it`,
    ),
    ...(unclear.length > 0 ? [`unclear: ${named(unclear)}`] : []),
    ...(bad.length > 0 ? [`wrong: ${named(bad)}`] : []),
    ...(isolated ? [] : ['root in the container is root in the engine']),
  ].join('; ');
  const held = isolated && bad.length === 0 && shown > tried.length / 2;
  return {
    id,
    verdict: !held ? 'fail' : everybodys.length > 0 ? 'limited' : 'pass',
    evidence: sum,
    items: tried.map(item),
  };
}

const named = (some: readonly Tried[]): string =>
  some.map(({ operation, said }) => `${operation.title} (${said})`).join(', ');

function item({ operation, said, given, outcome, good }: Tried): ClaimItem {
  const words: Readonly<Record<OperationOutcome, string>> = {
    allowed: 'allowed',
    everybody: `allowed to every process of the machine, since ${given}`,
    refused: `refused (${said})`,
    absent: `not in this kernel (${said})`,
    unclear: `unclear (${said})`,
    'not-tried': said,
  };
  return { title: operation.title, seen: words[outcome], good };
}
