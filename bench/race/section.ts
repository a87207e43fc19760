import type { Section } from '../section';

export const RACE: Section = {
  name: 'race',
  title: 'One fast upgrade',
  about: 'x',
  run: () => Promise.resolve({ tables: [], charts: [], targets: [], notes: [] }),
};
