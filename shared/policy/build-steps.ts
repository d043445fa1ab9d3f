import { brief } from './build-remote.ts';
import { cgroupParentDenial } from './cgroup-parent.ts';
import { deny, type Denial } from './decision.ts';
import { netModes, op, securityModes } from './llb-messages.ts';
import { message } from '../messages/message.ts';
import {
  bytesOf,
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textOf,
  type FieldCount,
  type Message,
  type MessageProblem,
} from './protobuf.ts';
import { sourceStep } from './build-sources.ts';
import { firstDenial, firstDenialOf } from './first-denial.ts';

/** A message that cannot be parsed, or has a field that is not modelled. */
export function problemDenial(problem: MessageProblem): Denial {
  return problem.kind === 'unknown-field'
    ? deny('unmodelled-field', message('policy.build-request-with', { where: problem.where }))
    : deny('unreadable-body', message('policy.build-request'), {
        detail: message('common.what-and-why', { what: problem.where, why: problem.why }),
      });
}

/** The cgroup parent of a build's steps, as named by the user. */
export const cgroupOption = 'docker build --cgroup-parent';

/** The refusal of a build in the host's network. */
export const hostNetwork = () => deny('host-network-build', message('policy.build-with-host-network'));

/** Checks every graph in a message, at any depth. */
export function graphs(message: Message, count: FieldCount): Denial | null {
  if (message.shape.name === 'pb.Definition') {
    const denial = firstDenialOf(bytesOf(message, 'def'), (bytes) => step(bytes, count));
    if (denial !== null) return denial;
  }
  for (const values of message.values.values()) {
    for (const value of values) {
      if (typeof value !== 'object' || value instanceof Uint8Array) break;
      const denial = graphs(value, count);
      if (denial !== null) return denial;
    }
  }
  return null;
}

/**
 * Checks one step. Its bytes are forwarded unchanged, because their digest is its name. `readMessage` accepts
 * only bytes with a single interpretation.
 */
function step(bytes: Uint8Array, count: FieldCount): Denial | null {
  const read = readMessage(op, bytes, count);
  if (!read.ok) return problemDenial(read.problem);
  const exec = messageOf(read.message, 'exec');
  const source = messageOf(read.message, 'source');
  if (exec !== null) {
    return firstDenial(
      () => network(numberOf(exec, 'network')),
      () => security(numberOf(exec, 'security')),
      () => cgroupParentDenial(textOf(messageOf(exec, 'meta'), 'cgroupParent'), cgroupOption),
      () =>
        firstDenialOf(messagesOf(exec, 'cdiDevices'), (device) =>
          deny('host-device', message('policy.device-in-build-step', { device: textOf(device, 'name') })),
        ),
      () => mounts(exec),
    );
  }
  if (source !== null) return sourceStep(source);
  // Its steps are in a file that another step creates: they cannot be inspected before.
  return messageOf(read.message, 'build') === null
    ? null
    : deny('build-source', message('policy.build-step-from-file'));
}

export function network(mode: bigint): Denial | null {
  switch (mode) {
    case netModes.sandbox:
    case netModes.none:
      return null;
    case netModes.host:
      return hostNetwork();
    default:
      return deny('unmodelled-value', message('policy.network-mode-of-build-step', { mode: String(mode) }), {
        spec: 'C',
      });
  }
}

export function security(mode: bigint): Denial | null {
  switch (mode) {
    case securityModes.sandbox:
      return null;
    case securityModes.insecure:
      return deny('build-entitlement', message('policy.privileged-build-step'));
    default:
      return deny('unmodelled-value', message('policy.security-mode-of-build-step', { mode: String(mode) }), {
        spec: 'C',
      });
  }
}

/**
 * The id that a client gives a container in its build: BuildKit creates a directory of that name as root, and
 * removes it (before 0.28.1 wherever the name leads: CVE-2026-33747), and the runtime keeps the container
 * under it. Clients generate 25 of these characters; the limits keep it distinct from the ids of containers
 * and from BuildKit's own files in that directory.
 */
const clientContainerId = /^[a-z0-9]{16,48}$/;

export function containerId(id: string): Denial | null {
  return clientContainerId.test(id)
    ? null
    : deny('unmodelled-value', message('policy.id-of-container-in-build', { id: brief(id) }), {
        detail: message('policy.build-id-form'),
      });
}

/** Bind (a result of another step), secret, ssh, cache, tmpfs. */
const lastMountType = 4n;

export function mounts(holder: Message): Denial | null {
  return firstDenialOf([...messagesOf(holder, 'mounts'), ...messagesOf(holder, 'Mounts')], (mount) => {
    const type = numberOf(mount, 'mountType');
    return type <= lastMountType
      ? null
      : deny('unmodelled-value', message('policy.build-step-mount', { type: String(type) }));
  });
}
