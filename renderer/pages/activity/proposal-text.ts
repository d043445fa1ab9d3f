import type { TFunction } from 'i18next';
import type { Proposal } from '../../../shared/audit/proposal.ts';
import { shortDigest } from './image-fact.tsx';

/** What a proposal allows, and its consequence. */
export function proposalText(
  t: TFunction,
  { code, params }: Proposal,
): { readonly title: string; readonly text: string } {
  switch (code) {
    case 'image-digest':
      return {
        title: t('activity.proposal.image-digest.title'),
        text: t('activity.proposal.image-digest.text', { digest: shortDigest(params['digest'] ?? '') }),
      };
    case 'command':
      return params['image'] === ''
        ? {
            title: t('activity.proposal.command.title', { replace: params }),
            text: t('activity.proposal.command.text', { replace: params }),
          }
        : {
            title: t('activity.proposal.command.title', { replace: params }),
            text: t('activity.proposal.command.textImage', { replace: params }),
          };
    case 'scope-all':
      return {
        title: t('activity.proposal.scope-all.title'),
        text:
          params['image'] === undefined
            ? t('activity.proposal.scope-all.text')
            : t('activity.proposal.scope-all.textImage', { replace: params }),
      };
    case 'image-tag':
    case 'image-any-tag':
    case 'derived-images':
    case 'command-for-image':
    case 'unlisted-entry':
    case 'share':
    case 'share-parent':
    case 'docker-load':
    case 'existing-warn':
    case 'environment-sockets':
    case 'environment-never':
      return {
        title: t(`activity.proposal.${code}.title`, { replace: params }),
        text: t(`activity.proposal.${code}.text`, { replace: params }),
      };
  }
}
