import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { withCode } from '../../components/mono.tsx';
import { noteText, refusalsOf, settingsOf } from '../../components/recreate-notes.ts';
import { SettingButtons } from '../../components/setting-places.tsx';
import { asSentence, joinSentences, labelled } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import { color } from '../../theme/tokens.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { RecreateItem, RecreateNote } from '../../../shared/containers/recreate.ts';
import { blockingReasons } from './blocking-reasons.ts';
import type { Leaving } from './use-leaving.ts';

/** What blocks the apply, each item with what to do. */
export function PlanBlockers({
  plan,
  onLeave,
}: {
  readonly plan: ApplyPlan;
  readonly onLeave: Leaving['leave'];
}) {
  const { t } = useTranslation();
  const groups = plan.recreation?.groups ?? [];
  const { blockers, refusals, requirements } = blockingReasons(plan);
  return (
    <Notice tone="danger" live="assertive" title={t('review.blocked.title')}>
      <Box component="ul" sx={{ margin: '2px 0 0', paddingLeft: 2, color: color.text }}>
        {blockers.map((blocker) => (
          <li key={`${blocker.code}${blocker.message}`}>
            {translateText(blocker.message, blocker.sentence)}
          </li>
        ))}
        {refusals.map(({ item, note }) => (
          <li key={`${item.id}${noteText(t, note)}`}>
            {withCode(labelled(t, item.name, noteText(t, note)))}
          </li>
        ))}
        {requirements.map((requirement) => (
          <li key={requirement.code}>
            {joinSentences(t, [
              asSentence(
                t,
                t('review.blocked.requirement', { what: t(`isolation.requirement.${requirement.code}`) }),
              ),
              asSentence(
                t,
                t('review.blocked.found', {
                  found: translateText(requirement.found, requirement.sentences?.found),
                }),
              ),
              requirement.fix === undefined ? '' : translateText(requirement.fix, requirement.sentences?.fix),
            ])}
          </li>
        ))}
      </Box>
      {refusals.length > 0 && (
        <RefusedActions
          // Those of one group are recreated all or none.
          leaving={groups.filter((group) => group.some((item) => refusalsOf(item).length > 0)).flat()}
          refusals={refusals.map(({ note }) => note)}
          onLeave={onLeave}
        />
      )}
    </Notice>
  );
}

/** Leaves containers as they are that can't be recreated, or opens the page with the setting. */
function RefusedActions({
  leaving,
  refusals,
  onLeave,
}: {
  readonly leaving: readonly RecreateItem[];
  readonly refusals: readonly RecreateNote[];
  readonly onLeave: Leaving['leave'];
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, marginTop: 1 }}>
      <Button
        size="small"
        onClick={() => {
          onLeave(leaving);
        }}
      >
        {leaving.length === 1
          ? t('review.blocked.leave', { name: leaving[0]?.name ?? '' })
          : t('review.blocked.leaveAll')}
      </Button>
      <SettingButtons settings={settingsOf(refusals)} />
    </Box>
  );
}
