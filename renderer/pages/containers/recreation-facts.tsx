import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import { useAppPart, useStore } from '../../state/context.tsx';
import { useElapsedSinceMount } from '../../components/empty-and-loading.tsx';
import { withCode } from '../../components/mono.tsx';
import { noteText, refusalReason, refusalsOf, settingsOf } from '../../components/recreate-notes.ts';
import { SettingLinks } from '../../components/setting-places.tsx';
import { ensureSentence, names, joinSentences } from '../../i18n/lists.ts';
import { messageAndHint } from '../../i18n/translate.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import type { RecreateItem, RecreateNote, RecreatePlan } from '../../../shared/containers/recreate.ts';
import type { Result } from '../../../shared/result.ts';
import { RowFact } from './row-fact.tsx';

/**
 * Most lines that `RecreationFacts` takes. The row has their height until it is measured, since the list
 * needs one before there is a plan.
 */
export const recreationLines = 3;

/**
 * Preview of recreating this container alone; undefined until it is known. Requested again after every scan;
 * the previous result is kept meanwhile.
 */
function usePlan({ id }: Container): Result<RecreatePlan> | undefined {
  const store = useStore();
  const scannedAt = useAppPart(({ scan }) => scan?.at);
  const [plan, setPlan] = useState<Result<RecreatePlan>>();
  useEffect(() => {
    let stale = false;
    // Includes containers that cannot be rolled back; the dialog asks for consent.
    void store
      .request('recreate:plan', {
        ids: [id],
        commit: [],
        old: 'remove-when-healthy',
        withoutRollback: true,
      })
      .then((result) => {
        if (!stale) setPlan(result);
      });
    return () => {
      stale = true;
    };
  }, [store, id, scannedAt]);
  return plan;
}

/** Why the container can't be recreated, or why that is not known; null if it can, and while pending. */
function blockedBecause(
  t: TFunction,
  plan: Result<RecreatePlan> | undefined,
  item: RecreateItem | undefined,
): { readonly whole: string; readonly shown: string } | null {
  const alike = (text: string) => ({ whole: text, shown: text });
  if (plan === undefined) return null;
  if (!plan.ok) {
    const texts = messageAndHint(plan.error).map((text) => ensureSentence(t, text));
    return alike(t('containers.recreation.unknown', { why: joinSentences(t, texts) }));
  }
  if (item === undefined) return alike(t('containers.reason.unknown'));
  if (item.blockers.length === 0) return null;
  const blocked = (text: (note: RecreateNote) => string) =>
    t('containers.recreation.blocked', {
      why: joinSentences(
        t,
        item.blockers.map((note) => ensureSentence(t, text(note))),
      ),
    });
  // The row has no room for whole sentences: the remedies at their ends are shown as links instead.
  return {
    whole: blocked((note) => noteText(t, note)),
    shown: blocked((note) => (settingsOf([note]).length === 0 ? noteText(t, note) : refusalReason(t, note))),
  };
}

/**
 * In an expanded row: what recreating the container under ECI keeps, loses and changes, or why it is not
 * possible. Part of a `dl`.
 */
export function RecreationFacts({
  container,
  tab,
  onAll,
}: {
  readonly container: Container;
  readonly tab: 0 | -1;
  /** Opens the dialog with the whole preview; undefined while it is not possible. */
  readonly onAll: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const plan = usePlan(container);
  const item = plan?.ok === true ? plan.value.groups.flat().find(({ id }) => id === container.id) : undefined;
  const why = blockedBecause(t, plan, item);
  if (why !== null)
    return (
      <RowFact
        label={t('containers.recreation.label')}
        text={withoutCodeMarks(why.whole)}
        lines={recreationLines}
        link={item !== undefined && <SettingLinks settings={settingsOf(refusalsOf(item))} tab={tab} />}
      >
        {withCode(why.shown)}
      </RowFact>
    );
  const link =
    item === undefined || onAll === undefined ? undefined : (
      <Link
        component="button"
        type="button"
        tabIndex={tab}
        aria-label={t('containers.recreation.allOf', { name: container.name })}
        onClick={onAll}
        sx={{ fontSize: 12, lineHeight: 'inherit', verticalAlign: 'baseline' }}
      >
        {t('containers.recreation.all')}
      </Link>
    );
  return (
    <>
      <Line label={t('containers.recreation.keeps')} text={item && retainedText(t, container, item)} />
      <Line label={t('containers.recreation.loses')} text={item && noted(t, item.lost)} link={link} />
      <Line label={t('containers.recreation.changes')} text={item && noted(t, item.changes)} link={link} />
    </>
  );
}

function Line({
  label,
  text,
  link,
}: {
  readonly label: string;
  readonly text: string | undefined;
  readonly link?: ReactNode;
}) {
  return (
    <RowFact label={label} text={text === undefined ? undefined : withoutCodeMarks(text)} link={link}>
      {text === undefined ? <Pending /> : withCode(text)}
    </RowFact>
  );
}

function Pending() {
  const { t } = useTranslation();
  const isSlow = useElapsedSinceMount(200);
  return (
    <>
      <span className="visually-hidden">{t('recreate.planning')}</span>
      {isSlow && (
        <Skeleton
          component="span"
          variant="rounded"
          width={240}
          height={10}
          sx={{ display: 'inline-block' }}
        />
      )}
    </>
  );
}

/** The text without the backticks around code. */
const withoutCodeMarks = (text: string): string => text.replaceAll('`', '');

const noted = (t: TFunction, notes: readonly RecreateNote[]): string =>
  notes.length === 0
    ? t('containers.recreation.nothing')
    : notes.map((note) => noteText(t, note)).join(' · ');

function retainedText(
  t: TFunction,
  { volumes, restartPolicy }: Container,
  { changes }: RecreateItem,
): string {
  const named = volumes.filter((volume) => !volume.anonymous).map(({ name }) => `\`${name}\``);
  const anonymous = volumes.length - named.length;
  const all = [...named, ...(anonymous > 0 ? [t('containers.detail.anonymous', { count: anonymous })] : [])];
  return names(t, [
    t('containers.recreation.kept.name'),
    t('containers.recreation.kept.networks'),
    ...(changes.some(({ code }) => code === 'chosen-ports') ? [] : [t('containers.recreation.kept.ports')]),
    ...(all.length === 0
      ? []
      : [t('containers.recreation.kept.volumes', { count: volumes.length, names: names(t, all) })]),
    ...(restartPolicy === 'no' || restartPolicy === ''
      ? []
      : [t('containers.recreation.kept.restart', { policy: restartPolicy })]),
  ]);
}
