import { exitCodeOf } from '../../decision/verdict';
import type { ProgressEvent } from '../../workflows/contract';
import type { ActionAnswered, ActionBegun, Asked, HistoryEntry, Intervened, Over } from './history-entry';

/** An entry of a history as a line of a logbook has it: how grave it is, and in words. */
export function entryText(entry: HistoryEntry): { readonly level: ProgressEvent['level']; readonly text: string } {
  switch (entry.event) {
    case 'asked':
      return { level: 'info', text: askedText(entry) };
    case 'phase':
      return { level: 'info', text: `goes to the phase ${entry.phase}` };
    case 'intervention':
      return { level: 'warning', text: interventionText(entry) };
    case 'rancher':
      return actionText(entry);
    case 'verdict':
      return overText(entry);
    default:
      return entry satisfies never;
  }
}

/** `jane@host asked for example/web:2: ticket 7`. */
export function askedText({ by, why, ...asked }: Asked): string {
  return `${by ?? 'somebody'} asked for ${wantedText(asked)}${why === null ? '' : `: ${why}`}`;
}

/** What was to be changed, by names. */
export function wantedText(asked: Pick<Asked, 'image' | 'sidekicks' | 'variables' | 'labels'>): string {
  const { image, sidekicks, variables, labels } = asked;
  const wanted = [
    ...(image === null ? [] : [image]),
    ...Object.entries(sidekicks).map(([name, to]) => `${name}=${to}`),
    ...(variables.length === 0 ? [] : [`variables ${variables.join(', ')}`]),
    ...(labels.length === 0 ? [] : [`labels ${labels.join(', ')}`]),
  ];
  return wanted.length === 0 ? 'nothing that can be read' : wanted.join(', ');
}

/** Who stepped in, how, and what it meant. */
export function interventionText({ name, how, by, why, identity, outcome, meaning }: Intervened): string {
  const who = by ?? (identity === '' ? 'somebody' : identity);
  const said = `${name}${how === 'Temporal' ? ' in Temporal' : ''} by ${who}${why === null ? '' : ` (${why})`}`;
  return outcome === 'taken' || outcome === 'unknown' ? `${said}: ${meaning}` : `${said} is ${outcome}: ${meaning}`;
}

function actionText(entry: ActionBegun | ActionAnswered): ReturnType<typeof entryText> {
  const which = `${entry.action}${entry.round === null ? '' : ` (round ${String(entry.round)})`}`;
  if (entry.step === 'begun') {
    const images = Object.entries(entry.images).map(([config, image]) => `${config} → ${image ?? 'no image'}`);
    return { level: 'info', text: `${which} is sent to Rancher${images.length === 0 ? '' : `: ${images.join(', ')}`}` };
  }
  const { outcome, failure, said, attempts } = entry;
  const tries = attempts === 1 ? '' : `, after ${String(attempts)} attempts`;
  const words = said === null ? '' : `: ${said}`;
  const kind = failure === null ? '' : ` (${failure})`;
  const isFailed = ['failed', 'timed-out', 'cancelled'].includes(outcome);
  return { level: isFailed ? 'warning' : 'info', text: `${which}: ${outcome}${kind}${tries}${words}` };
}

function overText({ verdict, how, reason }: Over): ReturnType<typeof entryText> {
  const words = reason === '' ? '' : `: ${reason}`;
  if (verdict === null) return { level: 'error', text: `the workflow is ${how}, without a verdict${words}` };
  return { level: exitCodeOf(verdict) === 0 ? 'info' : 'error', text: `${verdict}${words}` };
}
