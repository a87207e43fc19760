import { logbookNote, logbookOf } from '../../../client/history/logbook';
import { recordOf } from '../../../client/history/deployment-record';
import { ended, history, phase, signal, started } from '../support/recorded';
import { progress, result, START } from '../support/samples';

const { entries } = recordOf(
  'run',
  history(started, phase('waiting'), signal('cancel', { by: 'pat' }), phase('rolling-back')),
);
const line = (at: number, text: string) => ({ at, level: 'info' as const, phase: 'waiting' as const, text });

describe('the logbook', () => {
  it("is the deployment's own where it keeps all of it", () => {
    const events = [line(START, 'one'), line(START + 5, 'two')];
    const logbook = logbookOf(entries, progress({ events, eventCount: 2 }));
    expect(logbook).toEqual({ lines: events.map((one) => ({ ...one, from: 'workflow' })), cut: 0, kept: 2 });
    expect(logbookNote(logbook)).toBe('');
  });

  it('goes back to the beginning where the deployment does not keep it, and says so', () => {
    const logbook = logbookOf(entries, progress({ events: [line(START + 2500, 'kept')], eventCount: 41 }));
    expect(logbook.lines.map(({ from, phase: where, text }) => `${from} ${where}: ${text}`)).toEqual([
      'history resolving: jane@host asked for example/web:2, log=example/log:2, variables PASSWORD, labels team: ticket 7',
      'history waiting: goes to the phase waiting',
      'history waiting: cancel by pat: restores the former configuration, proves it, and ends',
      'workflow waiting: kept',
    ]);
    expect(logbookNote(logbook)).toBe(
      'The deployment keeps its last 1 lines. The 40 before them are gone; what happened then is told from the history in Temporal.',
    );
  });

  it('tells each message once, also where it was written down a while after it came', () => {
    const asked = Array.from({ length: 5 }, (_, at) => signal('retry', { by: `caller ${String(at)}` }));
    const many = recordOf('run', history(started, phase('waiting'), ...asked)).entries;
    const kept = [3, 4].map((at) =>
      line(START + 60_000, `retry by caller ${String(at)}: rolls back and upgrades again`),
    );
    const { lines } = logbookOf(many, progress({ events: kept, eventCount: 7 }));
    expect(lines.flatMap(({ from, text }) => /caller \d/.exec(text)?.[0].concat(' ', from) ?? [])).toEqual([
      ...['caller 0 history', 'caller 1 history', 'caller 2 history', 'caller 3 workflow', 'caller 4 workflow'],
    ]);
  });

  it('is told from the history where no worker answers, and says so', () => {
    const logbook = logbookOf(entries, null);
    expect(logbook).toMatchObject({ cut: 0, kept: null });
    expect(logbook.lines).toHaveLength(entries.length);
    expect(logbookNote(logbook)).toMatch(/^No worker answers, so this is told from the history/);
  });

  it('tells how the workflow was ended from outside, which it could not write down itself', () => {
    const killed = recordOf('run', history(started, phase('waiting'), ended('terminated'))).entries;
    const { lines } = logbookOf(killed, progress({ events: [line(START, 'one')], eventCount: 1 }));
    expect(lines.map(({ text }) => text)).toEqual([
      'one',
      'terminate in Temporal by 4@host (by hand): ended at once; nothing was tidied up',
      'the workflow is terminated, without a verdict: by hand',
    ]);
    const over = progress({ events: [line(START, 'one')], eventCount: 1, result: result() });
    expect(logbookOf(killed, over).lines).toHaveLength(1);
  });
});
