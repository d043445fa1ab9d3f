import { useTranslation } from 'react-i18next';
import { useDraft, useStore } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { withCode } from '../../components/mono.tsx';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { hidePointer, scopePointer, writeChoice } from './document.ts';

/** What containers see of the engine: through their socket, and of other containers' environment. */
export function VisibilityCard({
  settings,
  lockedBy,
}: {
  readonly settings: EffectiveSettings;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const noScope = useUnavailableReason('socket-scope');
  const noHiding = useUnavailableReason('hide-environment');
  const { scope } = settings.socket;
  const hide = settings.hideEnvironment;
  return (
    <Card title={t('socket.sight.title')}>
      <ChoiceRow
        pointer={scopePointer}
        name={t('socket.sight.scope.name')}
        description={t(`socket.sight.scope.${scope}`)}
        value={scope}
        lockedBy={lockedBy}
        unavailable={noScope}
        options={(['all', 'own'] as const).map((value) => ({
          value,
          label: t(`socket.sight.scope.${value}Option`),
        }))}
        edited={draft.isEdited(scopePointer)}
        onUndo={() => {
          draft.revert(scopePointer);
        }}
        onChange={(value) => {
          writeChoice(store, draft, scopePointer, value, 'all');
        }}
      />
      <ChoiceRow
        pointer={hidePointer}
        name={t('socket.sight.hide.name')}
        description={withCode(t(`socket.sight.hide.${hide}`))}
        value={hide}
        lockedBy={lockedBy}
        unavailable={noHiding}
        options={(['never', 'socket-mounts', 'always'] as const).map((value) => ({
          value,
          label: t(`socket.sight.hide.${value}Option`),
        }))}
        edited={draft.isEdited(hidePointer)}
        onUndo={() => {
          draft.revert(hidePointer);
        }}
        onChange={(value) => {
          writeChoice(store, draft, hidePointer, value, 'never');
        }}
      />
    </Card>
  );
}
