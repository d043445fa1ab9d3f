import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { Mono } from '../../components/mono.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { useFormats } from '../../i18n/format.ts';
import { toneText } from '../../theme/tokens.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { AllowCard } from './allow-card.tsx';
import { DecisionTextCard } from './decision-text-card.tsx';
import { EntryFacts } from './entry-facts.tsx';
import { outcomeIcon, outcomeLabel } from './entry-outcome.tsx';
import { entrySubject } from '../../components/entry-subject.ts';
import { aboutText, entryTitle } from './entry-text.ts';
import type { Repeats } from './repeats.ts';

/**
 * All of one entry: the request, the rule, the setting, the caller, the response, and what would allow it.
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
  const Icon = outcomeIcon[entry.outcome];
  const tone = entry.outcome === 'deny' ? 'danger' : entry.outcome === 'rewrite' ? 'neutral' : 'warn';
  const subject = entrySubject(entry);
  const about = aboutText(entry);
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
          <When entry={entry} repeats={repeats} />
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
      <EntryFacts entry={entry} />
      <DecisionTextCard entry={entry} />
      <AllowCard key={entry.id} entry={entry} />
    </SidePanel>
  );
}

function When({ entry, repeats }: { readonly entry: ActivityEntry; readonly repeats: Repeats | null }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const when = (iso: string) => (formats.isToday(iso) ? formats.clock(iso) : formats.moment(iso));
  if (repeats === null || repeats.count <= 1) return when(entry.time);
  return t('activity.repeated', {
    count: repeats.count,
    first: when(repeats.first),
    last: when(repeats.entry.time),
  });
}
