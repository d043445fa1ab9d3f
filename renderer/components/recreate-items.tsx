import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { Mono, withCode } from './mono.tsx';
import { noteText, refusalsOf, settingsOf, writtenText } from './recreate-notes.ts';
import { SettingLinks } from './setting-places.tsx';
import { color, scrollsFrom } from '../theme/tokens.ts';
import type { RecreateItem, RecreateNote, RecreatePlan } from '../../shared/containers/recreate.ts';

/** Preview of recreating each container: what prevents it, what is lost, what changes. */
export function RecreateItems({
  groups,
  busy,
}: {
  readonly groups: RecreatePlan['groups'];
  readonly busy: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Box
      component="ul"
      tabIndex={0}
      aria-label={t('containers.title')}
      aria-busy={busy || undefined}
      sx={{
        listStyle: 'none',
        margin: 0,
        padding: 0,
        ...scrollsFrom('clamp(140px, calc(100vh - 400px), 336px)'),
        border: `1px solid ${color.border}`,
        borderRadius: '6px',
      }}
    >
      {groups.map((group) => (
        <Box
          component="li"
          key={group[0]?.id ?? ''}
          sx={{ '& + &': { borderTop: `1px solid ${color.border}` } }}
        >
          {group.length > 1 && (
            <Box sx={{ padding: '8px 12px 0', fontSize: 12, color: color.text3 }}>
              {t('recreate.together')}
            </Box>
          )}
          {group.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </Box>
      ))}
    </Box>
  );
}

/** What becomes of the container. */
function headText(t: TFunction, { blockers, unchanged, running }: RecreateItem): string {
  if (blockers.length > 0) return t('recreate.impossible');
  if (unchanged) return t('recreate.unchanged');
  return running ? t('recreate.running') : t('recreate.idle');
}

function Item({ item }: { readonly item: RecreateItem }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: '8px 12px' }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'baseline', minWidth: 0 }}>
        <Box
          component="span"
          className="selectable"
          sx={{ flex: 1, minWidth: 0, fontWeight: 600, overflowWrap: 'anywhere' }}
        >
          {item.name}
        </Box>
        <Box component="span" sx={{ fontSize: 12, color: color.text3, flexShrink: 0 }}>
          {headText(t, item)}
        </Box>
      </Box>
      <Box
        title={item.image}
        sx={{
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
          lineHeight: '16px',
          color: color.text3,
        }}
      >
        <Mono size={11.5} nowrap>
          {item.image}
        </Mono>
      </Box>
      <Notes title={t('recreate.group.blockers')} tone={color.danger} notes={item.blockers} />
      <SettingLinks settings={settingsOf(refusalsOf(item))} />
      {item.blockers.length === 0 && <Consequences item={item} />}
    </Box>
  );
}

function Consequences({ item }: { readonly item: RecreateItem }) {
  const { t } = useTranslation();
  return (
    <>
      {item.commit && (
        <Lines
          title={t('recreate.group.carried')}
          tone={color.text2}
          lines={[item.written === null ? t('recreate.note.writable-unknown') : writtenText(t, item.written)]}
        />
      )}
      <Notes title={t('recreate.group.lost')} tone={color.warn} notes={item.lost} />
      <Notes title={t('recreate.group.changes')} tone={color.text2} notes={item.changes} />
    </>
  );
}

function Notes({
  title,
  tone,
  notes,
}: {
  readonly title: string;
  readonly tone: string;
  readonly notes: readonly RecreateNote[];
}) {
  const { t } = useTranslation();
  return <Lines title={title} tone={tone} lines={notes.map((note) => noteText(t, note))} />;
}

function Lines({
  title,
  tone,
  lines,
}: {
  readonly title: string;
  readonly tone: string;
  readonly lines: readonly string[];
}) {
  if (lines.length === 0) return null;
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: '108px minmax(0, 1fr)',
        columnGap: 1,
        marginTop: '4px',
        fontSize: 12,
        lineHeight: '16px',
      }}
    >
      <Box sx={{ color: tone, fontWeight: 600 }}>{title}</Box>
      <Box
        component="ul"
        className="selectable"
        sx={{ listStyle: 'none', margin: 0, padding: 0, color: color.text, overflowWrap: 'anywhere' }}
      >
        {lines.map((line) => (
          <Box component="li" key={line} sx={{ paddingBottom: '2px' }}>
            {withCode(line)}
          </Box>
        ))}
      </Box>
    </Box>
  );
}
