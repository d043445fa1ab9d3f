import { useCallback, useDeferredValue, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useDraft } from '../../state/context.tsx';
import { useDraftEci, type EciComparison } from '../../components/draft-eci.ts';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { usePointer } from '../../components/linked-setting.ts';
import { Page } from '../../components/page.tsx';
import { virtualizeAbove } from '../../components/virtual-rows.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { joinSentences } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { defaultSettings } from '../../../shared/settings/index.ts';
import { CommandsCard } from './commands-card.tsx';
import { imagesPointer, mountPointer, ownLists, ownListsPointer, type ListPlace } from './document.ts';
import { FindingNotice } from './finding-notice.tsx';
import { ImagesCard } from './images-card.tsx';
import { RegistryContext, useRegistry } from './registry-state.ts';
import { VisibilityCard } from './visibility-card.tsx';

export default function DockerSocketPage() {
  const { t } = useTranslation();
  const problem = useDocumentProblem();
  return (
    <Page title={t('socket.title')} subtitle={t('socket.subtitle')}>
      {problem ?? <Forms />}
    </Page>
  );
}

/**
 * Cards below the fold: drawn after the others, so that the page is shown sooner. A component of its own, so
 * that the others are not rendered again then.
 */
function Deferred({ unless, children }: { readonly unless: boolean; readonly children: ReactNode }) {
  return useDeferredValue(true, unless) && children;
}

/** Which policy holds in place of the lists of a lost settings file, and what it says of socket mounts. */
function inForceText(t: TFunction, { inForce, policy }: EciComparison): string {
  const { audit, socketMounts } = policy;
  return joinSentences(t, [
    translateMessage(inForce),
    audit || socketMounts === null ? '' : t(`socket.retained.${socketMounts ? 'some' : 'none'}`),
  ]);
}

/** Findings that a row shows. */
const inRow = new RegExp(
  `^(${imagesPointer}/\\d+|${mountPointer}/commandList/commands/\\d+|${ownListsPointer}/\\d+/(image|` +
    'commands/\\d+))$',
);

function Forms() {
  const { t } = useTranslation();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const pointer = usePointer();
  const pointedList =
    pointer === null
      ? undefined
      : ownLists(draft).lists.find((list) => `${pointer}/`.startsWith(`${list.pointer}/`))?.now.image;
  const [chosen, setChosen] = useState<string | null>(pointedList ?? null);
  const [shownFor, setShownFor] = useState(pointer);
  // Another link while the page is open: shows the list that it points into.
  if (shownFor !== pointer) {
    setShownFor(pointer);
    if (pointedList !== undefined) setChosen(pointedList);
    else if (pointer?.startsWith(`${mountPointer}/commandList`) === true) setChosen(null);
  }
  const commands = useRef<HTMLDivElement>(null);
  const openList = useCallback((list: ListPlace) => {
    setChosen(list.now.image);
    commands.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const settings = draft.draft.settings.ok ? draft.draft.settings.value : defaultSettings;
  const comparison = useDraftEci();
  const { state: eci } = comparison;
  // Only findings that no row shows; the notice on top has "ECI is off" already.
  const findings = draft.findings.filter(
    (finding) =>
      pageOfSetting(finding.pointer) === 'docker-socket' &&
      finding.code !== 'eci-off-with-allowlist' &&
      !inRow.test(finding.pointer),
  );
  const registry = useRegistry();
  return (
    <RegistryContext value={registry}>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        {eci !== 'on' && (
          <Notice tone="neutral" title={t(`socket.${eci}.title`)}>
            {eci === 'retained' ? inForceText(t, comparison) : t(`socket.${eci}.body`)}
          </Notice>
        )}
        {findings.map((finding) => (
          <FindingNotice
            key={`${finding.code}-${finding.pointer}`}
            finding={finding}
            readOnly={lockedBy !== undefined}
          />
        ))}
        <ImagesCard settings={settings} eci={eci} lockedBy={lockedBy} onOpenList={openList} />
        <Deferred unless={pointer !== null || settings.socket.images.length <= virtualizeAbove}>
          <div ref={commands}>
            <CommandsCard lockedBy={lockedBy} chosen={chosen} onChoose={setChosen} />
          </div>
          <VisibilityCard settings={settings} lockedBy={lockedBy} />
        </Deferred>
      </Box>
    </RegistryContext>
  );
}
