import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { manifests } from '../../pages/manifests.ts';
import { navigationEntries } from '../../pages/pages.ts';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import type { SearchableSetting } from '../../state/page-manifest.ts';
import { navigate } from '../../state/router.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { zoomWindow } from '../../state/zoom.ts';
import type { ZoomChange } from '../../../shared/ipc/user-choices.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { pageIds, type PageId } from '../../../shared/pages/pages.ts';
import type { SearchableHit } from './hit-search.ts';
import { isListed } from './listed-pages.ts';

/** What the palette offers: something to go to, or to do. */
export interface Hit extends SearchableHit {
  readonly key: string;
  readonly kind: 'page' | 'setting' | 'container' | 'command';
  readonly run: () => void;
}

/** Pages, commands, settings and containers of the engine that is shown. */
export function usePaletteHits(): readonly Hit[] {
  const { t } = useTranslation();
  const app = useApp();
  const store = useStore();
  const { dirty } = useDraft();
  const canVerify = useMissing('verify') === undefined;
  const canControl = useMissing('engine-control') === undefined;
  return useMemo(
    () => [
      ...pageHits(t, app),
      ...commandHits(t, app, { dirty, canVerify, canControl }),
      ...zoomHits(t, store),
      ...pageIds.flatMap((page) =>
        (manifests[page].searchableSettings ?? []).map((one) => settingHit(t, page, one)),
      ),
      ...containerHits(app),
    ],
    [t, app, store, dirty, canVerify, canControl],
  );
}

const pageHits = (t: TFunction, { target }: AppState): readonly Hit[] =>
  navigationEntries
    .filter(({ id }) => isListed(id, target.capabilities))
    .map((entry): Hit => ({
      key: `page-${entry.id}`,
      kind: 'page',
      label: t(`frame.page.${entry.id}`),
      keywords: t(`frame.pageKeywords.${entry.id}`),
      run: () => {
        navigate(entry.id);
      },
    }));

const commandHit = (
  t: TFunction,
  key: 'verify' | 'scan' | 'restart' | 'start' | 'review' | 'rollback' | `zoom-${ZoomChange}`,
  run: () => void,
): Hit => ({ key: `command-${key}`, kind: 'command', label: t(`frame.commands.${key}`), run });

/** Leads to the version before the applied one, from where it can be rolled back to. */
const rollbackHit = (t: TFunction, appliedVersion: number): Hit => ({
  ...commandHit(t, 'rollback', () => {
    navigate('history', { version: String(appliedVersion - 1) });
  }),
  keywords: t('frame.pageKeywords.history'),
});

/** What can be done with the draft and the engine now. */
function commandHits(
  t: TFunction,
  { engine, run, busy, settings }: AppState,
  can: { readonly dirty: boolean; readonly canVerify: boolean; readonly canControl: boolean },
): readonly Hit[] {
  const ready = engine.phase === 'ready';
  const idle = run === null || run.activity === 'ended';
  const review = commandHit(t, 'review', () => {
    navigate('review');
  });
  const verify = commandHit(t, 'verify', () => {
    navigate('overview', { verify: 'now' });
  });
  const scan = commandHit(t, 'scan', () => {
    navigate('containers', { scan: 'now' });
  });
  const restart = commandHit(t, 'restart', () => {
    navigate('overview', { ask: 'restart' });
  });
  const start = commandHit(t, 'start', () => {
    navigate('overview', { start: 'now' });
  });
  return [
    ...(can.dirty ? [review] : []),
    ...(settings.appliedVersion > 1 && settings.readOnly === null
      ? [rollbackHit(t, settings.appliedVersion)]
      : []),
    ...(ready && idle && can.canVerify ? [verify] : []),
    ...(ready && idle ? [scan] : []),
    ...(ready && idle && can.canControl ? [restart] : []),
    ...(can.canControl && !ready && idle && busy.engine === null ? [start] : []),
  ];
}

const zoomHits = (t: TFunction, store: AppStore): readonly Hit[] =>
  (['in', 'out', 'reset'] as const).map((change) =>
    commandHit(t, `zoom-${change}`, () => {
      void zoomWindow(store, change);
    }),
  );

const settingHit = (t: TFunction, page: PageId, { name, pointer }: SearchableSetting): Hit => ({
  key: `setting-${page}-${name}`,
  kind: 'setting',
  label: t(`frame.settings.${name}`),
  detail: t(`frame.page.${page}`),
  keywords: t(`frame.settingKeywords.${name}`),
  run: () => {
    navigate(page, pointer === undefined ? {} : { pointer });
  },
});

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
