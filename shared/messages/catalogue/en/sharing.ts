export const sharing = {
  'sharing.directory-unusable': 'The directory {{directory}} cannot be used.',
  'sharing.check-rights': "Check it and the rights on it; it must be root's.",
} as const;
