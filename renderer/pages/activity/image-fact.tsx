import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useStore } from '../../state/context.tsx';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import { localDigests } from '../../../shared/audit/image-proposals.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { parseImageReference } from '../../../shared/settings/image-reference.ts';

export type LocalImages = IpcOutput<'images:list'>;

/** Local images; empty until the engine has listed them, or if that fails. */
export function useLocalImages(wanted: boolean): LocalImages {
  const store = useStore();
  const [images, setImages] = useState<LocalImages>([]);
  useEffect(() => {
    let over = false;
    if (wanted)
      void store.request('images:list', undefined).then((answer) => {
        if (!over && answer.ok) setImages(answer.value);
      });
    return () => {
      over = true;
    };
  }, [store, wanted]);
  return images;
}

/** sha256:77aa5b…c40e: enough to compare by eye. */
export const shortDigest = (digest: string): string => {
  const hex = digest.replace(/^sha\d+:/, '');
  return `${hex.slice(0, 6)}…${hex.slice(-4)}`;
};

/**
 * The image's name; with `ask`, the digests of its tag here and at its registry now. Unknown ones are
 * omitted.
 */
export function ImageFact({ image, ask }: { readonly image: string; readonly ask: boolean }) {
  const { t } = useTranslation();
  const store = useStore();
  const images = useLocalImages(ask);
  const [served, setServed] = useState<{ readonly digest: string | null } | null>(null);
  const parsed = parseImageReference(image);
  const tagged = ask && parsed.ok && parsed.value.kind === 'image' && parsed.value.digest === null;
  useEffect(() => {
    let over = false;
    setServed(null);
    // The registry is queried only after the entry stays selected for a while.
    const timer = tagged
      ? setTimeout(() => {
          void store.request('registry:resolve', { references: [image], again: false }).then((answer) => {
            if (over) return;
            const first = answer.ok ? answer.value[0] : undefined;
            setServed({ digest: first?.kind === 'served' && first.lastKnown === null ? first.digest : null });
          });
        }, 400)
      : undefined;
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [store, image, tagged]);
  const here = parsed.ok ? localDigests(parsed.value, images) : [];
  return (
    <>
      <Mono>{image}</Mono>
      <Quiet>{servedText(t, tagged ? served : null, here)}</Quiet>
    </>
  );
}

const Quiet = ({ children }: { readonly children: string | null }) =>
  children === null ? null : (
    <Box component="span" sx={{ display: 'block', color: color.text2, marginTop: '2px' }}>
      {children}
    </Box>
  );

/** The registry's digest compared with the local one; null if neither is known yet. */
function servedText(
  t: TFunction,
  served: { readonly digest: string | null } | null,
  here: readonly string[],
): string | null {
  const local = here[0] === undefined ? null : shortDigest(here[0]);
  if (served === null) return local === null ? null : t('activity.image.here', { digest: local });
  if (served.digest === null) return t('activity.image.unknown');
  const digest = shortDigest(served.digest);
  if (here.includes(served.digest)) return t('activity.image.same', { digest });
  return local === null
    ? t('activity.image.served', { digest })
    : t('activity.image.other', { digest, here: local });
}
