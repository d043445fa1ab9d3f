import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { useStore } from '../../state/context.tsx';
import { hrefFor, navigate } from '../../state/router.ts';
import { Facts } from '../../components/card.tsx';
import { Mono } from '../../components/mono.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { useFormats } from '../../i18n/format.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { color, fontMono, toneText } from '../../theme/tokens.ts';
import { isDenial, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { commandOf } from '../../../shared/audit/command.ts';
import { decisionText } from '../../../shared/audit/decision-text.ts';
import { AllowCard } from './allow-card.tsx';
import { outcomeIcon, outcomeLabel } from './entry-outcome.tsx';
import { aboutText, entrySubject, entryTitle, entryWhy } from './entry-text.ts';
import { ImageFact } from './image-fact.tsx';
import type { Repeats } from './repeats.ts';
import { settingHref, settingName } from './setting-place.ts';

/**
 * One entry in full: what, by which rule, which setting, the caller, the answer, and what would allow
 * it.
 */
export function EntryPanel({
  entry,
  repeats,
  showAll,
  takeFocus,
  onClose,
}: {
  readonly entry: ActivityEntry;
  readonly repeats: Repeats | null;
  readonly showAll: (() => void) | null;
  readonly takeFocus: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const Icon = outcomeIcon[entry.outcome];
  const tone = entry.outcome === 'deny' ? 'danger' : entry.outcome === 'rewrite' ? 'neutral' : 'warn';
  const subject = entrySubject(entry);
  const why = entryWhy(t, entry);
  const about = aboutText(entry);
  const when = (iso: string) => (formats.isToday(iso) ? formats.clock(iso) : formats.moment(iso));
  const facts: readonly { readonly label: string; readonly value: ReactNode }[] = [
    {
      label: t('activity.fact.rule'),
      value: (
        <>
          {why}{' '}
          <Box component="span" sx={{ display: 'inline-block' }}>
            <Mono dim>
              {[entry.rule, entry.spec].filter((part) => part !== undefined && part !== '').join(' · ')}
            </Mono>
          </Box>
        </>
      ),
    },
    ...(isDenial(entry) || entry.setting !== null
      ? [
          {
            label: t('activity.fact.setting'),
            value:
              entry.setting === null ? (
                t('activity.noSetting')
              ) : (
                <Link href={settingHref(entry.setting)}>
                  <Mono>{settingName(entry.setting)}</Mono>
                </Link>
              ),
          },
        ]
      : []),
    ...(entry.image === undefined || entry.image === ''
      ? []
      : [
          {
            label: t('activity.fact.image'),
            value: <ImageFact image={entry.image} ask={entry.rule === 'socket-mount'} />,
          },
        ]),
    { label: t('activity.fact.askedBy'), value: <Asker entry={entry} /> },
    {
      label: t('activity.fact.request'),
      value: (
        <Mono>
          {entry.method} {entry.target}
        </Mono>
      ),
    },
    ...(entry.droppedBefore === undefined
      ? []
      : [
          { label: t('activity.fact.lost'), value: t('activity.lostBefore', { count: entry.droppedBefore }) },
        ]),
  ];
  return (
    <SidePanel
      takeFocus={takeFocus}
      onClose={onClose}
      leading={<Icon sx={{ fontSize: 24, color: toneText[tone] }} aria-hidden />}
      title={
        <>
          {entryTitle(t, entry)}
          {subject !== null && (
            <>
              {' '}
              <Mono size={14}>{subject}</Mono>
            </>
          )}
        </>
      }
      subtitle={
        <>
          {about !== '' && (
            <Box component="span" sx={{ display: 'block', overflowWrap: 'anywhere' }}>
              {about}
            </Box>
          )}
          <Box component="span" sx={{ color: toneText[tone], fontWeight: 500 }}>
            {outcomeLabel(t, entry.outcome)}
          </Box>
          {' · '}
          {repeats !== null && repeats.count > 1
            ? t('activity.repeated', {
                count: repeats.count,
                first: when(repeats.first),
                last: when(repeats.entry.time),
              })
            : when(entry.time)}
          {showAll !== null && (
            <>
              {' · '}
              <Link
                component="button"
                type="button"
                onClick={showAll}
                sx={{ fontSize: 12, verticalAlign: 'baseline' }}
              >
                {t('activity.showAll')}
              </Link>
            </>
          )}
        </>
      }
    >
      <Facts items={facts} />
      <DecisionTextCard entry={entry} />
      <AllowCard key={entry.id} entry={entry} />
    </SidePanel>
  );
}

/** A space before what follows, but not after a full-width colon. */
const spaced = (label: string): string => (label.endsWith('：') ? label : `${label} `);

function Asker({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const { uid, pid } = entry.client;
  const process = pid === null ? '' : t('activity.by.pid', { pid: String(pid) });
  if (entry.origin?.kind === 'socket-mount') {
    const name = entry.origin.container ?? '';
    return (
      <>
        {spaced(t('activity.by.throughSocket'))}
        {name === '' ? (
          <Mono>{entry.origin.mount}</Mono>
        ) : (
          <Link href={hrefFor('activity', { container: name })}>{name}</Link>
        )}
        {typeof entry.origin.image === 'string' && (
          <>
            {' '}
            <Mono dim>{entry.origin.image}</Mono>
          </>
        )}
      </>
    );
  }
  const who =
    uid === null
      ? t('activity.by.unknown')
      : entry.user === null
        ? t('activity.by.uidOnly', { uid: String(uid) })
        : t('activity.by.userUid', { name: entry.user, uid: String(uid) });
  return <>{[who, process].filter((part) => part !== '').join(t('activity.by.separator'))}</>;
}

/** The answer to the client, or what was changed: verbatim, to be copied. */
function DecisionTextCard({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    setCopied(false);
  }, [entry.id]);
  const command = commandOf(entry);
  const text = decisionText(entry, translateMessage);
  const label =
    entry.outcome === 'deny'
      ? entry.user === null || entry.origin?.kind === 'socket-mount'
        ? t('activity.seen.client')
        : t('activity.seen.user', { name: entry.user })
      : entry.outcome === 'would-deny'
        ? t('activity.seen.would')
        : entry.outcome === 'rewrite'
          ? t('activity.seen.changed')
          : t('activity.seen.warned');
  return (
    <Box sx={{ marginTop: 2 }}>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          minHeight: 28,
          fontSize: 12,
          color: color.text3,
        }}
      >
        <Box component="span" id={`seen-${entry.id}`} sx={{ flex: 1, minWidth: 0 }}>
          {label}
        </Box>
        {command !== null && (
          <Button
            size="small"
            variant="text"
            onClick={() => {
              navigate('simulator', { command });
            }}
          >
            {t('activity.simulate')}
          </Button>
        )}
        <Button
          size="small"
          variant="text"
          onClick={() => {
            void store.request('clipboard:write', { text }).then((answer) => {
              setCopied(answer.ok);
            });
          }}
        >
          {copied ? t('button.copied') : t('button.copy')}
        </Button>
      </Box>
      <Box
        component="pre"
        aria-labelledby={`seen-${entry.id}`}
        tabIndex={0}
        sx={{
          margin: 0,
          padding: '8px 12px',
          fontFamily: fontMono,
          fontSize: 12,
          lineHeight: '18px',
          color: color.text,
          background: color.card,
          border: `1px solid ${color.border}`,
          borderRadius: '6px',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          maxHeight: 200,
          overflow: 'auto',
        }}
      >
        {text}
      </Box>
    </Box>
  );
}
