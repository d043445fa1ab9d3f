import type { CreateContext } from './create-context.ts';
import { capabilitiesOfRuntime } from '../isolation/backends.ts';
import { deny, passed, type Change, type Decision, type Denial } from './decision.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { createContainerBody } from './docker-bodies.ts';
import { checkShape, objectAt, textAt, type ShapeProblem } from './shape.ts';
import { referencesDenial } from './create-limits.ts';
import { decideMounts } from './create-mounts.ts';
import { decideNamespaces } from './create-namespaces.ts';
import { decideConfinement } from './create-confinement.ts';
import { message } from '../messages/message.ts';
import type { CreateFacts } from './references.ts';

export interface CreateDecision {
  readonly decision: Decision;
  /** What is sent to the engine instead of the client's body; only where it may pass. */
  readonly body: JsonObject | null;
}

export type ReadBody =
  { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly denial: Denial };

/** The refusal of a body that does not fit its shape. */
export function shapeDenial(problem: ShapeProblem): Denial {
  switch (problem.why) {
    case 'unknown-field':
      return deny('unmodelled-field', message('policy.the-field', { path: problem.path }));
    case 'case-variant':
      return deny('unmodelled-field', message('policy.the-field', { path: problem.path }), {
        detail: message('policy.api-spells-it', { expected: problem.expected }),
      });
    case 'wrong-type':
      return deny('unreadable-body', problem.path, {
        detail: message('policy.it-must-be', { expected: problem.expected }),
      });
  }
}

/**
 * Checks a create body against the model; unknown and differently spelled fields are refused, as is
 * `HostConfig` at the top level (engines before v27), and more references than are looked up.
 */
export function readCreateBody(value: Json): ReadBody {
  if (!isObject(value))
    return {
      ok: false,
      denial: deny('unreadable-body', message('policy.the-body'), {
        detail: message('policy.it-must-be-object'),
      }),
    };
  const shaped = checkShape(value, createContainerBody);
  if (!shaped.ok) return { ok: false, denial: shapeDenial(shaped.problem) };
  // A checked object stays one.
  if (!isObject(shaped.value))
    return { ok: false, denial: deny('unreadable-body', message('policy.the-body')) };
  const tooMany = referencesDenial(shaped.value);
  return tooMany === null ? { ok: true, body: shaped.value } : { ok: false, denial: tooMany };
}

/**
 * May this container be created, and how is the request written (A2, A6, A7, A8, B1)? `body` comes from
 * `readCreateBody`, `facts` answer its `createQuestions`. Privileged containers pass: the isolation runtime
 * confines them (A4).
 */
export function decideCreateContainer(
  body: JsonObject,
  facts: CreateFacts,
  context: CreateContext,
): CreateDecision {
  const before = objectAt(body, 'HostConfig');
  const host = new Map(before);
  const changes: Change[] = [];
  const image = textAt(body, 'Image');

  for (const decide of [
    () => decideNamespaces(host, body, facts, changes),
    () => decideConfinement(host, body, context),
    () => decideMounts(host, body, facts, { image, socket: facts.socket }, changes),
  ]) {
    const denial = decide();
    if (denial !== null) return { decision: denial, body: null };
  }

  const runtime = textAt(before, 'Runtime');
  if (runtime !== context.runtime) {
    changes.push({
      rule: 'runtime-forced',
      field: 'HostConfig.Runtime',
      before: runtime,
      after: context.runtime,
    });
    host.set('Runtime', context.runtime);
  }
  // Never refused, since Docker-in-Docker asks for it (A4): such a container does the same in Sysbox without.
  const allowsPrivileged = capabilitiesOfRuntime(context.runtime)?.allowsPrivileged !== false;
  if (!allowsPrivileged && host.get('Privileged') === true) {
    changes.push({
      rule: 'privileged-by-runtime',
      field: 'HostConfig.Privileged',
      before: 'true',
      after: 'false',
    });
    host.set('Privileged', false);
  }
  const userns = textAt(before, 'UsernsMode');
  if (userns !== '')
    changes.push({ rule: 'userns-ignored', field: 'HostConfig.UsernsMode', before: userns, after: '' });
  host.delete('UsernsMode');

  const written = new Map(body);
  written.set('HostConfig', host);
  return { decision: passed(changes), body: written };
}
