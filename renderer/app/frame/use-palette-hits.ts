import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParseKeys, TFunction } from 'i18next';
import { useOtherLanguage } from '../../i18n/index.ts';
import { manifests } from '../../pages/manifests.ts';
import { navigationEntries } from '../../pages/pages.ts';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import type { SearchableSetting } from '../../state/page-manifest.ts';
import { settingPageOf } from '../../state/setting-page.ts';
import { navigate } from '../../state/router.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { zoomWindow } from '../../state/zoom.ts';
import type { ZoomChange } from '../../../shared/ipc/user-choices.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { pageIds, type PageId } from '../../../shared/pages/pages.ts';
import type { SearchableHit } from './hit-search.ts';
import { isListed } from './listed-pages.ts';

/** Hits of the palette: pages, settings, containers and commands. */
export interface Hit extends SearchableHit {
  readonly key: string;
  readonly kind: 'page' | 'setting' | 'container' | 'command';
  readonly run: () => void;
}

/** Pages, commands, settings and containers of the open engine. */
export function usePaletteHits(): readonly Hit[] {
  const { t } = useTranslation();
  const other = useOtherLanguage();
  const app = useApp();
  const store = useStore();
  const { dirty } = useDraft();
  const canVerify = useUnavailableReason('verify') === undefined;
  const canControl = useUnavailableReason('engine-control') === undefined;
  return useMemo(() => {
    const texts: Texts = { t, other };
    return [
      ...pageHits(texts, app),
      ...commandHits(texts, app, { dirty, canVerify, canControl }),
      ...zoomHits(texts, store),
      ...settingHits(texts, app),
      ...containerHits(app),
    ];
  }, [t, other, app, store, dirty, canVerify, canControl]);
}

/** The window's texts, and those in its other language, which are searched as well. */
interface Texts {
  readonly t: TFunction;
  readonly other: TFunction | null;
}

/** A name, and all other texts to find it by. */
function named({ t, other }: Texts, label: ParseKeys, keywords?: ParseKeys) {
  const further = (of: TFunction) => (keywords === undefined ? '' : of(keywords));
  return {
    label: t(label),
    keywords: [further(t), ...(other === null ? [] : [other(label), further(other)])].join(' '),
  };
}

const pageHits = (texts: Texts, { target }: AppState): readonly Hit[] =>
  navigationEntries
    .filter(({ id }) => isListed(id, target.capabilities))
    .map(({ id }): Hit => ({
      key: `page-${id}`,
      kind: 'page',
      ...named(texts, `frame.page.${id}`, `frame.pageKeywords.${id}`),
      run: () => {
        navigate(id);
      },
    }));

const commandHit = (
  texts: Texts,
  key: 'verify' | 'scan' | 'restart' | 'start' | 'stop' | 'review' | 'rollback' | `zoom-${ZoomChange}`,
  run: () => void,
): Hit => ({
  key: `command-${key}`,
  kind: 'command',
  ...named(texts, `frame.commands.${key}`, key === 'rollback' ? 'frame.pageKeywords.history' : undefined),
  run,
});

/** Opens the version before the applied one, from where the user can roll back to it. */
const rollbackHit = (texts: Texts, appliedVersion: number): Hit =>
  commandHit(texts, 'rollback', () => {
    navigate('history', { version: String(appliedVersion - 1) });
  });

/** Commands about the draft and the engine that are available now. */
function commandHits(
  texts: Texts,
  { engine, run, busy, settings }: AppState,
  can: { readonly dirty: boolean; readonly canVerify: boolean; readonly canControl: boolean },
): readonly Hit[] {
  const ready = engine.phase === 'ready';
  const idle = run === null || run.activity === 'ended';
  const review = commandHit(texts, 'review', () => {
    navigate('review');
  });
  const verify = commandHit(texts, 'verify', () => {
    navigate('overview', { verify: 'now' });
  });
  const scan = commandHit(texts, 'scan', () => {
    navigate('containers', { scan: 'now' });
  });
  const restart = commandHit(texts, 'restart', () => {
    navigate('overview', { ask: 'restart' });
  });
  const stop = commandHit(texts, 'stop', () => {
    navigate('overview', { ask: 'stop' });
  });
  const start = commandHit(texts, 'start', () => {
    navigate('overview', { start: 'now' });
  });
  return [
    ...(can.dirty ? [review] : []),
    ...(settings.appliedVersion > 1 && settings.readOnly === null
      ? [rollbackHit(texts, settings.appliedVersion)]
      : []),
    ...(ready && idle && can.canVerify ? [verify] : []),
    ...(ready && idle ? [scan] : []),
    ...(ready && idle && can.canControl ? [restart, stop] : []),
    ...(can.canControl && !ready && idle && busy.engine === null ? [start] : []),
  ];
}

const zoomHits = (texts: Texts, store: AppStore): readonly Hit[] =>
  (['in', 'out', 'reset'] as const).map((change) =>
    commandHit(texts, `zoom-${change}`, () => {
      void zoomWindow(store, change);
    }),
  );

/** Settings on the pages that edit them on the open engine. */
function settingHits(texts: Texts, { target }: AppState): readonly Hit[] {
  const pageOf = settingPageOf(target.capabilities);
  return pageIds
    .filter((page) => isListed(page, target.capabilities))
    .flatMap((page) =>
      (manifests[page].searchableSettings ?? [])
        .filter(({ pointer }) => pointer === undefined || pageOf(pointer) === page)
        .map((setting) => settingHit(texts, page, setting)),
    );
}

function settingHit(texts: Texts, page: PageId, setting: SearchableSetting): Hit {
  const { pointer } = setting;
  const label = setting.label === undefined ? (`frame.settings.${setting.name}` as const) : setting.label;
  const names = named(texts, label, `frame.settingKeywords.${setting.name}`);
  return {
    key: `setting-${page}-${setting.name}`,
    kind: 'setting',
    label: names.label,
    // Also by its key in the settings file.
    keywords: `${names.keywords} ${pointer?.replaceAll('/', ' ') ?? ''}`,
    detail: texts.t(`frame.page.${page}`),
    run: () => {
      navigate(page, pointer === undefined ? {} : { pointer });
    },
  };
}

const containerHits = ({ scan }: AppState): readonly Hit[] =>
  (scan?.containers ?? []).map((container): Hit => ({
    key: `container-${container.id}`,
    kind: 'container',
    label: container.name,
    detail: container.image,
    run: () => {
      navigate('containers', { find: container.name });
    },
  }));
