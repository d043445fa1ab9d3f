import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { obstacleNames } from '../../components/container-status.ts';
import { Mono } from '../../components/mono.tsx';
import { useFormats, type Formats } from '../../i18n/format.ts';
import { names } from '../../i18n/lists.ts';
import { color, stacked } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import { rangeText } from './container-reason.ts';
import { RecreationFacts, recreationLines } from './recreation-facts.tsx';
import { factLine, RowFact } from './row-fact.tsx';

/** Whether the container can be recreated: not at all, now, or not now. */
export type RecreationOffer = 'unavailable' | 'available' | 'blocked';

const detailPadding = 14;

/** Below an expanded row: what recreating the container would do, if available, and its details. */
export function ContainerDetail({
  container,
  tab,
  recreation,
  onRecreate,
  onHeight,
}: {
  readonly container: Container;
  /** Whether its controls take part in the tab order. */
  readonly tab: 0 | -1;
  readonly recreation: RecreationOffer;
  readonly onRecreate: () => void;
  /** Receives its height, px, whenever that changes. */
  readonly onHeight: (height: number) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const facts = useRef<HTMLDListElement>(null);
  useMeasuredHeight(facts, onHeight);
  return (
    <Box role="gridcell" sx={{ margin: '0 16px 0 80px', [stacked]: { marginLeft: '20px' } }}>
      <Box
        ref={facts}
        component="dl"
        sx={{
          margin: 0,
          paddingLeft: 2,
          borderLeft: `2px solid ${color.borderStrong}`,
          display: 'grid',
          gridTemplateColumns: '112px minmax(0, 1fr)',
          columnGap: 2,
          fontSize: 12,
          lineHeight: `${factLine}px`,
        }}
      >
        {recreation !== 'unavailable' && (
          <RecreationFacts
            container={container}
            tab={tab}
            onAll={recreation === 'available' ? onRecreate : undefined}
          />
        )}
        {listFacts(t, formats, container).map((fact) => (
          <RowFact key={fact.label} label={fact.label} text={fact.text}>
            {fact.value}
          </RowFact>
        ))}
      </Box>
    </Box>
  );
}

function useMeasuredHeight(facts: RefObject<HTMLElement | null>, onHeight: (height: number) => void): void {
  useEffect(() => {
    const element = facts.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      onHeight(element.offsetHeight + detailPadding);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [facts, onHeight]);
}

const isInspected = ({ whyUnknown }: Container): boolean => whyUnknown === undefined;

const detailCount = (container: Container, recreation: boolean): number =>
  (isInspected(container) ? 5 : 2) +
  (container.range === null ? 0 : 1) +
  (container.privileged ? 1 : 0) +
  (container.obstacles.length === 0 ? 0 : 1) +
  (recreation ? recreationLines : 0);

/**
 * Height of the detail in px, which the list needs before it is rendered and measured. `recreation`: it shows
 * the preview of recreating the container.
 */
export const detailHeight = (container: Container, recreation: boolean): number =>
  detailCount(container, recreation) * factLine + detailPadding;

interface Detail {
  readonly label: string;
  readonly text: string;
  readonly mono: boolean;
}

/** What an expanded row shows beyond its columns. */
function listFacts(
  t: TFunction,
  formats: Formats,
  container: Container,
): readonly { readonly label: string; readonly value: ReactNode; readonly text: string }[] {
  const facts: readonly Detail[] = [
    { label: t('containers.detail.id'), text: container.id.slice(0, 12), mono: true },
    {
      label: t('containers.detail.created'),
      text: `${formats.dateTime(container.createdAt)} · ${formats.ago(container.createdAt)}`,
      mono: false,
    },
    // Nothing else is known of a container that could not be inspected.
    ...(isInspected(container) ? inspectedDetails(t, container) : []),
  ];
  return facts.map(({ label, text, mono }) => ({
    label,
    text,
    value: mono ? <Mono nowrap>{text}</Mono> : text,
  }));
}

function inspectedDetails(t: TFunction, container: Container): readonly Detail[] {
  const named = container.volumes.filter((v) => !v.anonymous).map((v) => `${v.name} → ${v.destination}`);
  const anonymous = container.volumes.length - named.length;
  const volumes = names(t, [
    ...named,
    ...(anonymous > 0 ? [t('containers.detail.anonymous', { count: anonymous })] : []),
  ]);
  return [
    { label: t('containers.detail.runtime'), text: container.runtime, mono: true },
    ...(container.range === null
      ? []
      : [{ label: t('containers.detail.range'), text: rangeText(container.range), mono: true }]),
    ...(container.privileged
      ? [
          {
            label: t('containers.detail.privileged'),
            text: t(container.protected ? 'containers.detail.confined' : 'containers.detail.notConfined'),
            mono: false,
          },
        ]
      : []),
    {
      label: t('containers.detail.volumes'),
      text: volumes === '' ? t('containers.detail.noVolumes') : volumes,
      mono: volumes !== '',
    },
    { label: t('containers.detail.restart'), text: container.restartPolicy, mono: true },
    ...(container.obstacles.length === 0
      ? []
      : [
          {
            label: t(container.protected ? 'containers.detail.uses' : 'containers.detail.obstacles'),
            text: obstacleNames(t, container.obstacles),
            mono: true,
          },
        ]),
  ];
}
