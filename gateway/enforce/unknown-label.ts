import { message, type Message } from '../../shared/messages/message.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';

/** A label of ours with a value that it does not have. */
export interface UnknownLabelValue {
  readonly label: string;
  /** The requirement that the label is about. */
  readonly spec: 'A4' | 'A8';
  /** Which values it has. */
  readonly detail: Message;
}

/** Denies the start of a container with such a label: whoever set it relies on it. */
export const unknownLabelDenial = (
  { name, labels }: Pick<ContainerFacts, 'name' | 'labels'>,
  { label, spec, detail }: UnknownLabelValue,
): Denial =>
  deny(
    'unmodelled-value',
    message('gateway.container-with-label', { name, label, value: (labels[label] ?? '').slice(0, 200) }),
    { spec, detail },
  );
