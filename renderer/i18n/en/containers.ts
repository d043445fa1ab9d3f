export const containers = {
  title: '',
};
