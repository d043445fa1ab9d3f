import { brief, fileNameDenial, gitIdentifierDenial, gitSourceDenial } from './build-remote.ts';
import { deny, type Denial } from './decision.ts';
import { message } from '../messages/message.ts';
import { textEntriesOf, textOf, type Message } from './protobuf.ts';
import { firstDenial, firstDenialOf } from './first-denial.ts';

/**
 * A policy may not remove the client's agent from a source: git would continue with the engine's identity.
 */
export function replacedAgent(attributes: Attributes): Denial | null {
  const without = attributes.some(([key, value]) => key === 'git.mountsshsock' && value === '');
  return without ? deny('build-identity', message('policy.git-repository-without-ssh-agent')) : null;
}

const sourceSchemes = new Set([
  'docker-image',
  'local',
  'oci-layout',
  'git',
  'http',
  'https',
  'docker-image+blob',
  'oci-layout+blob',
]);

export function sourceStep(source: Message): Denial | null {
  const identifier = textOf(source, 'identifier');
  const attributes = textEntriesOf(source, 'attrs');
  return firstDenial(
    () => sourceIdentifier(identifier),
    () => sourceAttributes(attributes),
    () => gitSource(identifier, attributes),
  );
}

export const schemeOf = (identifier: string) => /^([a-z+-]+):\/\//.exec(identifier)?.[1];

export function sourceIdentifier(identifier: string): Denial | null {
  const scheme = schemeOf(identifier);
  if (scheme === undefined || !sourceSchemes.has(scheme))
    return deny('build-source', message('policy.build-source', { identifier: brief(identifier) }));
  return scheme === 'git' ? gitIdentifierDenial(identifier) : null;
}

type Attributes = readonly (readonly [string, string])[];

/** Attributes that reference a location, whatever source they belong to. */
export function sourceAttributes(attributes: Attributes): Denial | null {
  return firstDenialOf(attributes, ([key, value]) => {
    if (key === 'http.filename') return fileNameDenial(value);
    // git runs commands from a bundle before BuildKit 0.31.2 (GHSA-hw3h-2gp9-cxpv).
    return key === 'git.bundle' && value !== ''
      ? deny('build-source', message('policy.build-source', { identifier: brief(value) }))
      : null;
  });
}

/**
 * The daemon runs git as root: a repository must be elsewhere, not a directory of the engine, and not a
 * command; its identity is the client's.
 */
export function gitSource(identifier: string, attributes: Attributes): Denial | null {
  // Of an attribute given twice BuildKit uses the last.
  const values = new Map(attributes);
  const remote = values.get('git.fullurl') ?? '';
  const agent = values.get('git.mountsshsock') ?? '';
  if (remote !== '') return gitSourceDenial({ remote, agent });
  return schemeOf(identifier) === 'git'
    ? gitSourceDenial({ remote: identifier.slice('git://'.length), agent })
    : null;
}
