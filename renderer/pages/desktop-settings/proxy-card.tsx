import { useTranslation } from 'react-i18next';
import { useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { knownKeyAt } from '../../../shared/settings/index.ts';
import { isUsableText, textContent } from '../../../shared/settings/text-content.ts';
import { useInvalidValue, useKeyDescription, useShownKeys } from './key-notes.ts';
import {
  isPort,
  portOf,
  proxyModes,
  proxyOf,
  proxyTexts,
  writePort,
  writeProxyMode,
  writeProxyText,
  type Proxy,
  type ProxyName,
} from './document.ts';
import { TextRow } from './text-row.tsx';

interface ProxyCardProps {
  readonly name: ProxyName;
  readonly lockedBy: string | undefined;
}

/** One of the two proxies: its source, whether users may change it, and its addresses. */
export function ProxyCard({ name, lockedBy }: ProxyCardProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  const invalidValue = useInvalidValue();
  const pointer = `/${name}`;
  const proxy = proxyOf(draft.value(pointer));
  const invalidMode = invalidValue(proxy === null ? pointer : `${pointer}/mode`);
  const modeEdited = draft.isEdited(proxy === null ? pointer : `${pointer}/mode`);
  return (
    <Card title={t(`desktopSettings.${name}.title`)} pointer={pointer}>
      <ChoiceRow
        pointer={`${pointer}/mode`}
        name={t('desktopSettings.proxyMode.name')}
        description={invalidMode ?? t(`desktopSettings.${name}.text`)}
        value={invalidMode !== null ? 'invalid' : proxy === null ? 'unset' : (proxy.mode ?? 'system')}
        lockedBy={lockedBy}
        options={[
          ...(invalidMode === null
            ? []
            : [{ value: 'invalid' as const, label: t('desktopSettings.invalid') }]),
          ...(['unset', ...proxyModes] as const).map((value) => ({
            value,
            label: t(`desktopSettings.proxyMode.${value}`),
          })),
        ]}
        edited={modeEdited}
        onUndo={() => {
          draft.revert(
            proxy === null || draft.appliedValue(pointer) === undefined ? pointer : `${pointer}/mode`,
          );
        }}
        onChange={(value) => {
          if (value !== 'invalid') writeProxyMode(draft, name, value === 'unset' ? null : value);
        }}
      />
      {proxy !== null && (
        <SettingRow
          pointer={`${pointer}/locked`}
          name={t('desktopSettings.locked.name')}
          description={
            invalidValue(`${pointer}/locked`) ??
            t(proxy.locked ? 'desktopSettings.locked.on' : 'desktopSettings.locked.off')
          }
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
      {proxy?.mode === 'manual' && <Addresses name={name} proxy={proxy} lockedBy={lockedBy} />}
      {proxy !== null && name === 'proxy' && <OfDockerDesktop lockedBy={lockedBy} />}
    </Card>
  );
}

/** The texts that count in the mode `manual`. */
function Addresses({ name, proxy, lockedBy }: ProxyCardProps & { readonly proxy: Proxy }) {
  const { t } = useTranslation();
  const draft = useDraft();
  return proxyTexts
    .filter((key) => key !== 'transparentPorts' || name === 'containersProxy')
    .map((key) => {
      const content = textContent(knownKeyAt([name, key])?.content);
      const pointer = `/${name}/${key}`;
      return (
        <TextRow
          key={key}
          pointer={pointer}
          name={t(`desktopSettings.fields.${key}.name`)}
          description={t(`desktopSettings.fields.${key}.text`)}
          value={proxy.texts[key]}
          placeholder={key === 'exclude' ? '*.corp.example, 10.0.0.0/8' : ''}
          multiline={key === 'embeddedPac'}
          lockedBy={lockedBy}
          problemOf={(text) =>
            content === null || isUsableText(content, text) ? null : t(`desktopSettings.unusable.${content}`)
          }
          onWrite={(text) => {
            writeProxyText(draft, name, key, text);
            return true;
          }}
          onUndo={() => {
            draft.revert(pointer);
          }}
        />
      );
    });
}

/** What only the proxy of Docker Desktop itself has, in every mode. */
function OfDockerDesktop({ lockedBy }: Pick<ProxyCardProps, 'lockedBy'>) {
  const { t } = useTranslation();
  const draft = useDraft();
  const describe = useKeyDescription();
  const invalidValue = useInvalidValue();
  const isShown = useShownKeys();
  const kerberos = '/proxy/enableKerberosNtlm';
  const port = '/proxy/windowsDockerdPort';
  return (
    <>
      <SettingRow
        pointer={kerberos}
        name={t('desktopSettings.fields.enableKerberosNtlm')}
        description={invalidValue(kerberos) ?? describe(kerberos)}
        checked={draft.value(kerberos) === true}
        lockedBy={lockedBy}
        edited={draft.isEdited(kerberos)}
        onUndo={() => {
          draft.revert(kerberos);
        }}
        onChange={(on) => {
          draft.editOr(kerberos, on, false);
        }}
      />
      {isShown(port) && (
        <TextRow
          pointer={port}
          name={t('desktopSettings.fields.windowsDockerdPort')}
          description={describe(port)}
          value={portOf(draft.value(port))}
          placeholder="-1"
          lockedBy={lockedBy}
          problemOf={(text) => (text.trim() === '' || isPort(text) ? null : t('desktopSettings.noPort'))}
          onWrite={(text) => writePort(draft, port, text)}
          onUndo={() => {
            draft.revert(port);
          }}
        />
      )}
    </>
  );
}
