export const sharing = {
  'sharing.directory-cannot-be-used': 'The directory {{directory}} cannot be used.',
  'sharing.check-it-and-rights-on-it-it': "Check it and the rights on it; it must be root's.",
} as const;
