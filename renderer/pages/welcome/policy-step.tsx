import { useTranslation } from 'react-i18next';
import { useApp, useDraft } from '../../state/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { Tag, withCode } from '../../components/mono.tsx';
import { LockedNote, SettingRow } from '../../components/setting-row.tsx';
import { CheckIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { ownShares, type Policy } from './policy.ts';

/** The recommended policy, line by line with explanations; the two optional ones have switches. */
export function PolicyStep({
  policy,
  onChange,
}: {
  readonly policy: Policy;
  readonly onChange: (policy: Policy) => void;
}) {
  const { t } = useTranslation();
  const { home, tmp } = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const own = ownShares(draft);
  return (
    <Card
      title={t('welcome.policy.card')}
      actions={
        lockedBy === undefined ? (
          <Tag>{t('isolation.backend.recommended')}</Tag>
        ) : (
          <LockedNote by={lockedBy} />
        )
      }
    >
      <Row>
        <RowText primary={t('isolation.eci.name')} secondary={withCode(t('welcome.policy.eci'))} />
        <CheckIcon titleAccess={t('welcome.policy.included')} sx={{ fontSize: 20, color: color.ok }} />
      </Row>
      <SettingRow
        name={t('isolation.lock.name')}
        description={policy.locked ? t('isolation.lock.on') : t('isolation.lock.off')}
        checked={policy.locked}
        lockedBy={lockedBy}
        onChange={(locked) => {
          onChange({ ...policy, locked });
        }}
      />
      {own === null ? (
        <SettingRow
          name={t('welcome.policy.shares')}
          description={withCode(
            policy.shares ? t('welcome.policy.sharesOn', { home, tmp }) : t('welcome.policy.sharesOff'),
          )}
          checked={policy.shares}
          lockedBy={lockedBy}
          onChange={(shares) => {
            onChange({ ...policy, shares });
          }}
        />
      ) : (
        <Row>
          <RowText
            primary={t('welcome.policy.shares')}
            secondary={t('welcome.policy.sharesKept', { count: own.length })}
          />
        </Row>
      )}
      <Row>
        <RowText primary={t('welcome.policy.socket')} secondary={t('welcome.policy.socketText')} />
        <CheckIcon titleAccess={t('welcome.policy.included')} sx={{ fontSize: 20, color: color.ok }} />
      </Row>
    </Card>
  );
}
