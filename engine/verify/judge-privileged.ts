import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message } from '../../shared/messages/message.ts';
import type { Claim, ClaimItem } from '../../shared/verify/claims.ts';
import {
  asExpected,
  operations,
  operationTitle,
  outcomeOf,
  type Operation,
  type OperationOutcome,
} from '../../shared/verify/operations.ts';
import { makeClaim, makeItem, type EvidenceText } from './evidence.ts';
import { ownRange, notObserved, type Observation } from './judge.ts';
import type { ProbeResult } from './probe-container.ts';

/** `given`: the setting that allows it to every process of the machine, with its value. */
interface OperationResult {
  readonly operation: Operation;
  readonly result: EvidenceText;
  readonly given: string;
  readonly outcome: OperationOutcome;
  readonly good: boolean;
}

/**
 * A4, A5: item by item what a privileged container could and could not do. Two claims: that it works, and
 * that it is confined.
 */
export function judgePrivileged(probe: Observation<ProbeResult>): Claim[] {
  if ('error' in probe)
    return [
      notObserved('A4-privileged-works', probe.error),
      notObserved('A5-privileged-confined', probe.error),
    ];
  const { operations: result = {}, settings = {} } = probe.value.facts;
  const results = operations.map((operation): OperationResult => {
    const outcome = outcomeOf(operation, result[operation.id], settings);
    return {
      operation,
      result: result[operation.id] ?? message('evidence.not-tried'),
      given: `${operation.everybody?.setting ?? ''}=${settings[operation.everybody?.setting ?? ''] ?? ''}`,
      outcome,
      good: asExpected(operation, outcome),
    };
  });
  const isolated = ownRange(probe.value) !== null;
  return [
    judgeKind(
      'A4-privileged-works',
      results.filter(({ operation }) => operation.kind === 'local'),
      'allowed',
      isolated,
    ),
    judgeKind(
      'A5-privileged-confined',
      results.filter(({ operation }) => operation.kind === 'global'),
      'refused',
      isolated,
    ),
  ];
}

/**
 * Enough operations must have had the expected result: a list of features that this kernel lacks shows
 * nothing.
 */
function judgeKind(
  id: Claim['id'],
  results: readonly OperationResult[],
  wanted: 'allowed' | 'refused',
  isolated: boolean,
): Claim {
  const of = (outcome: OperationOutcome): readonly OperationResult[] =>
    results.filter((one) => one.outcome === outcome);
  const shown = of(wanted).length;
  const failed = results.filter((one) => !one.good);
  const allowedForAll = of('everybody');
  const unclear = of('unclear').filter((one) => one.good);
  const total = results.length;
  const evidence = joinMessages('statements', [
    wanted === 'allowed'
      ? message('evidence.number-allowed', { number: shown, total })
      : message('evidence.number-refused', { number: shown, total }),
    ...(of('absent').length > 0 ? [message('evidence.number-absent', { number: of('absent').length })] : []),
    ...allowedForAll.map(({ operation, given }) =>
      message('evidence.given-to-every-process', {
        setting: given,
        value: operation.everybody?.closed ?? '',
      }),
    ),
    ...(unclear.length > 0 ? [message('evidence.unclear-operations', { operations: named(unclear) })] : []),
    ...(failed.length > 0 ? [message('evidence.wrong-operations', { operations: named(failed) })] : []),
    ...(isolated ? [] : [message('evidence.root-of-engine')]),
  ]);
  const passed = isolated && failed.length === 0 && shown > results.length / 2;
  return {
    ...makeClaim(id, !passed ? 'fail' : allowedForAll.length > 0 ? 'limited' : 'pass', evidence),
    items: results.map(item),
  };
}

const named = (some: readonly OperationResult[]): EvidenceText =>
  joinMessages(
    'enumeration',
    some.map(({ operation, result }) =>
      message('evidence.operation-and-error', { operation: operationTitle(operation.id), error: result }),
    ),
  );

const item = (one: OperationResult): ClaimItem =>
  makeItem(operationTitle(one.operation.id), outcomeText(one), one.good);

function outcomeText({ result, given, outcome }: OperationResult): EvidenceText {
  switch (outcome) {
    case 'allowed':
      return message('evidence.allowed');
    case 'everybody':
      return message('evidence.allowed-to-every-process', { setting: given });
    case 'refused':
      return message('evidence.refused', { error: result });
    case 'absent':
      return message('evidence.absent', { error: result });
    case 'unclear':
      return message('evidence.unclear', { error: result });
    case 'not-tried':
      return result;
  }
}
