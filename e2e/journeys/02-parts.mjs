// The page that shows every part in every state.
export default {
  name: 'parts of pages',
  on: 'empty',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.goto('/_components');
  },
};
