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
  proxyModes,
  proxyOf,
  proxyTexts,
  textOf,
  writePort,
  writeProxyMode,
  writeProxyText,
  type Proxy,
  type ProxyMode,
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
  return (
    <Card title={t(`desktopSettings.${name}.title`)} pointer={pointer}>
      <ModeRow name={name} proxy={proxy} lockedBy={lockedBy} />
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

/** Where a proxy is taken from. */
function ModeRow({ name, proxy, lockedBy }: ProxyCardProps & { readonly proxy: Proxy | null }) {
  const { t } = useTranslation();
  const draft = useDraft();
  const group = `/${name}`;
  const pointer = `${group}/mode`;
  const invalid = useInvalidValue()(pointer);
  const selected = choiceOf(proxy);
  const known = (['unset', ...proxyModes] as const).map((value) => ({
    value,
    label: t(`desktopSettings.proxyMode.${value}`),
  }));
  return (
    <ChoiceRow<Choice | 'invalid'>
      pointer={pointer}
      name={t('desktopSettings.proxyMode.name')}
      description={invalid ?? t(`desktopSettings.${name}.text`)}
      value={invalid === null ? selected : 'invalid'}
      lockedBy={lockedBy}
      options={[
        ...(invalid === null ? [] : [{ value: 'invalid' as const, label: t('desktopSettings.invalid') }]),
        ...known,
        ...(known.some(({ value }) => value === selected)
          ? []
          : [{ value: selected, label: proxy?.mode ?? '' }]),
      ]}
      edited={draft.isEdited(proxy === null ? group : pointer)}
      onUndo={() => {
        draft.revert(proxy === null || proxyOf(draft.appliedValue(group)) === null ? group : pointer);
      }}
      onChange={(value) => {
        const mode = proxyModes.find((one) => one === value);
        if (mode !== undefined || value === 'unset') writeProxyMode(draft, name, mode ?? null);
      }}
    />
  );
}

/** A known mode, one that is not known here, or none. */
type Choice = 'unset' | ProxyMode | `other ${string}`;

function choiceOf(proxy: Proxy | null): Choice {
  if (proxy === null) return 'unset';
  const { mode } = proxy;
  return mode === null ? 'system' : (proxyModes.find((one) => one === mode) ?? `other ${mode}`);
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
          value={textOf(draft.value(port))}
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
