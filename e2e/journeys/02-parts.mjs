// The page that shows every part in every state.
export default {
  name: 'parts of pages',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('priya');
    await t.goto('/_components');
  },
};
