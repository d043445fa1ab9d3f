import { useId, useState, type ChangeEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useDraft } from '../../state/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { Mono, withCode } from '../../components/mono.tsx';
import { LockedNote, SettingRow, withLock } from '../../components/setting-row.tsx';
import { color, fontMono, narrow } from '../../theme/tokens.ts';
import {
  isAddress,
  proxyModes,
  proxyOf,
  proxyTexts,
  writeProxyMode,
  writeProxyText,
  type ProxyName,
  type ProxyText,
} from './document.ts';

const isAddressField = (key: ProxyText): boolean => key === 'http' || key === 'https' || key === 'pac';

/** One of the two proxies: its source, whether users may change it, and its addresses. */
export function ProxyCard({
  name,
  lockedBy,
}: {
  readonly name: ProxyName;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const pointer = `/${name}`;
  const proxy = proxyOf(draft.value(pointer));
  const texts = proxyTexts.filter((key) => key !== 'transparentPorts' || name === 'containersProxy');
  const modeEdited = draft.isEdited(proxy === null ? pointer : `${pointer}/mode`);
  return (
    <Card title={t(`desktopSettings.${name}.title`)} pointer={pointer}>
      <ChoiceRow
        pointer={`${pointer}/mode`}
        name={t('desktopSettings.proxyMode.name')}
        description={t(`desktopSettings.${name}.text`)}
        value={proxy === null ? 'unset' : (proxy.mode ?? 'system')}
        lockedBy={lockedBy}
        options={(['unset', ...proxyModes] as const).map((value) => ({
          value,
          label: t(`desktopSettings.proxyMode.${value}`),
        }))}
        edited={modeEdited}
        onUndo={() => {
          draft.revert(
            proxy === null || draft.appliedValue(pointer) === undefined ? pointer : `${pointer}/mode`,
          );
        }}
        onChange={(value) => {
          writeProxyMode(draft, name, value === 'unset' ? null : value);
        }}
      />
      {proxy !== null && (
        <SettingRow
          pointer={`${pointer}/locked`}
          name={t('desktopSettings.locked.name')}
          description={t(proxy.locked ? 'desktopSettings.locked.on' : 'desktopSettings.locked.off')}
          checked={proxy.locked}
          lockedBy={lockedBy}
          edited={draft.isEdited(`${pointer}/locked`)}
          onUndo={() => {
            draft.revert(`${pointer}/locked`);
          }}
          onChange={(on) => {
            draft.edit(`${pointer}/locked`, on);
          }}
        />
      )}
      {proxy?.mode === 'manual' &&
        texts.map((key) => (
          <TextRow key={key} name={name} field={key} value={proxy.texts[key]} lockedBy={lockedBy} />
        ))}
    </Card>
  );
}

/** One text of a proxy, written when the field loses focus or Enter is pressed. */
function TextRow({
  name,
  field,
  value,
  lockedBy,
}: {
  readonly name: ProxyName;
  readonly field: ProxyText;
  readonly value: string;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const id = useId();
  const pointer = `/${name}/${field}`;
  const label = t(`desktopSettings.fields.${field}.name`);
  const edited = draft.isEdited(pointer);
  const { invalid, props } = useTypedText(name, field, value);
  return (
    <Row edited={edited} pointer={pointer}>
      <RowText
        primary={label}
        secondary={
          <span id={id}>
            {invalid ? (
              <Box component="span" sx={{ color: color.danger }}>
                {withCode(t('desktopSettings.noAddress'))}
              </Box>
            ) : (
              withCode(t(`desktopSettings.fields.${field}.text`))
            )}
          </span>
        }
      />
      {edited && <EditedMark />}
      {edited && lockedBy === undefined && (
        <UndoChange
          name={label}
          onUndo={() => {
            draft.revert(pointer);
          }}
        />
      )}
      {lockedBy === undefined ? (
        <OutlinedInput
          {...props}
          sx={{
            flex: '0 1 320px',
            minWidth: 160,
            [narrow]: { flexBasis: 200 },
            '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' },
          }}
          inputProps={{
            'aria-label': label,
            'aria-describedby': id,
            'aria-invalid': invalid,
            spellCheck: false,
            autoCapitalize: 'off',
            autoComplete: 'off',
          }}
        />
      ) : (
        <>
          <Box component="span" aria-label={withLock(t, label, lockedBy)} sx={{ maxWidth: 320 }}>
            <Mono>{value}</Mono>
          </Box>
          <LockedNote by={lockedBy} />
        </>
      )}
    </Row>
  );
}

/** The text of a field while it is edited, and its event handlers. */
function useTypedText(name: ProxyName, field: ProxyText, value: string) {
  const draft = useDraft();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const invalid = isAddressField(field) && shown.trim() !== '' && !isAddress(shown);
  const write = () => {
    if (typed !== null && typed.trim() !== value) writeProxyText(draft, name, field, typed);
    setTyped(null);
  };
  return {
    invalid,
    props: {
      value: shown,
      error: invalid,
      placeholder: field === 'exclude' ? '*.corp.example, 10.0.0.0/8' : '',
      onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
        setTyped(event.target.value);
      },
      onBlur: write,
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey)
          write();
        else if (event.key === 'Escape' && typed !== null) {
          event.stopPropagation();
          setTyped(null);
        }
      },
    },
  };
}
