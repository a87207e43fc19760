import { exitCodeOf } from '../../decision/verdict';
import type { FollowedDeployment, FollowEvent } from '../follow/follow-event';
import { clean } from './clean';
import { finalLines } from './final-lines';
import type { Renderer, Write } from './renderer';

/** How a deployment begins, in words; the terminal says the same. */
export const HOW = {
  started: 'started',
  attached: 'running already: attached to it',
  over: 'this request is over: this is how it ended (to deploy again, give another --request-id)',
} as const;

/** Somebody reset the workflow, in words; the terminal says the same. */
export const RESET = 'somebody reset the workflow in Temporal: following its new run, which is the same deployment';

/** The lines of the end that say how it went; the others only say where to look. */
const TELLS: readonly string[] = ['verdict', 'reason', 'tried', 'next'];

/** One line per change, for the log of a CI system: time, level, environment, service, phase, what happened. No colours. */
export class PlainRenderer implements Renderer {
  private deployment: FollowedDeployment | null = null;
  private phase = '';
  private rancherUrl: string | null = null;

  constructor(
    private readonly write: Write,
    private readonly now: () => number,
  ) {}

  render(event: FollowEvent): void {
    switch (event.type) {
      case 'deployment': {
        this.deployment = event.deployment;
        const { how, requestId, deploymentId, requestedBy, link } = event.deployment;
        this.line(
          this.now(),
          'info',
          'deployment',
          `${HOW[how]} (${deploymentId}, request ${requestId}, by ${requestedBy})`,
        );
        if (link !== null) this.line(this.now(), 'info', 'deployment', `in Temporal Web: ${link}`);
        return;
      }
      case 'event': {
        const { at, level, phase, text } = event.event;
        this.phase = phase;
        // The end is told by the result, with what belongs to it.
        if (phase !== 'done') this.line(at, level, phase, text);
        return;
      }
      case 'notice':
        this.line(event.notice.at, event.notice.level, 'client', event.notice.text);
        return;
      case 'reset': {
        const { at, run } = event;
        if (this.deployment !== null) this.deployment = { ...this.deployment, ...run };
        this.line(at, 'warning', 'client', RESET);
        if (run.link !== null) this.line(at, 'info', 'deployment', `in Temporal Web: ${run.link}`);
        return;
      }
      case 'progress': {
        const { phase, phaseSince, next, rancherUrl } = event.progress;
        // A phase that wrote nothing into the logbook still deserves its line.
        if (phase !== this.phase) this.line(phaseSince, 'info', phase, next);
        this.phase = phase;
        if (rancherUrl !== null && rancherUrl !== this.rancherUrl) {
          this.rancherUrl = rancherUrl;
          this.line(this.now(), 'info', phase, `in Rancher: ${rancherUrl}`);
        }
        return;
      }
      case 'result': {
        const { outcome } = event;
        const level = exitCodeOf(outcome.verdict) === 0 ? 'info' : outcome.verdict === 'detached' ? 'warning' : 'error';
        for (const { label, text } of finalLines(outcome, this.deployment))
          this.line(this.now(), TELLS.includes(label) ? level : 'info', label, text);
        return;
      }
      default:
        event satisfies never;
    }
  }

  private line(at: number, level: 'info' | 'warning' | 'error', topic: string, text: string): void {
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    const where = this.deployment;
    const target = where === null ? '' : `${clean(`${where.environment} ${where.stack}/${where.service}`)} `;
    this.write(`${time} ${level.toUpperCase()} ${target}${topic}: ${clean(text)}\n`);
  }
}
