export const files = {
  title: 'File sharing',
};
