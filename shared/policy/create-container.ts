import type { CreateContext } from './create-context.ts';
import { capabilitiesOfRuntime } from '../isolation/backends.ts';
import { writeGpusAsCdi } from './cdi-requests.ts';
import { passed, type Change, type Decision } from './decision.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { createContainerBody } from './docker-bodies.ts';
import { objectAt, textAt } from './shape.ts';
import { referencesDenial } from './create-limits.ts';
import { absoluteVolumes, decideMounts } from './create-mounts.ts';
import { decideNamespaces } from './create-namespaces.ts';
import { decideConfinement } from './create-confinement.ts';
import type { CreateFacts } from './references.ts';
import { readBodyAs, type ReadBody } from './request-body.ts';
import { liftHostConfig } from './top-level-host-config.ts';

export interface CreateDecision {
  readonly decision: Decision;
  /** Sent to the engine instead of the client's body; only if the request is allowed. */
  readonly body: JsonObject | null;
}

/** Parses a create body by the model; unknown fields are refused, and more references than are looked up. */
export function readCreateBody(value: Json): ReadBody {
  const read = readBodyAs(isObject(value) ? liftHostConfig(value) : value, createContainerBody);
  if (!read.ok) return read;
  const tooMany = referencesDenial(read.body);
  return tooMany === null ? read : { ok: false, denial: tooMany };
}

/**
 * Whether this container may be created, and how the request is rewritten (A2, A6, A7, A8, B1). `body` comes
 * from `readCreateBody`, `facts` are the results of its `createQuestions`. Privileged containers are allowed:
 * the isolation runtime confines them (A4).
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
    () => decideConfinement(host, body, context, facts.devices),
    () => decideMounts(host, body, facts, { image, socket: facts.socket }, changes),
  ]) {
    const denial = decide();
    if (denial !== null) return { decision: denial, body: null };
  }

  writeGpusAsCdi(host, changes);
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
  // Never refused, since Docker-in-Docker requests it (A4): with a backend that does not allow it,
  // such a container works without it.
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
  const volumes = absoluteVolumes(body, changes);
  if (volumes !== null) written.set('Volumes', volumes);
  return { decision: passed(changes), body: written };
}
