import type { PlanEffect } from '../shared/apply/plan.ts';
import { backendIds } from '../shared/isolation/backends.ts';
import { about, listText, text } from './text.ts';

type EffectParam = PlanEffect['params'][string] | undefined;

const valuesOf = (value: EffectParam): readonly string[] => (Array.isArray(value) ? value : []);

/** Names, the first six of many. */
function list(value: EffectParam, most = 6): string {
  const names = valuesOf(value);
  return names.length > most
    ? text('cli-output.and-more', {
        names: listText(names.slice(0, most)),
        number: names.length - most,
      })
    : listText(names);
}

/** Which containers stop, which of them are restarted, and which are slow to stop. */
function stopText({ count, names, returning, slow, slowNames, wait }: PlanEffect['params']): string {
  const again = valuesOf(returning);
  return [
    text('cli-plan.containers-stop', { count: Number(count ?? 0), names: list(names) }),
    again.length === 0 ? '' : text('cli-plan.start-again', { count: again.length, names: list(returning) }),
    Number(slow ?? 0) === 0
      ? ''
      : text('cli-plan.stop-slowly', { seconds: String(wait), names: list(slowNames) }),
  ].join('');
}

/** Which containers stay unprotected, the consequences, and the alternatives. */
function keptContainersText(
  { use, stopping, returning }: PlanEffect['params'],
  containers: string,
  names: string,
): string {
  const kept = text('cli-plan.containers-kept-unprotected', { containers, names });
  if (use === 'free') return kept;
  if (use === 'warn') return `${kept}${text('cli-plan.kept-recorded')}`;
  const again = valuesOf(returning);
  return [
    kept,
    text(Number(stopping ?? 0) > 0 ? 'cli-plan.kept-stop' : 'cli-plan.kept-run'),
    again.length === 0
      ? ''
      : text('cli-plan.kept-returning', { count: again.length, names: list(returning) }),
    text('cli-plan.kept-instead'),
  ].join('');
}

/** Every dangerous directory by name, without a limit. */
function dangerText({ paths, everything }: PlanEffect['params']): string {
  const all = list(paths, Number.POSITIVE_INFINITY);
  return valuesOf(everything).length > 0
    ? text('cli-plan.whole-file-system', { paths: all })
    : text('cli-plan.dangerous-directories', { paths: all });
}

/** Docker Desktop's sign-in, which its settings file enforces. */
function signInText({ first }: PlanEffect['params']): string {
  const effect = text('cli-plan.desktop-sign-in');
  return first === 1 ? text('cli-plan.file-is-new', { effect }) : effect;
}

const devicesText = ({ devices, limits }: PlanEffect['params']): string =>
  text(`cli-plan.devices-allowed${limits === 'none' ? '-for-all' : ''}`, { devices: list(devices) });

/** What can't be mounted any more, and which containers that keeps from starting. */
function mountsText({ count, paths, mounting, mountingNames }: PlanEffect['params']): string {
  const rule =
    Number(count ?? 0) === 0
      ? text('cli-plan.no-directories')
      : text('cli-plan.directories', { paths: list(paths) });
  return Number(mounting ?? 0) === 0
    ? rule
    : `${rule}${text('cli-plan.mounting', { names: list(mountingNames) })}`;
}

/** What may be sent through a mounted socket, and by which command list: of all images, or of one. */
function commandsText({ image, list: governing, type, commands }: PlanEffect['params']): string {
  const listed = { commands: list(commands) || text('cli-plan.no-commands') };
  const rule =
    type === 'allow'
      ? text('cli-plan.socket-commands-allowed', listed)
      : text('cli-plan.socket-commands-denied', listed);
  if (governing === undefined) return rule;
  const note = text(governing === 'own' ? 'cli-plan.own-list' : 'cli-plan.default-list');
  return typeof image === 'string'
    ? about(text('cli-output.with-note', { text: image, note }), rule)
    : text('cli-output.with-note', { text: rule, note });
}

/** How a backend runs containers, and what it provides. */
function backendText(id: string): string {
  const known = [...backendIds, 'none' as const].find((backend) => backend === id);
  return known === undefined ? id : text(`cli-plan.backend-${known}`);
}

/** The preference that keeps isolation off, and whose it is, if that is known. */
function preferenceText({ by }: PlanEffect['params']): string {
  return typeof by === 'string'
    ? text('cli-plan.preference-off', { by })
    : text('cli-plan.preference-off-unnamed');
}

/** One effect of a plan. */
export function describeEffect({ kind, code, params }: PlanEffect): string {
  const count = Number(params['count'] ?? 0);
  const containers = text('cli-output.containers', { count });
  const names = list(params['names']);
  const seconds = String(params['seconds']);
  switch (code) {
    case 'engine-restarts':
      return text('cli-plan.engine-restarts', { seconds });
    case 'restart-not-prepared':
      return text('cli-plan.restart-not-prepared');
    case 'restart-build-runtime':
      return text('cli-plan.restart-build-runtime');
    case 'restart-keys':
      return text('cli-plan.restart-keys', { names });
    case 'desktop-reopens':
      return text('cli-plan.desktop-reopens', { seconds });
    case 'desktop-opens':
      return text('cli-plan.desktop-opens', { seconds });
    case 'desktop-file-goes':
      return text('cli-plan.desktop-file-goes');
    case 'desktop-sign-in':
      return signInText(params);
    case 'engine-starts':
      return text('cli-plan.engine-starts', { seconds });
    case 'containers-stop':
      return stopText(params);
    case 'containers-removed':
      return text('cli-plan.containers-removed', { containers, names });
    case 'volumes-removed':
      return text('cli-plan.volumes-removed', { count, names });
    case 'containers-recreated':
      return text('cli-plan.containers-recreated', { containers, names });
    case 'containers-kept-unprotected':
      return keptContainersText(params, containers, names);
    case 'store-unchanged':
      return text('cli-plan.store-unchanged', {
        images: text('cli-output.images', { count: Number(params['images']) }),
        containers: text('cli-output.containers', { count: Number(params['containers']) }),
      });
    case 'bytes-kept':
      return text('cli-plan.bytes-kept', { version: Number(params['version']) });
    case 'nri-plugins':
      return text('cli-plan.nri-plugins');
    case 'eci-on':
    case 'eci-off':
    case 'eci-locked':
    case 'eci-unlocked':
    case 'audit-on':
    case 'audit-off':
      return text(`cli-plan.${code}`);
    case 'preference-off':
      return preferenceText(params);
    case 'backend':
      return text('cli-plan.backend', { backend: backendText(String(params['id'])) });
    case 'dangerous-shares':
      return dangerText(params);
    case 'mounts-outside-shares-refused':
      return mountsText(params);
    case 'directories-allowed':
      return text('cli-plan.directories-allowed', { paths: list(params['paths']) });
    case 'devices-allowed':
      return devicesText(params);
    case 'network-volumes-allowed':
      return text('cli-plan.network-volumes-allowed', { sources: list(params['sources']) });
    case 'socket-images':
      if (kind === 'dangerous') return text('cli-plan.any-socket-image');
      return count === 0
        ? text('cli-plan.no-socket-images')
        : text('cli-plan.socket-images', { images: list(params['images']) });
    case 'socket-commands':
      return commandsText(params);
    case 'gateway-reloads':
      return text('cli-plan.gateway-reloads');
    case 'engine-reloads':
      return text(`cli-plan.engine-reloads${Number(params['chosen'] ?? 0) > 0 ? '-chosen' : ''}`);
    case 'load-blocked':
      return text('cli-plan.load-blocked');
  }
}
