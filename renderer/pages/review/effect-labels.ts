import type { ComponentType } from 'react';
import type { TFunction } from 'i18next';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import {
  AllowedIcon,
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
import { joinSentences, names as joined } from '../../i18n/lists.ts';
import type { Tone } from '../../theme/tokens.ts';
import type { ApplyPlan, PlanEffect } from '../../../shared/apply/plan.ts';
import { backendIds } from '../../../shared/isolation/backends.ts';

type Kind = PlanEffect['kind'];

/** Icon and tone of each kind of effect. */
export const kindStyle: Record<Kind, { readonly icon: ComponentType<SvgIconProps>; readonly tone: Tone }> = {
  restart: { icon: RestartIcon, tone: 'warn' },
  stops: { icon: StopsIcon, tone: 'warn' },
  recreated: { icon: RecreateIcon, tone: 'warn' },
  removed: { icon: DeleteIcon, tone: 'danger' },
  unprotected: { icon: UnprotectedIcon, tone: 'danger' },
  'stays-in-view': { icon: EyeIcon, tone: 'neutral' },
  'new-rule': { icon: DeniedIcon, tone: 'neutral' },
  allowed: { icon: AllowedIcon, tone: 'neutral' },
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

/** Paths between backticks (see withCode), except those that contain one. */
const asCode = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => (path.includes('`') ? path : `\`${path}\``));

/** A few names, then the number of others; `count` may exceed the names. */
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
  const count = number(params['count']);
  if (params['use'] === 'free') return t('review.effect.keptUsed', { names, count });
  if (params['use'] === 'warn') return t('review.effect.keptWarned', { names, count });
  const returning = texts(params['returning']);
  return joinSentences(t, [
    number(params['stopping']) > 0
      ? t('review.effect.keptStopped', { names, count })
      : t('review.effect.keptBlocked', { names, count }),
    returning.length === 0
      ? ''
      : t('review.effect.keptReturning', { names: someNames(t, returning), count: returning.length }),
  ]);
}

/** Input of an effect's texts. */
interface EffectContext {
  readonly t: TFunction;
  readonly params: PlanEffect['params'];
  readonly count: number;
  /** A few of the names in `params`. */
  readonly names: string;
  readonly duration: string;
  /** Joins names as the language does. */
  readonly list: (names: readonly string[]) => string;
  readonly plan: ApplyPlan;
}

/** Title, reason, and a tag if it is not the one of the effect's kind. */
type EffectTexts = readonly [title: string, why: string, tag?: string];

const textsOf: Record<PlanEffect['code'], (context: EffectContext) => EffectTexts> = {
  'engine-restarts': ({ t, duration }) => [
    t('review.effect.engineRestarts'),
    t('review.effect.engineRestartsWhy', { duration }),
  ],
  'restart-not-prepared': ({ t }) => [
    t('review.effect.restartNotPrepared'),
    t('review.effect.restartNotPreparedWhy'),
  ],
  'restart-build-runtime': ({ t }) => [
    t('review.effect.restartBuildRuntime'),
    t('review.effect.restartBuildRuntimeWhy'),
  ],
  'restart-keys': ({ t, count, names }) => [
    t('review.effect.restartKeys', { count, names }),
    t('review.effect.restartKeysWhy'),
  ],
  'desktop-reopens': ({ t, duration }) => [
    t('review.effect.desktopReopens'),
    t('review.effect.desktopReopensWhy', { duration }),
  ],
  'desktop-opens': ({ t, duration }) => [
    t('review.effect.desktopOpens'),
    t('review.effect.desktopOpensWhy', { duration }),
    t('review.kind.starts'),
  ],
  'bytes-kept': ({ t, params }) => [
    t('review.effect.bytesKept', { version: number(params['version']) }),
    t('review.effect.bytesKeptWhy'),
  ],
  'desktop-file-goes': ({ t }) => [t('review.effect.desktopFileGoes'), t('review.effect.desktopFileGoesWhy')],
  'desktop-sign-in': ({ t, params }) => [
    params['first'] === 1 ? t('review.effect.desktopFirst') : t('review.effect.desktopSignIn'),
    t('review.effect.desktopSignInWhy'),
  ],
  'engine-starts': ({ t, duration }) => [
    t('review.effect.engineStarts'),
    t('review.effect.engineStartsWhy', { duration }),
    t('review.kind.starts'),
  ],
  'containers-stop': stopTexts,
  'containers-removed': ({ t, count, names, plan }) => [
    t('review.effect.removed', { count, names }),
    plan.effects.some((other) => other.code === 'volumes-removed')
      ? t('review.effect.removedWithVolumes')
      : t('review.effect.removedKeep'),
  ],
  'volumes-removed': ({ t, params, count, list }) => [
    t('review.effect.volumes', {
      count,
      names: someNames(
        t,
        texts(params['names']).map((name) => (name.length > 24 ? `${name.slice(0, 12)}…` : name)),
        count,
        list,
      ),
    }),
    t('review.effect.volumesWhy'),
  ],
  'eci-on': ({ t }) => [t('review.effect.eciOn'), t('review.effect.eciOnWhy')],
  'eci-off': ({ t }) => [t('review.effect.eciOff'), t('review.effect.eciOffWhy')],
  'eci-locked': ({ t }) => [t('review.effect.eciLocked'), t('review.effect.eciLockedWhy')],
  'eci-unlocked': ({ t }) => [t('review.effect.eciUnlocked'), t('review.effect.eciUnlockedWhy')],
  'preference-off': ({ t, params }) => {
    const { by } = params;
    return [
      t('review.effect.preferenceOff', {
        by: typeof by === 'string' ? by : t('isolation.preference.somebody'),
      }),
      t('review.effect.preferenceOffWhy'),
    ];
  },
  'audit-on': ({ t }) => [
    t('review.effect.auditOn'),
    t('review.effect.auditOnWhy'),
    t('review.kind.notRefused'),
  ],
  'audit-off': ({ t }) => [t('review.effect.auditOff'), t('review.effect.auditOffWhy')],
  backend: ({ t, params }) => {
    const id = backendIds.find((backend) => backend === params['id']);
    return [
      t('review.effect.backend', {
        name: id === undefined ? String(params['id']) : t(`review.effect.${id}`),
      }),
      t('review.effect.backendWhy'),
    ];
  },
  'dangerous-shares': ({ t, params, count, list }) => {
    const code = (paths: unknown) => list(asCode(texts(paths)));
    const everything = texts(params['everything']);
    return everything.length > 0
      ? [
          t('review.effect.sharesEverything', { paths: code(everything) }),
          t('review.effect.sharesEverythingWhy'),
        ]
      : [t('review.effect.sharesDangerous', { count, paths: code(params['paths']) }), ''];
  },
  'mounts-outside-shares-refused': ({ t, params, count, list }) => {
    const paths = texts(params['paths']);
    const mounting = number(params['mounting']);
    const blocked =
      mounting === 0
        ? ''
        : t('review.effect.mountsBlocked', {
            count: mounting,
            names: someNames(t, texts(params['mountingNames']), mounting, list),
          });
    return paths.length === 0
      ? [t('review.effect.mountsNone'), joinSentences(t, [t('review.effect.mountsNoneWhy'), blocked])]
      : [
          t('review.effect.mounts', { paths: someNames(t, paths, count, list) }),
          joinSentences(t, [t('review.effect.mountsWhy'), blocked]),
        ];
  },
  'directories-allowed': ({ t, params, count, list }) => [
    t('review.effect.directoriesAllowed', {
      paths: someNames(t, asCode(texts(params['paths'])), count, list),
    }),
    t('review.effect.mountsWhy'),
  ],
  'devices-allowed': ({ t, params, count, list }) => [
    t('review.effect.devicesAllowed', {
      devices: someNames(t, asCode(texts(params['devices'])), count, list),
    }),
    t(`review.effect.${params['limits'] === 'none' ? 'devicesForAllWhy' : 'devicesLimitedWhy'}`),
  ],
  'network-volumes-allowed': ({ t, params, count, list }) => [
    t('review.effect.networkVolumesAllowed', {
      sources: someNames(t, asCode(texts(params['sources'])), count, list),
    }),
    t('review.effect.networkVolumesAllowedWhy'),
  ],
  'socket-images': ({ t, params, count, list }) => {
    const images = texts(params['images']);
    if (images.includes('*')) return [t('review.effect.socketAny'), t('review.effect.socketAnyWhy')];
    return count === 0
      ? [t('review.effect.socketNone'), t('review.effect.socketNoneWhy')]
      : [
          t('review.effect.socketListed', { count }),
          t('review.effect.socketListedWhy', { images: someNames(t, images, count, list) }),
        ];
  },
  'socket-commands': commandTexts,
  'engine-reloads': ({ t, params }) => [
    t('review.effect.engineReload'),
    t(number(params['chosen']) > 0 ? 'review.effect.engineReloadChosen' : 'review.effect.engineReloadWhy'),
  ],
  'gateway-reloads': ({ t, params }) => [
    t('review.effect.reload'),
    t(number(params['chosen']) > 0 ? 'review.effect.reloadChosen' : 'review.effect.reloadWhy'),
  ],
  'load-blocked': ({ t }) => [t('review.effect.load'), t('review.effect.loadWhy')],
  'store-unchanged': ({ t, params }) => [
    t('review.effect.store', {
      images: t('review.effect.images', { count: number(params['images']) }),
      containers: t('review.effect.containers', { count: number(params['containers']) }),
    }),
    t('review.effect.storeWhy'),
  ],
  'nri-plugins': ({ t }) => [t('review.effect.nri'), t('review.effect.nriWhy')],
  'containers-recreated': ({ t, count, names }) => [
    t('review.effect.recreated', { count }),
    t('review.effect.recreatedWhy', { names }),
  ],
  'containers-kept-unprotected': ({ t, params, count, names }) => [
    t('review.effect.kept', { count }),
    keptText(t, params, names),
  ],
};

/** Which containers stop, which of them are started again, and how long slow ones take. */
function stopTexts({ t, params, count, names, list }: EffectContext): EffectTexts {
  const returning = texts(params['returning']);
  const back = someNames(t, returning, returning.length, list);
  const stays =
    returning.length === 0
      ? t('review.effect.stopsNone', { names, count })
      : returning.length >= count
        ? t('review.effect.stopsAll', { names: back })
        : t('review.effect.stopsSome', { names: back });
  const slow = number(params['slow']);
  return [
    t('review.effect.stops', { count }),
    joinSentences(t, [
      stays,
      slow === 0
        ? ''
        : t('review.effect.stopsSlow', {
            count: slow,
            duration: formatDuration(t, number(params['wait'])),
          }),
    ]),
  ];
}

/** What may be sent through the socket, and by which command list: of all images, or of one. */
function commandTexts({ t, params, list }: EffectContext): EffectTexts {
  const { image, list: governing } = params;
  const listed = texts(params['commands']);
  const commands = someNames(t, listed, listed.length, list);
  const allow = params['type'] === 'allow';
  if (typeof image === 'string')
    return [
      listed.length === 0
        ? t(allow ? 'review.effect.commandsOfNothing' : 'review.effect.commandsOfAll', { image })
        : t(`review.changes.imageList.${allow ? 'allow' : 'deny'}`, { image, commands }),
      t(governing === 'own' ? 'review.effect.commandsOfOwn' : 'review.effect.commandsOfDefault'),
    ];
  return [
    listed.length === 0
      ? t(allow ? 'review.effect.commandsNothing' : 'review.effect.commandsAll')
      : t(allow ? 'review.effect.commandsAllow' : 'review.effect.commandsDeny', { commands }),
    t(governing === 'default' ? 'review.effect.commandsDefaultWhy' : 'review.effect.commandsWhy'),
  ];
}

/** The texts of an effect; `list` joins names as the language does. */
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
  const [title, why, tag] = textsOf[effect.code]({
    t,
    params,
    count,
    names: someNames(t, texts(params['names']), count, context.list),
    duration: formatDuration(t, number(params['seconds'])),
    list: context.list,
    plan: context.plan,
  });
  return { title, why, tag: tag ?? t(`review.kind.${effect.kind}`) };
}
