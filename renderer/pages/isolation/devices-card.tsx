import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { findingTitle } from '../../components/finding-text.ts';
import { onFirstClick } from '../../components/first-click.ts';
import { Mono, withCode } from '../../components/mono.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { AddIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { DeviceForm } from './device-form.tsx';
import {
  deviceRows,
  devicesOf,
  devicesPointer,
  readAndWrite,
  writeDevices,
  type DeviceList,
  type DeviceRow,
  type WrittenDevice,
} from './devices.ts';

/** Devices of the machine that containers may use, each with the containers that may. */
export function DevicesCard({ lockedBy }: { readonly lockedBy: string | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const draft = useDraft();
  const { target } = useApp();
  const { entries, open, setOpen, close, write } = useDeviceEdits();
  // Docker Desktop has no such key.
  if (target.capabilities.settingsFormat === 'desktop') return null;

  const readOnly = lockedBy !== undefined;
  const { rows, removed } = deviceRows(draft);
  const others = (index: number | null) =>
    entries.flatMap(({ device }, at) => (at === index ? [] : [device]));
  return (
    <Card
      pointer={devicesPointer}
      title={t('isolation.devices.title')}
      note={entries.length === 0 ? undefined : formats.number(entries.length)}
    >
      {rows.length === 0 && open !== 'new' && (
        <EmptyState>{withCode(t('isolation.devices.empty'))}</EmptyState>
      )}
      {rows.map((row) =>
        open === row.index ? (
          <Row key={row.index} pointer={`${devicesPointer}/${row.index}`}>
            <DeviceForm
              entry={row.now}
              listed={others(row.index)}
              onCancel={close}
              onSave={(entry) => {
                write(entries.with(row.index, entry));
              }}
            />
          </Row>
        ) : (
          <EntryRow
            key={row.index}
            row={row}
            readOnly={readOnly}
            onEdit={() => {
              setOpen(row.index);
            }}
            onRemove={() => {
              write(entries.toSpliced(row.index, 1));
            }}
          />
        ),
      )}
      {removed.map((entry, index) => (
        <RemovedRow
          key={`removed ${index}`}
          device={entry.device}
          readOnly={readOnly}
          onUndo={() => {
            write([...entries, entry]);
          }}
        />
      ))}
      {readOnly ? (
        <Box sx={{ padding: '8px 16px', borderTop: `1px solid ${color.border}` }}>
          <LockedNote by={lockedBy} />
        </Box>
      ) : (
        <NewDevice
          open={open === 'new'}
          listed={others(null)}
          onOpen={() => {
            setOpen('new');
          }}
          onCancel={close}
          onSave={(entry) => {
            write([...entries, entry]);
          }}
        />
      )}
    </Card>
  );
}

/** The list as written, which entry of it is edited, and functions to write it. */
function useDeviceEdits() {
  const store = useStore();
  const draft = useDraft();
  /** The entry that is edited, or a new one. */
  const [open, setOpen] = useState<number | 'new' | null>(null);
  const close = () => {
    setOpen(null);
  };
  const write = (next: readonly WrittenDevice[]) => {
    close();
    writeDevices(store, draft, next);
  };
  return { entries: devicesOf(draft.value(devicesPointer)), open, setOpen, close, write };
}

/** The form of a new device, or the button that opens it. */
function NewDevice({
  open,
  listed,
  onOpen,
  onCancel,
  onSave,
}: {
  readonly open: boolean;
  readonly listed: readonly string[];
  readonly onOpen: () => void;
  readonly onCancel: () => void;
  readonly onSave: (entry: WrittenDevice) => void;
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: 'flex', padding: '8px 16px', borderTop: `1px solid ${color.border}` }}>
      {open ? (
        <DeviceForm entry={null} listed={listed} onCancel={onCancel} onSave={onSave} />
      ) : (
        <Button startIcon={<AddIcon />} onClick={onOpen}>
          {t('isolation.devices.add')}
        </Button>
      )}
    </Box>
  );
}

function RemovedRow({
  device,
  readOnly,
  onUndo,
}: {
  readonly device: string;
  readonly readOnly: boolean;
  readonly onUndo: () => void;
}) {
  return (
    <Row edited>
      <RowText
        strong={false}
        primary={
          <Box component="del" sx={{ color: color.text3 }}>
            <Mono>{device}</Mono>
          </Box>
        }
      />
      <EditedMark kind="removed" />
      {!readOnly && <UndoChange name={device} onUndo={onUndo} />}
    </Row>
  );
}

function EntryRow({
  row,
  readOnly,
  onEdit,
  onRemove,
}: {
  readonly row: DeviceRow;
  readonly readOnly: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const { now, index, change } = row;
  const summary = useSummary(now);
  const pointer = `${devicesPointer}/${index}`;
  const findings = draft.findings.filter(
    (finding) => finding.pointer === pointer || finding.pointer.startsWith(`${pointer}/`),
  );
  return (
    <Row edited={change !== null} pointer={pointer}>
      <RowText
        strong={false}
        primary={<Mono>{now.device}</Mono>}
        secondary={
          <>
            {withCode(summary)}
            {findings.map((finding) => (
              <Box key={`${finding.code} ${finding.pointer}`} sx={{ color: color.warn }}>
                {withCode(findingTitle(t, finding))}
              </Box>
            ))}
          </>
        }
      />
      {change !== null && <EditedMark kind={change} />}
      {!readOnly && (
        <>
          <Button
            size="small"
            aria-label={t('isolation.devices.editOf', { device: now.device })}
            onClick={onEdit}
          >
            {t('isolation.devices.edit')}
          </Button>
          <Button
            size="small"
            aria-label={t('isolation.devices.removeOf', { device: now.device })}
            onClick={onFirstClick(onRemove)}
          >
            {t('isolation.devices.remove')}
          </Button>
        </>
      )}
    </Row>
  );
}

/** Who may use a device, and how, in one line. */
function useSummary({ permissions = 'rwm', images, users, groups }: WrittenDevice): string {
  const { t } = useTranslation();
  const formats = useFormats();
  const named = (list: DeviceList, names: readonly string[]) =>
    names.length === 0
      ? t(`isolation.devices.nobody.${list}`)
      : t(`isolation.devices.only.${list}`, { names: formats.list(names.map((name) => `\`${name}\``)) });
  const people = [
    ...(users === undefined ? [] : [named('users', users)]),
    ...(groups === undefined ? [] : [named('groups', groups)]),
  ];
  return [
    t(`isolation.devices.access.${readAndWrite(permissions) ? 'rwm' : permissions}`),
    images === undefined ? t('isolation.devices.every.images') : named('images', images),
    ...(people.length === 0 ? [t('isolation.devices.every.users')] : people),
  ].join(' · ');
}
