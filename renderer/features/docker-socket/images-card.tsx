import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import { useDraft, useStore } from '../../app/context.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AddIcon, MoreIcon } from '../../components/icons.ts';
import { Mono, withCode } from '../../components/mono.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { derivedPointer, imagesPointer, ownLists, stringsOf, writeDerived, writeImages, type ListPlace } from './document.ts';
import { FindingNotice } from './finding-notice.tsx';
import { CommandsCell, HereCell, saidInCell, TrustCell } from './image-cells.tsx';
import { listRows, undoRow, type ListRow } from './list-changes.ts';
import { useLocalImages } from './local-images.ts';
import { checkReference, ReferenceField } from './reference-field.tsx';

/** Images whose containers may mount the socket: the list, a field to add to it, the switch for derived images. */
export function ImagesCard({ settings, lockedBy, onOpenList }: { readonly settings: EffectiveSettings; readonly lockedBy: string | undefined; readonly onOpenList: (list: ListPlace) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const store = useStore();
  const draft = useDraft();
  const local = useLocalImages();
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState('');
  const [editing, setEditing] = useState<{ readonly index: number; readonly text: string } | null>(null);
  const [menu, setMenu] = useState<{ readonly row: ListRow; readonly anchor: HTMLElement } | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const readOnly = lockedBy !== undefined;
  const images = stringsOf(draft.value(imagesPointer));
  const rows = listRows(stringsOf(draft.appliedValue(imagesPointer)), images);
  const { lists } = ownLists(draft);
  const check = checkReference(t, text, images, local);
  const write = (next: readonly string[]) => { writeImages(store, draft, next); };
  const add = () => {
    if (!check.usable) return;
    write([...images, text.trim()]);
    setText('');
    field.current?.focus();
  };
  const othersThan = (index: number) => images.filter((_, at) => at !== index);
  const editCheck = editing === null ? null : checkReference(t, editing.text, othersThan(editing.index), local);
  const save = () => {
    if (editing === null || editCheck?.usable !== true) return;
    write(images.with(editing.index, editing.text.trim()));
    setEditing(null);
  };

  const derivedEdited = draft.isEdited(derivedPointer);
  const columns = [
    { key: 'image', label: t('socket.images.column.image') },
    { key: 'trust', label: t('socket.images.column.trust'), width: '24%' },
    { key: 'here', label: t('socket.images.column.here'), width: '15%' },
    { key: 'commands', label: t('socket.images.column.commands'), width: '18%' },
    { key: 'actions', label: <span className="visually-hidden">{t('socket.images.column.actions')}</span>, width: 52, align: 'right' as const },
  ];
  const tableRows = rows.map((row) => {
    const key = `${row.kind}-${row.index}-${row.value}`;
    const name = <Mono>{row.value}</Mono>;
    const undo = <UndoChange name={row.value} disabled={readOnly} onUndo={() => { setEditing(null); write(undoRow(images, row)); }} />;
    if (row.kind === 'removed') {
      return { key, edited: true, cells: [<Marked key="image" mark="removed"><Box component="del" sx={{ color: color.text3 }}>{name}</Box></Marked>, null, null, null, undo] };
    }
    const findings = draft.findings.filter((finding) => finding.pointer === `${imagesPointer}/${row.index}`);
    const notices = findings.filter((finding) => !saidInCell(finding));
    const isEditing = editing?.index === row.index && !readOnly;
    const below = isEditing && editCheck !== null
      ? <Box sx={{ display: 'flex', paddingTop: 1 }}><ReferenceField autoFocus value={editing.text} label={t('socket.images.editing')} check={editCheck} onChange={(next) => { setEditing({ index: row.index, text: next }); }} onEnter={save} onEscape={() => { setEditing(null); return true; }}
        actions={<><Button size="small" onClick={() => { setEditing(null); }}>{t('button.cancel')}</Button><Button size="small" disabled={!editCheck.usable} onClick={save}>{t('socket.images.save')}</Button></>} /></Box>
      : notices.length > 0 ? <Box sx={{ display: 'grid', gap: 1 }}>{notices.map((finding) => (
        <FindingNotice key={finding.code} finding={finding} readOnly={readOnly} {...(finding.code === 'socket-image-invalid' ? { remove: { label: t('socket.images.remove'), run: () => { write(images.toSpliced(row.index, 1)); } } } : {})} />
      ))}</Box> : undefined;
    return {
      key, edited: row.kind !== 'same', ...(below === undefined ? {} : { below }),
      cells: [
        row.kind === 'same' ? name : <Marked key="image" mark={row.kind}>{name}</Marked>,
        <TrustCell key="trust" image={row.value} findings={findings} />,
        <HereCell key="here" image={row.value} local={local} />,
        <CommandsCell key="commands" image={row.value} lists={lists} onOpen={onOpenList} />,
        row.kind === 'same'
          ? <IconButton key="actions" aria-label={t('socket.images.menu', { image: row.value })} aria-haspopup="menu" onClick={(event) => { setMenu({ row, anchor: event.currentTarget }); }}><MoreIcon /></IconButton>
          : undo,
      ],
    };
  });

  const close = () => { setMenu(null); };
  const showField = images.length > 0 || adding;
  return (
    <Card title={t('socket.images.title')} note={formats.number(images.length)} actions={<>
      {derivedEdited && <EditedMark />}
      {derivedEdited && !readOnly && <UndoChange name={t('socket.images.derivedName')} onUndo={() => { writeDerived(store, draft, draft.appliedValue(derivedPointer) !== false); }} />}
      <Box component="label" htmlFor="derived-images" sx={{ color: readOnly ? color.text3 : color.text2, fontSize: 12, textAlign: 'right' }}>{withCode(t('socket.images.derived'))}</Box>
      <Switch id="derived-images" checked={settings.socket.allowDerivedImages} disabled={readOnly} onChange={(_, on) => { writeDerived(store, draft, on); }}
        slotProps={{ input: { role: 'switch', 'aria-label': readOnly ? `${t('socket.images.derivedName')}. ${t('locked.by', { who: lockedBy })}` : t('socket.images.derivedName') } }} />
    </>}>
      {rows.length > 0 && <DataTable label={t('socket.images.title')} columns={columns} rows={tableRows} />}
      {images.length === 0 && (
        <Box sx={rows.length > 0 ? { borderTop: `1px solid ${color.border}` } : {}}>
          <EmptyState action={!readOnly && !adding && <Button startIcon={<AddIcon />} onClick={() => { setAdding(true); }}>{t('socket.add.button')}</Button>}>{settings.eci.value ? t('socket.images.empty') : t('socket.images.emptyOff')}</EmptyState>
        </Box>
      )}
      {readOnly
        ? <Box sx={{ padding: '9px 16px', borderTop: `1px solid ${color.border}` }}><LockedNote by={lockedBy} /></Box>
        : showField && (
          <Box sx={{ display: 'flex', padding: '8px 16px', borderTop: `1px solid ${color.border}` }}>
            <ReferenceField inputRef={field} autoFocus={adding && images.length === 0} value={text} label={t('socket.add.label')} check={check} onChange={setText} onEnter={add}
              onEscape={() => { const had = text !== ''; setText(''); if (!had && images.length === 0) setAdding(false); return had; }}
              actions={<Button startIcon={<AddIcon />} disabled={!check.usable} sx={{ marginLeft: 'auto' }} onClick={add}>{t('socket.add.button')}</Button>} />
          </Box>
        )}
      {local.error !== null && <Box sx={{ padding: '0 16px 16px' }}><ErrorPanel error={local.error} title={t('socket.images.imagesFailed')} action={<Button size="small" onClick={local.retry}>{t('button.tryAgain')}</Button>} /></Box>}
      <Menu open={menu !== null} anchorEl={menu?.anchor ?? null} onClose={close}>
        {!readOnly && <MenuItem onClick={() => { if (menu !== null) setEditing({ index: menu.row.index, text: menu.row.value }); close(); }}>{t('socket.images.edit')}</MenuItem>}
        <MenuItem onClick={() => { if (menu !== null) void store.request('clipboard:write', { text: menu.row.value }); close(); }}>{t('socket.images.copy')}</MenuItem>
        {!readOnly && <MenuItem onClick={() => { if (menu !== null) { setEditing(null); write(images.toSpliced(menu.row.index, 1)); } close(); }}>{t('socket.images.remove')}</MenuItem>}
      </Menu>
    </Card>
  );
}

function Marked({ mark, children }: { readonly mark: 'added' | 'edited' | 'removed'; readonly children: React.ReactNode }) {
  return <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '12px', padding: '4px 0' }}><span>{children}</span><EditedMark kind={mark} /></Box>;
}
