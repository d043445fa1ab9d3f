import type { ComponentType } from 'react';
import type { TFunction } from 'i18next';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import {
  BoltIcon,
  DeleteIcon,
  DeniedIcon,
  EyeIcon,
  RecreateIcon,
  RestartIcon,
  StopsIcon,
  UnprotectedIcon,
} from '../../theme/icons.ts';
import { formatDuration } from '../../i18n/format.ts';
import { sentences } from '../../i18n/lists.ts';
import type { Tone } from '../../theme/tokens.ts';
import type { ApplyPlan, PlanEffect } from '../../../shared/apply/plan.ts';
import { backendIds } from '../../../shared/isolation/backends.ts';
import { names as joined } from '../../i18n/lists.ts';

type Kind = PlanEffect['kind'];

/** Icon and tone of each kind of effect (design language, Plan). */
export const kindStyle: Record<Kind, { readonly icon: ComponentType<SvgIconProps>; readonly tone: Tone }> = {
  restart: { icon: RestartIcon, tone: 'warn' },
  stops: { icon: StopsIcon, tone: 'warn' },
  recreated: { icon: RecreateIcon, tone: 'warn' },
  removed: { icon: DeleteIcon, tone: 'danger' },
  unprotected: { icon: UnprotectedIcon, tone: 'danger' },
  'stays-in-view': { icon: EyeIcon, tone: 'neutral' },
  'new-rule': { icon: DeniedIcon, tone: 'neutral' },
  'at-once': { icon: BoltIcon, tone: 'neutral' },
  dangerous: { icon: UnprotectedIcon, tone: 'danger' },
};

export interface EffectLabels {
  readonly title: string;
  readonly why: string;
  readonly tag: string;
}

const maxNames = 4;
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** A few names, then how many more; `count` may be more than there are names. */
export function someNames(
  t: TFunction,
  names: readonly string[],
  count = names.length,
  list: (names: readonly string[]) => string = (all) => joined(t, all),
): string {
  const shown = names.slice(0, maxNames);
  return count > shown.length
    ? t('list.more', { names: joined(t, shown), count: count - shown.length })
    : list(shown);
}

/** What happens to containers that stay unprotected, and what can be done with them afterwards. */
function keptText(t: TFunction, params: PlanEffect['params'], names: string): string {
  if (params['use'] === 'free') return t('review.effect.keptUsed', { names });
  if (params['use'] === 'warn') return t('review.effect.keptWarned', { names });
  return number(params['stopping']) > 0
    ? t('review.effect.keptStopped', { names })
    : t('review.effect.keptBlocked', { names });
}

/**
 * An effect in words; `list` joins names as the language does.
 */
export function effectLabels(
  t: TFunction,
  effect: PlanEffect,
  context: {
    readonly list: (names: readonly string[]) => string;
    readonly plan: ApplyPlan;
  },
): EffectLabels {
  const { params } = effect;
  const count = number(params['count']);
  const names = someNames(t, texts(params['names']), count, context.list);
  const duration = formatDuration(t, number(params['seconds']));
  const tag = t(`review.kind.${effect.kind}`);
  const labels = (title: string, why: string, more?: string): EffectLabels => ({
    title,
    why,
    tag: more ?? tag,
  });
  switch (effect.code) {
    case 'engine-restarts':
      return labels(t('review.effect.engineRestarts'), t('review.effect.engineRestartsWhy', { duration }));
    case 'restart-not-prepared':
      return labels(t('review.effect.restartNotPrepared'), t('review.effect.restartNotPreparedWhy'));
    case 'restart-build-runtime':
      return labels(t('review.effect.restartBuildRuntime'), t('review.effect.restartBuildRuntimeWhy'));
    case 'restart-keys':
      return labels(t('review.effect.restartKeys', { count, names }), t('review.effect.restartKeysWhy'));
    case 'desktop-reopens':
      return labels(t('review.effect.desktopReopens'), t('review.effect.desktopReopensWhy', { duration }));
    case 'desktop-opens':
      return labels(
        t('review.effect.desktopOpens'),
        t('review.effect.desktopOpensWhy', { duration }),
        t('review.kind.starts'),
      );
    case 'desktop-file-goes':
      return labels(t('review.effect.desktopFileGoes'), t('review.effect.desktopFileGoesWhy'));
    case 'desktop-sign-in':
      return labels(
        params['first'] === 1 ? t('review.effect.desktopFirst') : t('review.effect.desktopSignIn'),
        t('review.effect.desktopSignInWhy'),
      );
    case 'engine-starts':
      return labels(
        t('review.effect.engineStarts'),
        t('review.effect.engineStartsWhy', { duration }),
        t('review.kind.starts'),
      );
    case 'containers-stop': {
      const returning = texts(params['returning']);
      const back = someNames(t, returning, returning.length, context.list);
      const stays =
        returning.length === 0
          ? t('review.effect.stopsNone', { names, count })
          : returning.length >= count
            ? t('review.effect.stopsAll', { names: back })
            : t('review.effect.stopsSome', { names: back });
      const slow = number(params['slow']);
      return labels(
        t('review.effect.stops', { count }),
        sentences(t, [
          stays,
          slow === 0
            ? ''
            : t('review.effect.stopsSlow', {
                count: slow,
                duration: formatDuration(t, number(params['wait'])),
              }),
        ]),
      );
    }
    case 'containers-removed':
      return labels(
        t('review.effect.removed', { count, names }),
        context.plan.effects.some((other) => other.code === 'volumes-removed')
          ? t('review.effect.removedWithVolumes')
          : t('review.effect.removedKeep'),
      );
    case 'volumes-removed':
      return labels(
        t('review.effect.volumes', {
          count,
          names: someNames(
            t,
            texts(params['names']).map((name) => (name.length > 24 ? `${name.slice(0, 12)}…` : name)),
            count,
            context.list,
          ),
        }),
        t('review.effect.volumesWhy'),
      );
    case 'eci-on':
      return labels(t('review.effect.eciOn'), t('review.effect.eciOnWhy'));
    case 'eci-off':
      return labels(t('review.effect.eciOff'), t('review.effect.eciOffWhy'));
    case 'backend': {
      const id = backendIds.find((backend) => backend === params['id']);
      return labels(
        t('review.effect.backend', {
          name: id === undefined ? String(params['id']) : t(`review.effect.${id}`),
        }),
        t('review.effect.backendWhy'),
      );
    }
    case 'dangerous-shares': {
      const code = (paths: unknown) =>
        context.list(texts(paths).map((path) => (path.includes('`') ? path : `\`${path}\``)));
      const everything = texts(params['everything']);
      return everything.length > 0
        ? labels(
            t('review.effect.sharesEverything', { paths: code(everything) }),
            t('review.effect.sharesEverythingWhy'),
          )
        : labels(t('review.effect.sharesDangerous', { count, paths: code(params['paths']) }), '');
    }
    case 'mounts-outside-shares-refused': {
      const paths = texts(params['paths']);
      return paths.length === 0
        ? labels(t('review.effect.mountsNone'), t('review.effect.mountsNoneWhy'))
        : labels(
            t('review.effect.mounts', { paths: someNames(t, paths, count, context.list) }),
            t('review.effect.mountsWhy'),
          );
    }
    case 'socket-images': {
      const images = texts(params['images']);
      if (images.includes('*')) return labels(t('review.effect.socketAny'), t('review.effect.socketAnyWhy'));
      return count === 0
        ? labels(t('review.effect.socketNone'), t('review.effect.socketNoneWhy'))
        : labels(
            t('review.effect.socketListed', { count }),
            t('review.effect.socketListedWhy', { images: someNames(t, images, count, context.list) }),
          );
    }
    case 'socket-commands': {
      const listed = texts(params['commands']);
      const commands = someNames(t, listed, listed.length, context.list);
      const allow = params['type'] === 'allow';
      return labels(
        listed.length === 0
          ? allow
            ? t('review.effect.commandsNothing')
            : t('review.effect.commandsAll')
          : allow
            ? t('review.effect.commandsAllow', { commands })
            : t('review.effect.commandsDeny', { commands }),
        t('review.effect.commandsWhy'),
      );
    }
    case 'engine-reloads':
      return labels(t('review.effect.engineReload'), t('review.effect.engineReloadWhy'));
    case 'gateway-reloads':
      return labels(t('review.effect.reload'), t('review.effect.reloadWhy'));
    case 'load-blocked':
      return labels(t('review.effect.load'), t('review.effect.loadWhy'));
    case 'store-unchanged':
      return labels(
        t('review.effect.store', {
          images: t('review.effect.images', { count: number(params['images']) }),
          containers: t('review.effect.containers', { count: number(params['containers']) }),
        }),
        t('review.effect.storeWhy'),
      );
    case 'nri-plugins':
      return labels(t('review.effect.nri'), t('review.effect.nriWhy'));
    case 'containers-recreated':
      return labels(t('review.effect.recreated', { count }), t('review.effect.recreatedWhy', { names }));
    case 'containers-kept-unprotected':
      return labels(t('review.effect.kept', { count }), keptText(t, params, names));
  }
}
