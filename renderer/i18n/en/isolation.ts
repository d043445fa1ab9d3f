export const isolation = {
  title: '',
};
