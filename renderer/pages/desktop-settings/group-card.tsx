import { useTranslation } from 'react-i18next';
import { useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { withCode } from '../../components/mono.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { groupLock, groups, revertMember, textOf, writeMember, type GroupName } from './document.ts';
import { useInvalidValue, useKeyDescription } from './key-notes.ts';
import { TextRow } from './text-row.tsx';

interface GroupCardProps {
  readonly name: GroupName;
  readonly lockedBy: string | undefined;
}

/** Settings of Docker Desktop that one lock locks together. */
export function GroupCard({ name, lockedBy }: GroupCardProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  const invalidValue = useInvalidValue();
  const pointer = `/${name}`;
  const locked = groupLock(draft.value(pointer));
  return (
    <Card title={t(`desktopSettings.groups.${name}.title`)} pointer={pointer}>
      {locked !== null && (
        <SettingRow
          pointer={`${pointer}/locked`}
          name={t('desktopSettings.locked.name')}
          description={
            invalidValue(`${pointer}/locked`) ??
            t(locked ? 'desktopSettings.locked.on' : 'desktopSettings.locked.off')
          }
          checked={locked}
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
      {groups[name].map((member) =>
        member === 'imagesRepository' ? (
          <Repository key={member} lockedBy={lockedBy} />
        ) : (
          <MemberRow key={member} group={name} member={member} lockedBy={lockedBy} />
        ),
      )}
    </Card>
  );
}

type Switch = Exclude<(typeof groups)[GroupName][number], 'imagesRepository'>;

function MemberRow({
  group,
  member,
  lockedBy,
}: {
  readonly group: GroupName;
  readonly member: Switch;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const describe = useKeyDescription();
  const pointer = `/${group}/${member}`;
  const value = draft.value(pointer);
  const invalid = useInvalidValue()(pointer);
  return (
    <ChoiceRow
      pointer={pointer}
      name={t(`desktopSettings.groups.members.${member}`)}
      description={invalid ?? withCode(describe(pointer))}
      value={invalid === null ? switchState(value) : 'invalid'}
      lockedBy={lockedBy}
      options={[
        ...(invalid === null ? [] : [{ value: 'invalid' as const, label: t('desktopSettings.invalid') }]),
        ...(['unset', 'on', 'off'] as const).map((one) => ({
          value: one,
          label: t(`desktopSettings.groups.state.${one}`),
        })),
      ]}
      edited={draft.isEdited(pointer)}
      onUndo={() => {
        revertMember(draft, group, member);
      }}
      onChange={(state) => {
        if (state !== 'invalid')
          writeMember(draft, group, member, state === 'unset' ? undefined : state === 'on');
      }}
    />
  );
}

const switchState = (value: unknown): 'unset' | 'on' | 'off' =>
  typeof value !== 'boolean' ? 'unset' : value ? 'on' : 'off';

/** Where Kubernetes' own images come from. */
function Repository({ lockedBy }: Pick<GroupCardProps, 'lockedBy'>) {
  const { t } = useTranslation();
  const draft = useDraft();
  const describe = useKeyDescription();
  const pointer = '/kubernetes/imagesRepository';
  return (
    <TextRow
      pointer={pointer}
      name={t('desktopSettings.groups.members.imagesRepository')}
      description={describe(pointer)}
      value={textOf(draft.value(pointer))}
      lockedBy={lockedBy}
      problemOf={() => null}
      onWrite={(text) => {
        writeMember(draft, 'kubernetes', 'imagesRepository', text === '' ? undefined : text);
        return true;
      }}
      onUndo={() => {
        revertMember(draft, 'kubernetes', 'imagesRepository');
      }}
    />
  );
}
