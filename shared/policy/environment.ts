import { deny, type Denial } from './decision.ts';
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { builtInNetworkModes, containerMode } from './references.ts';
import { objectAt, textAt, textsAt } from './shape.ts';
import { message } from '../messages/message.ts';
import type { EffectiveSettings } from '../settings/effective.ts';

/** Replaces a variable's value in responses. */
const hiddenValue = '(hidden by Bulkhead)';

/** Whether values of environment variables are hidden from the caller. */
export function hidesEnvironment(
  settings: Pick<EffectiveSettings, 'hideEnvironment'>,
  fromContainer: boolean,
): boolean {
  switch (settings.hideEnvironment) {
    case 'never':
      return false;
    case 'socket-mounts':
      return fromContainer;
    case 'always':
      return true;
  }
}

/** An inspect response without the values of the container's variables. Everything else is unchanged. */
export function withoutEnvironment(inspected: Json): Json {
  if (!isObject(inspected)) return inspected;
  const config = objectAt(inspected, 'Config');
  const env = config.get('Env');
  if (!isList(env)) return inspected;
  const hidden = env.map((entry) =>
    typeof entry === 'string' ? `${entry.split('=', 1)[0] ?? ''}=${hiddenValue}` : entry,
  );
  return new Map(inspected).set('Config', new Map(config).set('Env', hidden));
}

/**
 * A client that copies a container from its inspect response would start it with invalid values: a refusal is
 * better.
 */
export function hiddenValueDenial(body: JsonObject): Denial | null {
  const copied = textsAt(body, 'Env').find((entry) => entry.endsWith(`=${hiddenValue}`));
  return copied === undefined
    ? null
    : deny(
        'environment-hidden',
        message('policy.variable-with-hidden-value', { variable: copied.split('=', 1)[0] ?? '' }),
      );
}

/** `ps` shows a process's variables with an `e` among BSD's options; these are known not to. */
const plainOptions = /^(?:-ef|-eF|-e|-f|-F|-l|-A|aux|ax|x|u|-eo|-o|-eLf)$/;
/** No UNIX options: combined with them `ps` may parse all options as BSD's, in which `-e` is that `e`. */
const mixedOptions = /^-(?:aux|ax)$/;

/** The refusal of `docker top` with options that may show variables. `options` as in `ps_args`. */
export function topDenial(options: string): Denial | null {
  const columns = options.split(/\s+/).filter((word) => word !== '');
  const odd =
    columns.length === 1 && mixedOptions.test(columns[0] ?? '')
      ? undefined
      : columns.find(
          (word, index) =>
            !plainOptions.test(word) &&
            !(/^-e?o$/.test(columns[index - 1] ?? '') && /^[a-z%,=]+$/.test(word)),
        );
  return odd === undefined
    ? null
    : deny('environment-hidden', message('policy.docker-top-with-option', { option: odd }));
}

/** Legacy links give a container the variables of the one it is linked to; user-defined networks do not. */
export function linkDenial(body: JsonObject): Denial | null {
  const host = objectAt(body, 'HostConfig');
  const [link] = textsAt(host, 'Links');
  const mode = textAt(host, 'NetworkMode');
  return link === undefined || (!builtInNetworkModes.has(mode) && containerMode(mode) === null)
    ? null
    : deny('environment-hidden', message('policy.link-showing-variables', { link }));
}
