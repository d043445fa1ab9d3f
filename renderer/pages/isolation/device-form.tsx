import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import OutlinedInput from '@mui/material/OutlinedInput';
import Select from '@mui/material/Select';
import { withCode } from '../../components/mono.tsx';
import { color, fontMono } from '../../theme/tokens.ts';
import { deviceKind } from '../../../shared/settings/device-name.ts';
import {
  deviceLists,
  entryOf,
  inputOf,
  placeholders,
  readAndWrite,
  type DeviceAccess,
  type DeviceInput,
  type WrittenDevice,
} from './devices.ts';

const accesses = ['rwm', 'r', 'w'] as const satisfies readonly DeviceAccess[];

const formLayout = {
  flex: 1,
  minWidth: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
  columnGap: 2,
  rowGap: '12px',
  '@container page (max-width: 560px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
} as const;

/** Form to add or edit a device. `listed`: the devices of the other entries. */
export function DeviceForm({
  entry,
  listed,
  onSave,
  onCancel,
}: {
  /** Null: a new one. */
  readonly entry: WrittenDevice | null;
  readonly listed: readonly string[];
  readonly onSave: (entry: WrittenDevice) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [input, setInput] = useState(() => inputOf(entry));
  const change = (part: Partial<DeviceInput>) => {
    setInput((before) => ({ ...before, ...part }));
  };
  const device = input.device.trim();
  const isListed = listed.includes(device);
  const usable = deviceKind(device) !== null && !isListed;
  return (
    <Box
      component="form"
      aria-label={entry === null ? t('isolation.devices.add') : t('isolation.devices.editing')}
      onSubmit={(event) => {
        event.preventDefault();
        if (usable) onSave(entryOf(input, entry));
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
      sx={formLayout}
    >
      <TextInput
        autoFocus
        label={t('isolation.devices.form.device')}
        placeholder={placeholders.device}
        value={input.device}
        invalid={device !== '' && !usable}
        note={noteOf(t, device, isListed)}
        onChange={(value) => {
          change({ device: value });
        }}
      />
      <AccessInput
        access={input.access}
        onChange={(access) => {
          change({ access });
        }}
      />
      {deviceLists.map((list) => (
        <TextInput
          key={list}
          label={t(`isolation.devices.form.${list}`)}
          placeholder={placeholders[list]}
          value={input[list]}
          invalid={false}
          note={
            entry?.[list]?.length === 0
              ? t('isolation.devices.form.nobody')
              : t(`isolation.devices.form.${list}Note`)
          }
          onChange={(value) => {
            change({ [list]: value });
          }}
        />
      ))}
      <Box sx={{ display: 'flex', gap: 1, justifyContent: 'flex-end', alignItems: 'end' }}>
        <Button onClick={onCancel}>{t('button.cancel')}</Button>
        <Button type="submit" disabled={!usable}>
          {entry === null ? t('isolation.devices.form.add') : t('isolation.devices.form.save')}
        </Button>
      </Box>
    </Box>
  );
}

/** Validation error of the device, or its kind. */
function noteOf(t: TFunction, device: string, isListed: boolean): string {
  if (device === '') return t('isolation.devices.form.deviceNote');
  if (isListed) return t('isolation.devices.form.listed');
  const kind = deviceKind(device);
  return kind === null ? t('isolation.devices.form.none') : t(`isolation.devices.form.${kind}`);
}

function AccessInput({
  access,
  onChange,
}: {
  readonly access: DeviceAccess;
  readonly onChange: (access: DeviceAccess) => void;
}) {
  const { t } = useTranslation();
  return (
    <Labelled label={t('isolation.devices.form.access')} note={t('isolation.devices.form.accessNote')}>
      {(labelId) => (
        <Select
          value={readAndWrite(access) ? 'rwm' : access}
          labelId={labelId}
          fullWidth
          onChange={(event) => {
            const next = accesses.find((one) => one === event.target.value);
            if (next !== undefined) onChange(next);
          }}
        >
          {accesses.map((one) => (
            <MenuItem key={one} value={one}>
              {t(`isolation.devices.access.${one}`)}
            </MenuItem>
          ))}
        </Select>
      )}
    </Labelled>
  );
}

function Labelled({
  label,
  note,
  invalid = false,
  children,
}: {
  readonly label: string;
  readonly note: string;
  readonly invalid?: boolean;
  readonly children: (labelId: string, noteId: string) => ReactNode;
}) {
  const id = useId();
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box id={id} sx={{ fontSize: 12, lineHeight: '16px', color: color.text2, marginBottom: '4px' }}>
        {label}
      </Box>
      {children(id, `${id}-note`)}
      <Box
        id={`${id}-note`}
        sx={{
          fontSize: 12,
          lineHeight: '16px',
          marginTop: '4px',
          color: invalid ? color.danger : color.text3,
          overflowWrap: 'anywhere',
        }}
      >
        {withCode(note)}
      </Box>
    </Box>
  );
}

function TextInput({
  label,
  note,
  value,
  placeholder,
  invalid,
  autoFocus = false,
  onChange,
}: {
  readonly label: string;
  readonly note: string;
  readonly value: string;
  readonly placeholder: string;
  readonly invalid: boolean;
  readonly autoFocus?: boolean;
  readonly onChange: (value: string) => void;
}) {
  return (
    <Labelled label={label} note={note} invalid={invalid}>
      {(labelId, noteId) => (
        <OutlinedInput
          fullWidth
          autoFocus={autoFocus}
          value={value}
          placeholder={placeholder}
          error={invalid}
          onChange={(event) => {
            onChange(event.target.value);
          }}
          sx={{ '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' } }}
          inputProps={{
            'aria-labelledby': labelId,
            'aria-describedby': noteId,
            'aria-invalid': invalid,
            spellCheck: false,
            autoCapitalize: 'off',
            autoComplete: 'off',
          }}
        />
      )}
    </Labelled>
  );
}
