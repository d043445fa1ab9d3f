import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { Mono, withCode } from '../../components/mono.tsx';
import { OutcomeChip, Toned } from '../../components/state-badge.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/explain/explanation.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';
import type { RowOutcome, RuleRow } from '../../../shared/explain/rows.ts';
import { counts, hrefOfRule, placeOfRule, rowText } from './labels.ts';

/** One request's rows, with a heading if there are several requests. */
export interface RuleGroup {
  readonly name: string;
  readonly rows: readonly RuleRow[];
}

/** Rule by rule: the outcome, the part of the input, the rule's explanation, and a link to its setting. */
export function RulesCard({
  simulation,
  groups,
  text,
  old,
}: {
  readonly simulation: Simulation;
  readonly groups: readonly RuleGroup[];
  readonly text: string;
  readonly old: boolean;
}) {
  const { t } = useTranslation();
  const rows = groups.flatMap((group) => group.rows);
  return (
    <Box sx={{ opacity: old ? 0.6 : 1 }}>
      <Card title={t('simulator.rules.title')} actions={<span>{counts(t, rows)}</span>}>
        {rows.length === 0 && <EmptyState>{t('simulator.rules.none')}</EmptyState>}
        {groups.map((group) => (
          <Box
            key={group.name}
            {...(group.name === '' ? {} : { component: 'section', 'aria-label': group.name })}
          >
            {group.name !== '' && (
              <Typography
                component="h3"
                sx={{
                  padding: '8px 16px',
                  fontWeight: 600,
                  background: color.subtle,
                  borderTop: `1px solid ${color.border}`,
                  '[data-row] + &': { borderTop: `1px solid ${color.border}` },
                }}
              >
                {group.name}
              </Typography>
            )}
            <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {group.rows.length === 0 && (
                <Box component="li" sx={{ padding: '10px 16px', color: color.text2 }}>
                  {t('simulator.rules.none')}
                </Box>
              )}
              {group.rows.map((row, index) => (
                <Rule key={index} row={row} text={text} simulation={simulation} compose={group.name !== ''} />
              ))}
            </Box>
          </Box>
        ))}
      </Card>
    </Box>
  );
}

function Rule({
  row,
  text,
  simulation,
  compose,
}: {
  readonly row: RuleRow;
  readonly text: string;
  readonly simulation: Simulation;
  readonly compose: boolean;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const { list } = useFormats();
  const settings = (simulation.against === 'applied' ? draft.applied : draft.draft).settings;
  const shares = settings.ok
    ? settings.value.fileSharing.kind === 'list'
      ? settings.value.fileSharing.directories.map(({ path }) => path)
      : ['$HOME', '$TMP']
    : [];
  const labels = rowText(t, row, list(shares.map((path) => `\`${path}\``)), simulation.explanation, list);
  const images = settings.ok ? settings.value.socket.images : [];
  const { page } = placeOfRule(row, images);
  const argument = row.options.map(({ start, end }) => text.slice(start, end)).join(' ');
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        gridTemplateColumns: '126px minmax(0, 184px) minmax(0, 1fr) auto',
        columnGap: 1,
        padding: '9px 16px',
        alignItems: 'start',
        'li + &': { borderTop: `1px solid ${color.border}` },
        '@container page (max-width: 640px)': { gridTemplateColumns: '126px minmax(0, 1fr) auto' },
      }}
    >
      <Box sx={{ lineHeight: '20px' }}>
        <RowOutcomeChip outcome={row.outcome} />
      </Box>
      <Box sx={{ lineHeight: '20px' }}>
        {argument !== '' ? (
          <BreakableArgument text={argument} />
        ) : (
          <Mono dim>{subjectOf(row, t, compose)}</Mono>
        )}
      </Box>
      <Box sx={{ minWidth: 0, '@container page (max-width: 640px)': { gridRow: 2, gridColumn: '1 / -1' } }}>
        <Typography component="div" sx={{ fontWeight: 600, color: color.text }}>
          {withCode(labels.title)}
        </Typography>
        <Typography
          variant="caption"
          component="div"
          sx={{ color: color.text2, marginTop: '2px', maxWidth: 720, overflowWrap: 'anywhere' }}
        >
          {withCode(labels.text)}
        </Typography>
        {labels.detail !== undefined && (
          <Typography
            variant="caption"
            component="div"
            className="selectable"
            sx={{ color: color.text2, overflowWrap: 'anywhere' }}
          >
            {labels.detail}
          </Typography>
        )}
      </Box>
      <Link href={hrefOfRule(row, images)} sx={{ fontSize: 12, lineHeight: '20px', whiteSpace: 'nowrap' }}>
        {t(`frame.page.${page}`)}
      </Link>
    </Box>
  );
}

/** Words of the command; they wrap between words and after a colon rather than within a path. */
function BreakableArgument({ text }: { readonly text: string }) {
  return (
    <Mono>
      {text.split(/(?<=:)/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]))}
    </Mono>
  );
}

/** The subject of a row without words of a command: of a compose file the key and its value. */
function subjectOf(row: RuleRow, t: TFunction, compose: boolean): string {
  if (row.what.kind === 'image') return row.what.image.image;
  if (row.what.kind === 'passed') return withKey(row.what.field, row.what.value);
  const { finding } = row.what;
  const { rule, part, what } = finding;
  if (rule === 'runtime-forced' && (part === undefined || part.value === ''))
    return t('simulator.rules.notSpecified', { option: compose ? 'runtime' : '--runtime' });
  return part !== undefined && part.value !== ''
    ? withKey(part.field, part.value)
    : what === ''
      ? t('simulator.rules.whole')
      : (containerUseText(finding) ?? what);
}

/** "docker exec web", if a finding is about the use of a container. */
function containerUseText({ sentences }: Finding): string | null {
  if (sentences?.what?.id !== 'gateway.use-of-container') return null;
  const { command, name } = sentences.what.params ?? {};
  return typeof command === 'string' && typeof name === 'string' ? `${command} ${name}` : null;
}

/** Keys of a compose service by the field that they set, if the value alone is ambiguous. */
const composeKeys: Readonly<Record<string, string>> = {
  'HostConfig.PidMode': 'pid',
  'HostConfig.IpcMode': 'ipc',
  'HostConfig.UTSMode': 'uts',
  'HostConfig.NetworkMode': 'network_mode',
  'HostConfig.UsernsMode': 'userns_mode',
  'HostConfig.CgroupnsMode': 'cgroup',
  'HostConfig.Privileged': 'privileged',
  'HostConfig.CapAdd': 'cap_add',
  'HostConfig.SecurityOpt': 'security_opt',
  'HostConfig.CgroupParent': 'cgroup_parent',
  'HostConfig.Runtime': 'runtime',
  'HostConfig.Sysctls': 'sysctls',
  'HostConfig.LogConfig': 'logging',
  'HostConfig.VolumesFrom': 'volumes_from',
  'HostConfig.Annotations': 'annotations',
  Env: 'environment',
  Labels: 'labels',
  allow: 'entitlements',
};
const withKey = (field: string, value: string): string =>
  composeKeys[field] === undefined ? value : `${composeKeys[field]}: ${value}`;

function RowOutcomeChip({ outcome }: { readonly outcome: RowOutcome }) {
  const { t } = useTranslation();
  switch (outcome) {
    case 'deny':
      return <OutcomeChip outcome="denied" />;
    case 'rewrite':
      return <OutcomeChip outcome="changed" />;
    case 'allow':
      return <OutcomeChip outcome="allowed" />;
    case 'would-deny':
      return (
        <Toned icon={WarningIcon} tone="warn">
          {t('simulator.rules.wouldDeny')}
        </Toned>
      );
    case 'missing':
      return (
        <Toned icon={InfoIcon} tone="warn">
          {t('simulator.rules.open')}
        </Toned>
      );
  }
}
