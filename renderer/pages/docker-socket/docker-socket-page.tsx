import { useDeferredValue, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useDraft } from '../../state/context.tsx';
import { useDraftEci } from '../../components/draft-eci.ts';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { usePointer } from '../../components/linked-setting.ts';
import { Page } from '../../components/page.tsx';
import { virtualizeAbove } from '../../components/virtual-rows.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { defaultSettings } from '../../../shared/settings/index.ts';
import { CommandsCard } from './commands-card.tsx';
import { imagesPointer, mountPointer, ownLists, ownListsPointer } from './document.ts';
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
  const settings = draft.draft.settings.ok ? draft.draft.settings.value : defaultSettings;
  // Cards below the fold are deferred, so that the page renders sooner.
  const areCardsBelowDrawn = useDeferredValue(
    true,
    pointer !== null || settings.socket.images.length <= virtualizeAbove,
  );
  const { state: eci } = useDraftEci();
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
            {t(`socket.${eci}.body`)}
          </Notice>
        )}
        {findings.map((finding) => (
          <FindingNotice
            key={`${finding.code}-${finding.pointer}`}
            finding={finding}
            readOnly={lockedBy !== undefined}
          />
        ))}
        <ImagesCard
          settings={settings}
          lockedBy={lockedBy}
          onOpenList={(list) => {
            setChosen(list.now.image);
            commands.current?.scrollIntoView({ block: 'nearest' });
          }}
        />
        <div ref={commands}>
          {areCardsBelowDrawn && <CommandsCard lockedBy={lockedBy} chosen={chosen} onChoose={setChosen} />}
        </div>
        {areCardsBelowDrawn && <VisibilityCard settings={settings} lockedBy={lockedBy} />}
      </Box>
    </RegistryContext>
  );
}
