export const socket = {
  title: 'Docker socket',
};
