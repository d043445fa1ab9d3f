import type { ReactNode } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { hrefFor } from '../../state/router.ts';
import { Facts } from '../../components/card.tsx';
import { Mono } from '../../components/mono.tsx';
import { isDenial, userIdOf, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { isDeniedRequirement } from '../../../shared/rules/requirements.ts';
import { entryWhy } from './entry-text.ts';
import { ImageFact } from './image-fact.tsx';
import { settingHref, settingName } from './setting-place.ts';

/** Rule, setting, image, caller and request of an entry. */
export function EntryFacts({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const facts: readonly { readonly label: string; readonly value: ReactNode }[] = [
    { label: t('activity.fact.rule'), value: <Rule entry={entry} /> },
    ...(entry.spec === undefined || entry.spec === ''
      ? []
      : [{ label: t('activity.fact.requirement'), value: <Requirement id={entry.spec} /> }]),
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
    { label: t('activity.fact.requestedBy'), value: <Caller entry={entry} /> },
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
  return <Facts items={facts} />;
}

function Rule({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  return (
    <>
      {entryWhy(t, entry)}
      {t('join.sentences')}
      <Box component="span" sx={{ display: 'inline-block' }}>
        <Mono dim>{entry.rule}</Mono>
      </Box>
    </>
  );
}

/** Describes the code in parentheses at the end of the refusal. */
function Requirement({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  return (
    <>
      {isDeniedRequirement(id) && t(`rules.requirement.${id}`)} <Mono dim>{id}</Mono>
    </>
  );
}

/** A space before the following text, but not after a full-width colon. */
const spaced = (label: string): string => (label.endsWith('：') ? label : `${label} `);

function userText(t: TFunction, entry: ActivityEntry): string {
  const uid = userIdOf(entry);
  if (uid === null) return t('activity.by.unknown');
  return entry.user === null
    ? t('activity.by.uidOnly', { uid: String(uid) })
    : t('activity.by.userUid', { name: entry.user, uid: String(uid) });
}

function Caller({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const { pid } = entry.client;
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
        {userIdOf(entry) !== null && <Box>{t('activity.by.createdBy', { who: userText(t, entry) })}</Box>}
      </>
    );
  }
  const who = userText(t, entry);
  return <>{[who, process].filter((part) => part !== '').join(t('activity.by.separator'))}</>;
}
