import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { withCode } from '../../components/mono.tsx';
import { noteText, refusalsOf, settingsOf } from '../../components/recreate-notes.ts';
import { SettingButtons } from '../../components/setting-places.tsx';
import { asSentence, joinSentences, labelled } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import { useSnapshotPart, useStore } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { RecreateItem, RecreateNote } from '../../../shared/containers/recreate.ts';

/** What blocks the apply, each item with what to do. */
export function PlanBlockers({ plan }: { readonly plan: ApplyPlan }) {
  const { t } = useTranslation();
  const groups = plan.recreation?.groups ?? [];
  const refused = groups.flat().flatMap((item) => refusalsOf(item).map((note) => ({ item, note })));
  return (
    <Notice tone="danger" live="assertive" title={t('review.blocked.title')}>
      <Box component="ul" sx={{ margin: '2px 0 0', paddingLeft: 2, color: color.text }}>
        {plan.blockers
          .filter((blocker) => blocker.code !== 'requirement' || plan.missingRequirements.length === 0)
          .map((blocker) => (
            <li key={`${blocker.code}${blocker.message}`}>
              {translateText(blocker.message, blocker.sentence)}
            </li>
          ))}
        {refused.map(({ item, note }) => (
          <li key={`${item.id}${noteText(t, note)}`}>
            {withCode(labelled(t, item.name, noteText(t, note)))}
          </li>
        ))}
        {plan.missingRequirements.map((requirement) => (
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
      {refused.length > 0 && (
        <RefusedActions
          // Those of one group are recreated all or none.
          leaving={groups.filter((group) => group.some((item) => refusalsOf(item).length > 0)).flat()}
          refusals={refused.map(({ note }) => note)}
        />
      )}
    </Notice>
  );
}

/** Leaves containers as they are that can't be recreated, or opens the page with the setting. */
function RefusedActions({
  leaving,
  refusals,
}: {
  readonly leaving: readonly RecreateItem[];
  readonly refusals: readonly RecreateNote[];
}) {
  const { t } = useTranslation();
  const store = useStore();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, marginTop: 1 }}>
      <Button
        size="small"
        onClick={() => {
          store.setChoices({
            ...choices,
            recreate: (choices.recreate ?? []).filter((id) => !leaving.some((item) => item.id === id)),
          });
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
