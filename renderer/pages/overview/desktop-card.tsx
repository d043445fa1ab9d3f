import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useApp, useDraft } from '../../state/context.tsx';
import { Card, Facts } from '../../components/card.tsx';
import { PathText, withCode } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { ProductFacts } from '../../../shared/targets/target.ts';

/** Docker Desktop's version here, what saving its file does, and where a user's settings differ. */
export function DesktopCard({ desktop }: { readonly desktop: ProductFacts }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { settings } = useApp();
  const { applied } = useDraft();
  const own =
    desktop.userSettings === null ? null : usersOwn(applied.parsed?.value ?? {}, desktop.userSettings);
  const machine =
    `${t(`target.desktop.vm.${desktop.virtualMachine}`)} ` +
    `(${t(`target.desktop.from.${desktop.virtualMachineFrom}`)})`;
  return (
    <Card title={t('target.desktop.title')}>
      <Box sx={{ padding: 2, display: 'grid', gap: '12px' }}>
        <Facts
          items={[
            {
              label: t('target.desktop.version'),
              value:
                desktop.version ??
                (desktop.program === null
                  ? t('target.desktop.notInstalled')
                  : t('target.desktop.unknownVersion')),
            },
            { label: t('target.desktop.machine'), value: machine },
            { label: t('target.desktop.file'), value: <PathText path={settings.path} /> },
            ...(desktop.olderSettings === null
              ? []
              : [
                  {
                    label: t('target.desktop.older'),
                    value: withCode(t('target.desktop.olderIs', { path: desktop.olderSettings })),
                  },
                ]),
            { label: t('target.desktop.quit'), value: withCode(t(`target.desktop.by.${desktop.restartBy}`)) },
            {
              label: t('target.desktop.signIn'),
              value: settings.exists ? t('target.desktop.enforced') : t('target.desktop.notEnforced'),
            },
            {
              label: t('target.desktop.users'),
              value:
                own === null
                  ? t('target.desktop.usersUnread')
                  : own.length === 0
                    ? t('target.desktop.usersNone')
                    : t('target.desktop.usersSet', {
                        count: own.length,
                        names: formats.list(own.map(({ name, chosen }) => `${name}: ${String(chosen)}`)),
                      }),
            },
          ]}
        />
        <Typography variant="caption" sx={{ color: color.text3 }}>
          {t('target.desktop.business')}
        </Typography>
      </Box>
    </Card>
  );
}

/**
 * Unlocked entries of the admin's file for which the user's settings have another value, which takes effect.
 */
export function usersOwn(
  document: object,
  user: NonNullable<ProductFacts['userSettings']>,
): readonly { readonly name: string; readonly chosen: string | number | boolean }[] {
  const folded = new Map(Object.entries(user).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(document).flatMap(([name, entry]: [string, unknown]) => {
    if (
      typeof entry !== 'object' ||
      entry === null ||
      !('value' in entry) ||
      ('locked' in entry && entry.locked === true)
    )
      return [];
    const chosen = folded.get(name.toLowerCase());
    return chosen === undefined || chosen === entry.value ? [] : [{ name, chosen }];
  });
}
