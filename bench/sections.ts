import type { Section } from './section';

/** Name → what loads it, in the order of the page; loaded one by one, so that each may end what it started before the next begins. */
export const SECTIONS = {
  race: () => import('./race/section.js').then(({ RACE }) => RACE),
  'ten-minutes': () => import('./ten-minutes/section.js').then(({ TEN_MINUTES }) => TEN_MINUTES),
  twenty: () => import('./twenty/section.js').then(({ TWENTY }) => TWENTY),
  start: () => import('./start/section.js').then(({ START }) => START),
  histories: () => import('./histories/section.js').then(({ HISTORIES }) => HISTORIES),
  load: () => import('./load/section.js').then(({ LOAD }) => LOAD),
  throughput: () => import('./throughput/section.js').then(({ THROUGHPUT }) => THROUGHPUT),
  idle: () => import('./idle/section.js').then(({ IDLE }) => IDLE),
} as const satisfies Readonly<Record<string, () => Promise<Section>>>;

export type SectionName = keyof typeof SECTIONS;

export const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];
