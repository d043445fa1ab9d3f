import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useStore } from '../../app/context.tsx';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { DialogOption } from '../../components/dialog-option.tsx';
import { LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Mono, withCode } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import { bytesText } from '../../../shared/containers/bytes.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import type { RecreateItem, RecreateNote, RecreatePlan, RecreateRequest } from '../../../shared/containers/recreate.ts';
import type { AppError } from '../../../shared/result.ts';
import { noteWords } from './recreate-words.ts';

/** Asks before containers are recreated: what stands in the way, what is lost, what changes; nothing has been done yet. */
export function RecreateDialog({ containers, onCancel, onStart }: { readonly containers: readonly Container[]; readonly onCancel: () => void; readonly onStart: (request: RecreateRequest) => void }) {
  const { t } = useTranslation();
  const store = useStore();
  const [commit, setCommit] = useState(false);
  const [keep, setKeep] = useState(false);
  const [withoutWayBack, setWithoutWayBack] = useState(false);
  const [made, setMade] = useState<{ readonly key: string; readonly plan: RecreatePlan | null; readonly error: AppError | null }>({ key: '', plan: null, error: null });
  const ids = containers.map((c) => c.id);
  const request: RecreateRequest = { ids, commit: commit ? ids : [], old: keep ? 'keep' : 'remove-when-healthy', withoutWayBack };
  const key = JSON.stringify(request);
  useEffect(() => {
    let stale = false;
    void store.request('recreate:plan', JSON.parse(key) as RecreateRequest).then((answer) => { // the key is the request
      if (!stale) setMade((before) => (answer.ok ? { key, plan: answer.value, error: null } : { key, plan: before.plan, error: answer.error }));
    });
    return () => { stale = true; };
  }, [store, key]);

  const current = made.key === key && made.error === null;
  const items = made.plan?.groups.flat() ?? [];
  const todo = items.filter((item) => !item.unchanged && item.blockers.length === 0);
  const left = items.length - todo.length;
  const writes = items.some((item) => item.commit || item.lost.some(({ code }) => code === 'writable-layer' || code === 'writable-unknown'));
  const autoRemoved = items.some((item) => item.lost.some(({ code }) => code === 'auto-remove'));
  return (
    <ConfirmDialog open width={640} title={t('recreate.title', { count: containers.length })} cancel={t('recreate.keepThem')} confirm={todo.length === 0 ? t('recreate.confirmNone') : t('recreate.confirm', { count: todo.length })}
      disabled={!current || todo.length === 0} note={current && left > 0 ? t('recreate.left', { count: left }) : undefined}
      onCancel={onCancel} onConfirm={() => { onStart({ ...request, ids: todo.map((item) => item.id), commit: commit ? todo.map((item) => item.id) : [] }); }}>
      <DialogText>{t('recreate.body')}</DialogText>
      <Box sx={{ padding: '12px 24px 0' }}>
        {made.error !== null && made.key === key && <ErrorPanel error={made.error} />}
        {made.plan === null ? made.error === null && <Box role="status" aria-label={t('recreate.planning')}><LoadingRows rows={3} /></Box> : (
          <Box component="ul" tabIndex={0} aria-label={t('containers.title')} aria-busy={!current || undefined} sx={{ listStyle: 'none', margin: 0, padding: 0, maxHeight: 'clamp(140px, calc(100vh - 400px), 336px)', overflow: 'auto', border: `1px solid ${color.border}`, borderRadius: '6px' }}>
            {made.plan.groups.map((group) => (
              <Box component="li" key={group[0]?.id ?? ''} sx={{ '& + &': { borderTop: `1px solid ${color.border}` } }}>
                {group.length > 1 && <Box sx={{ padding: '8px 12px 0', fontSize: 12, color: color.text3 }}>{t('recreate.together')}</Box>}
                {group.map((item) => <Item key={item.id} item={item} />)}
              </Box>
            ))}
          </Box>
        )}
      </Box>
      <Box sx={{ padding: '12px 24px 0', display: 'grid', gap: '4px' }}>
        {writes && <DialogOption checked={commit} onChange={setCommit} label={t('recreate.option.commit')} note={t('recreate.option.commitWhy')} />}
        {todo.some((item) => item.running) && <DialogOption checked={keep} onChange={setKeep} label={t('recreate.option.keep')} note={t('recreate.option.keepWhy')} />}
        {autoRemoved && <DialogOption checked={withoutWayBack} onChange={setWithoutWayBack} label={t('recreate.option.wayBack')} note={t('recreate.option.wayBackWhy')} />}
      </Box>
    </ConfirmDialog>
  );
}

function Item({ item }: { readonly item: RecreateItem }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: '8px 12px' }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'baseline', minWidth: 0 }}>
        <Box component="span" className="selectable" sx={{ flex: 1, minWidth: 0, fontWeight: 600, overflowWrap: 'anywhere' }}>{item.name}</Box>
        <Box component="span" sx={{ fontSize: 12, color: color.text3, flexShrink: 0 }}>{item.unchanged ? t('recreate.unchanged') : item.running ? t('recreate.running') : t('recreate.idle')}</Box>
      </Box>
      <Box title={item.image} sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', lineHeight: '16px', color: color.text3 }}><Mono size={11.5} nowrap>{item.image}</Mono></Box>
      <Notes title={t('recreate.group.blockers')} tone={color.danger} notes={item.blockers} />
      {item.blockers.length === 0 && <Consequences item={item} />}
    </Box>
  );
}

function Consequences({ item }: { readonly item: RecreateItem }) {
  const { t } = useTranslation();
  return (
    <>
      {item.commit && <Lines title={t('recreate.group.carried')} tone={color.text2} lines={[item.written === null ? t('recreate.note.writable-unknown') : t('recreate.note.writable-layer', { size: bytesText(item.written.bytes), count: item.written.paths })]} />}
      <Notes title={t('recreate.group.lost')} tone={color.warn} notes={item.lost} />
      <Notes title={t('recreate.group.changes')} tone={color.text2} notes={item.changes} />
    </>
  );
}

function Notes({ title, tone, notes }: { readonly title: string; readonly tone: string; readonly notes: readonly RecreateNote[] }) {
  const { t } = useTranslation();
  return <Lines title={title} tone={tone} lines={notes.map((note) => noteWords(t, note))} />;
}

function Lines({ title, tone, lines }: { readonly title: string; readonly tone: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: '108px minmax(0, 1fr)', columnGap: 1, marginTop: '4px', fontSize: 12, lineHeight: '16px' }}>
      <Box sx={{ color: tone, fontWeight: 600 }}>{title}</Box>
      <Box component="ul" className="selectable" sx={{ listStyle: 'none', margin: 0, padding: 0, color: color.text, overflowWrap: 'anywhere' }}>
        {lines.map((line) => <Box component="li" key={line} sx={{ paddingBottom: '2px' }}>{withCode(line)}</Box>)}
      </Box>
    </Box>
  );
}
