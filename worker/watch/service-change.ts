import { kindOfState } from '../../decision/service-state';
import type { KnownOfService } from '../../activities/service-watch';
import type { ServiceFacts } from '../../rancher/event-frame';
import { oneLine } from '../../rancher/wording';
import type { Nudge } from '../../workflows/contract';

/** What of a service differs; the first of these that does. */
export type ServiceChange = Extract<Nudge['saw'], 'state' | 'transitioning' | 'message' | 'health'>;

/** What is known of a service; a message may have values taken out (`[redacted]`). */
export type Known = Pick<
  KnownOfService,
  'state' | 'transitioning' | 'message' | 'healthState' | 'expected' | 'removed'
>;

/** As a snapshot cuts them. */
const LONGEST_MESSAGE = 500;
const REDACTED = '[redacted]';

/** In what a service differs from what is known of it; null: in nothing that is worth a read. */
export function changeOf(known: Known, facts: ServiceFacts): ServiceChange | null {
  if (isGone(known) && isGone(facts)) return null;
  if (known.state !== facts.state || isGone(known) !== isGone(facts)) return 'state';
  if (known.transitioning !== facts.transitioning) return 'transitioning';
  if (!sameWords(known.message, wordsOf(facts.message))) return 'message';
  // While Rancher upgrades, it flips with each batch.
  if (facts.state !== 'upgrading' && known.healthState !== facts.healthState) return 'health';
  return null;
}

/** What is known once a frame was told of. */
export function knownFrom(facts: ServiceFacts, expected: number): Known {
  const { state, transitioning, healthState, removed } = facts;
  return { state, transitioning, message: wordsOf(facts.message), healthState, removed, expected };
}

function isGone({ state, removed }: Pick<Known, 'state' | 'removed'>): boolean {
  return removed || kindOfState(state) === 'gone';
}

/** Rancher's words as a snapshot has them, but for the values that it takes out. */
function wordsOf(message: string | null): string | null {
  if (message === null || message === '' || message === 'In Progress') return null;
  return oneLine(message).slice(0, LONGEST_MESSAGE);
}

/** Whether two messages say the same, whichever container they name; `known` may have values taken out, or be cut off after that. */
function sameWords(known: string | null, words: string | null): boolean {
  if (known === null || words === null) return known === words;
  const [first = '', ...rest] = withoutContainers(known).split(REDACTED);
  const text = withoutContainers(words);
  const isCut = known.length >= LONGEST_MESSAGE || words.length >= LONGEST_MESSAGE;
  if (rest.length === 0) return isCut ? text.startsWith(first.slice(0, text.length)) : text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    if (isLast && !isCut) return text.length - part.length >= at && text.endsWith(part);
    const found = text.indexOf(part, at);
    // What was cut off cannot be compared.
    if (found < 0) return isCut;
    at = found + part.length;
  }
  return true;
}

const withoutContainers = (text: string): string => text.replace(/\b1i\d+\b/g, '1i');
