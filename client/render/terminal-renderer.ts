import { exitCodeOf } from '../../decision/verdict';
import type { Phase } from '../../decision/phase';
import type { Progress } from '../../workflows/contract';
import type { FollowedDeployment, FollowEvent } from '../follow/follow-event';
import { formatDuration } from '../input/duration';
import type { Outcome } from '../outcome';
import { clean } from './clean';
import { finalLines } from './final-lines';
import { fold } from './fold';
import { HOW, RESET } from './plain-renderer';
import type { Renderer, Write } from './renderer';
import type { Paint, Tone } from './style';
import { tallyText } from './tally-text';

const CLEAR_LINE = '\r\u001b[2K';
const LABEL_WIDTH = 9;
/** Before each line of a text but the first. */
const HANG = '    ';
/** Of a terminal with fewer columns nothing is left free beside the labels. */
const NARROW = 36;
const DETOURS: readonly Phase[] = ['settling', 'rolling-back', 'parked'];

/** What the renderer knows of the terminal. */
export interface Terminal {
  readonly write: Write;
  readonly paint: Paint;
  readonly columns: () => number;
  readonly now: () => number;
}

/** A live line for the phase that runs, a lasting one for each that is over, and what happened in between. */
export class TerminalRenderer implements Renderer {
  private deployment: FollowedDeployment | null = null;
  private progress: Progress | null = null;
  private rancherUrl: string | null = null;
  private isLive = false;

  constructor(private readonly terminal: Terminal) {}

  render(event: FollowEvent): void {
    switch (event.type) {
      case 'deployment':
        this.begin(event.deployment);
        return;
      case 'event': {
        const { level, text, phase, at } = event.event;
        // The end is told by the result, with what belongs to it.
        if (phase === 'done') return;
        const tone = level === 'info' ? 'quiet' : level === 'warning' ? 'careful' : 'bad';
        this.say(`  ${time(at)} ${phase.padEnd(LABEL_WIDTH)} ${gravity(level)}${clean(text)}`, tone);
        return;
      }
      case 'notice': {
        const { at, level, text } = event.notice;
        const tone = level === 'info' ? 'quiet' : 'careful';
        this.say(`  ${time(at)} ${gravity(level)}${clean(text)}`, tone);
        return;
      }
      case 'reset': {
        const { at, run } = event;
        if (this.deployment !== null) this.deployment = { ...this.deployment, ...run };
        this.say(`  ${time(at)} ${RESET}`, 'careful');
        if (run.link !== null) this.say(`  ${run.link}`, 'quiet');
        return;
      }
      case 'progress':
        this.advance(event.progress);
        return;
      case 'result':
        this.finish(event.outcome);
        return;
      default:
        event satisfies never;
    }
  }

  private begin(deployment: FollowedDeployment): void {
    this.deployment = deployment;
    const { environment, stack, service, how, deploymentId, requestId, requestedBy, link } = deployment;
    const { paint } = this.terminal;
    const [path, where] = [clean(`${stack}/${service}`), clean(environment)];
    const named = `${path} in ${where}:`;
    const strong = `${paint('strong', path)} in ${paint('strong', where)}:`;
    for (const line of this.folded(`${named} ${HOW[how]}`, HANG))
      this.line(line.startsWith(named) ? strong + line.slice(named.length) : line);
    this.say(`  ${clean(`${deploymentId}, request ${requestId}, by ${requestedBy}`)}`, 'quiet');
    if (link !== null) this.say(`  ${link}`, 'quiet');
  }

  private advance(progress: Progress): void {
    const before = this.progress;
    this.progress = progress;
    if (progress.rancherUrl !== null && progress.rancherUrl !== this.rancherUrl) {
      this.rancherUrl = progress.rancherUrl;
      this.say(`  ${clean(progress.rancherUrl)}`, 'quiet');
    }
    if (before !== null && before.phase !== progress.phase) {
      const [mark, tone] = DETOURS.includes(before.phase) ? (['~', 'careful'] as const) : (['✓', 'good'] as const);
      const spent = formatDuration(progress.phaseSince - before.phaseSince);
      this.line(`${this.terminal.paint(tone, mark)} ${before.phase} ${this.terminal.paint('quiet', spent)}`);
    }
    if (progress.result === null) this.live(progress);
  }

  private live(progress: Progress): void {
    const { phase, phaseSince, next, message, waitsFor } = progress;
    const spent = formatDuration(this.terminal.now() - phaseSince);
    const details = [tallyText(progress), message ?? '', ...waitsFor, next].map(clean).filter((part) => part !== '');
    const text = `… ${phase} ${spent}${details.length === 0 ? '' : `  ${details.join(' · ')}`}`;
    this.terminal.write(CLEAR_LINE + this.terminal.paint('careful', cut(text, this.terminal.columns() - 1)));
    this.isLive = true;
  }

  private finish(outcome: Outcome): void {
    const { paint } = this.terminal;
    const { verdict } = outcome;
    const tone: Tone = exitCodeOf(verdict) === 0 ? 'good' : verdict === 'detached' ? 'careful' : 'bad';
    // Beside the labels, where there is room for more than a word or two.
    const hang = this.terminal.columns() < NARROW ? HANG : ' '.repeat(LABEL_WIDTH + 1);
    for (const { label, text } of finalLines(outcome, this.deployment)) {
      const tell = (words: string): string => (label === 'verdict' ? paint('strong', paint(tone, words)) : words);
      const [first = '', ...more] = this.folded(`${label.padEnd(LABEL_WIDTH)} ${text}`, hang);
      this.line(`${paint('quiet', first.slice(0, LABEL_WIDTH))}${tell(first.slice(LABEL_WIDTH))}`);
      for (const line of more) this.line(tell(line));
    }
  }

  /** A text of any length in one tone, on lines that fit. */
  private say(text: string, tone: Tone): void {
    for (const line of this.folded(text, HANG)) this.line(this.terminal.paint(tone, line));
  }

  private folded(text: string, hang: string): string[] {
    return fold(text, this.terminal.columns(), hang);
  }

  private line(text: string): void {
    this.terminal.write(`${this.isLive ? CLEAR_LINE : ''}${text}\n`);
    this.isLive = false;
  }
}

/** In words, for whoever sees no colours. */
function gravity(level: 'info' | 'warning' | 'error'): string {
  return level === 'info' ? '' : `${level}: `;
}

/** The line has to fit: a wrapped one cannot be written over. */
function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function time(millis: number): string {
  return new Date(millis).toTimeString().slice(0, 8);
}
