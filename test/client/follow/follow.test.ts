import { setTimeout as delay } from 'node:timers/promises';
import { follow } from '../../../client/follow/follow';
import type { FollowOptions } from '../../../client/follow/follow';
import type { FollowEvent, RunPlace } from '../../../client/follow/follow-event';
import type { FollowedRun, Silence } from '../../../client/follow/followed-run';
import { newEventsOf } from '../../../client/follow/new-events';
import { SilenceError } from '../../../client/follow/silence-error';
import type { Outcome } from '../../../client/outcome';
import type { Progress, ProgressEvent } from '../../../workflows/contract';
import { progress, result, START } from '../support/samples';

const line = (n: number): ProgressEvent => ({
  at: START + n,
  level: 'info',
  phase: 'waiting',
  text: `line ${String(n)}`,
});
const SUCCESS: Outcome = { verdict: 'succeeded', reason: '', nextStep: '', result: result() };

/** A deployment that answers what the test says, look after look; the last answer stays. */
class ScriptedRun implements FollowedRun {
  looks = 0;
  private end: (outcome: Outcome) => void = () => undefined;
  private readonly over = new Promise<Outcome>((resolve) => (this.end = resolve));

  constructor(
    private readonly answers: readonly (Progress | Silence)[],
    private readonly endsAfter = Infinity,
  ) {}

  progress(): Promise<Progress> {
    const answer = this.answers[Math.min(this.looks, this.answers.length - 1)];
    this.looks += 1;
    if (this.looks >= this.endsAfter) this.end(SUCCESS);
    if (answer === undefined) throw new Error('the script is empty');
    return typeof answer === 'string' ? Promise.reject(new SilenceError(answer)) : Promise.resolve(answer);
  }

  running(): Promise<boolean> {
    return Promise.resolve(true);
  }

  outcome(): Promise<Outcome> {
    return this.over;
  }
}

async function all(run: FollowedRun, options: Partial<FollowOptions> = {}): Promise<FollowEvent[]> {
  const events: FollowEvent[] = [];
  for await (const event of follow(run, { intervalMillis: 5, target: 'prod storefront/web', ...options }))
    events.push(event);
  return events;
}

const notices = (events: readonly FollowEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'notice' ? [event.notice.text] : []));
const verdictOf = (events: readonly FollowEvent[]): string | undefined => {
  const last = events.at(-1);
  return last?.type === 'result' ? last.outcome.verdict : undefined;
};

describe('following a deployment', () => {
  it('tells every line of the logbook once, and then the verdict', async () => {
    const run = new ScriptedRun(
      [
        progress({ events: [line(1)], eventCount: 1 }),
        progress({ events: [line(1), line(2)], eventCount: 2 }),
        progress({ events: [line(1), line(2), line(3)], eventCount: 3 }),
      ],
      3,
    );
    const events = await all(run);
    expect(events.flatMap((event) => (event.type === 'event' ? [event.event.text] : []))).toEqual([
      'line 1',
      'line 2',
      'line 3',
    ]);
    expect(verdictOf(events)).toBe('succeeded');
    expect(events.filter(({ type }) => type === 'result')).toHaveLength(1);
  });

  it('reads the last lines even where the deployment is over before the first look', async () => {
    const run: FollowedRun = {
      progress: () => Promise.resolve(progress({ events: [line(1)], eventCount: 1, phase: 'done', result: result() })),
      running: () => Promise.resolve(false),
      outcome: () => Promise.resolve(SUCCESS),
    };
    const events = await all(run);
    expect(events.map(({ type }) => type)).toEqual(['event', 'progress', 'result']);
  });

  it('says once that no worker answers, goes on, and says when one answers again', async () => {
    const run = new ScriptedRun(['no worker', 'no worker', 'no worker', progress(), progress()], 5);
    const events = await all(run);
    expect(notices(events)).toEqual([expect.stringContaining('no worker answers'), 'the worker answers again']);
    expect(verdictOf(events)).toBe('succeeded');
  });

  it('keeps trying where the connection is lost, both for the progress and for the end', async () => {
    let calls = 0;
    const scripted = new ScriptedRun(['no connection', progress()]);
    const run: FollowedRun = {
      progress: () => scripted.progress(),
      running: () => Promise.resolve(true),
      outcome: () => {
        calls += 1;
        return calls === 1 ? Promise.reject(new SilenceError('no connection')) : Promise.resolve(SUCCESS);
      },
    };
    const events = await all(run);
    expect(notices(events)).toEqual([
      expect.stringContaining('connection to Temporal is lost'),
      'Temporal answers again',
    ]);
    expect(calls).toBe(2);
    expect(verdictOf(events)).toBe('succeeded');
  });

  it('comes back where the deployment is parked, saying why and how to go on', async () => {
    const events = await all(
      new ScriptedRun([progress(), progress({ phase: 'parked', attention: 'the rollback fails' })]),
    );
    expect(events.at(-1)).toMatchObject({
      outcome: {
        verdict: 'needs-attention',
        reason: expect.stringContaining('the rollback fails') as string,
        nextStep: expect.stringContaining('drover retry prod storefront/web') as string,
      },
    });
  });

  it('comes back from a confirmation only where holding was asked for', async () => {
    const confirming = progress({ phase: 'confirming' });
    expect(verdictOf(await all(new ScriptedRun([confirming]), { hold: true }))).toBe('held');
    const run = new ScriptedRun([confirming, confirming, confirming], 3);
    expect(verdictOf(await all(run, { hold: false }))).toBe('succeeded');
    expect(run.looks).toBeGreaterThanOrEqual(3);
  });

  describe('where a person has to judge what cannot be proven', () => {
    const waits = progress({
      phase: 'confirming',
      attention: 'not everything can be proven: migrate-1 ended; how is not shown',
    });

    it('comes back, and says what is to be judged, and how', async () => {
      expect(
        (await all(new ScriptedRun([progress(), waits]), { hold: false, limitMillis: 3000 })).at(-1),
      ).toMatchObject({
        outcome: {
          verdict: 'needs-attention',
          reason: expect.stringContaining('not everything can be proven: migrate-1 ended; how is not shown.') as string,
          nextStep: expect.stringMatching(
            /"drover confirm prod storefront\/web".*"drover rollback prod storefront\/web"/,
          ) as string,
        },
      });
    });

    it('is held where holding was asked for, and goes on where it is watched', async () => {
      expect(verdictOf(await all(new ScriptedRun([waits]), { hold: true }))).toBe('held');
      expect(verdictOf(await all(new ScriptedRun([waits], 3), { watchOn: true }))).toBe('succeeded');
    });
  });

  it('prefers the end over a phase that was read just before it', async () => {
    const run: FollowedRun = {
      progress: () => Promise.resolve(progress({ phase: 'parked' })),
      running: () => Promise.resolve(false),
      outcome: () => Promise.resolve(SUCCESS),
    };
    expect(verdictOf(await all(run))).toBe('succeeded');
  });

  test.each([
    ['held', 'confirming'],
    ['parked', 'parked'],
  ] as const)(
    'takes a run that somebody ended for ended, though it still answers that it is %s',
    async (_word, phase) => {
      const ended: Outcome = { verdict: 'interfered', reason: 'terminated', nextStep: '', result: null };
      // Temporal tells the end later than the first look is answered, as it does over a network.
      const run: FollowedRun = {
        progress: () => Promise.resolve(progress({ phase })),
        running: () => Promise.resolve(false),
        outcome: () => delay(40, ended),
      };
      expect(verdictOf(await all(run, { hold: true }))).toBe('interfered');
    },
  );

  it('does not tell that it waits while nobody can say whether it still runs', async () => {
    let asked = 0;
    const run: FollowedRun = {
      progress: () => Promise.resolve(progress({ phase: 'parked' })),
      running: () => {
        asked += 1;
        return asked < 3 ? Promise.reject(new SilenceError('no connection')) : Promise.resolve(true);
      },
      outcome: () => new Promise(() => undefined),
    };
    expect(verdictOf(await all(run))).toBe('needs-attention');
    expect(asked).toBe(3);
  });

  it('goes on with the new run where somebody resets the workflow, and tells no line twice', async () => {
    const [first, second]: readonly [RunPlace, RunPlace] = [
      { runId: 'run-1', link: null },
      { runId: 'run-2', link: 'http://web/run-2' },
    ];
    let looks = 0;
    let end: (outcome: Outcome) => void = () => undefined;
    const run = {
      place: first,
      progress(): Promise<Progress> {
        looks += 1;
        if (looks === 1) return Promise.resolve(progress({ events: [line(1), line(2), line(3)], eventCount: 3 }));
        this.place = second;
        // The replay wrote line 1 again; what came after it is new.
        if (looks > 3) end(SUCCESS);
        return Promise.resolve(progress({ events: [line(1), line(7)], eventCount: 2 }));
      },
      running: () => Promise.resolve(true),
      outcome: () => new Promise<Outcome>((resolve) => (end = resolve)),
    };
    const events = await all(run);
    expect(events.flatMap((event) => (event.type === 'event' ? [event.event.text] : []))).toEqual([
      'line 1',
      'line 2',
      'line 3',
      'line 7',
    ]);
    expect(events.filter(({ type }) => type === 'reset')).toEqual([
      { type: 'reset', at: expect.any(Number) as number, run: second },
    ]);
    expect(verdictOf(events)).toBe('succeeded');
  });

  it('detaches at once when asked to stop, also while nobody answers', async () => {
    const stop = new AbortController();
    const never: FollowedRun = {
      progress: () => new Promise(() => undefined),
      running: () => Promise.resolve(true),
      outcome: () => new Promise(() => undefined),
    };
    const followed = all(never, { signal: stop.signal });
    await delay(10);
    stop.abort();
    const events = await followed;
    expect(events.at(-1)).toMatchObject({
      outcome: {
        verdict: 'detached',
        nextStep: expect.stringContaining('drover cancel prod storefront/web') as string,
      },
    });
  });

  it('detaches when its own time is over', async () => {
    expect(verdictOf(await all(new ScriptedRun([progress()]), { limitMillis: 20 }))).toBe('detached');
  });

  it('does not hide a bug', async () => {
    const run: FollowedRun = {
      progress: () => Promise.reject(new TypeError('oops')),
      running: () => Promise.resolve(true),
      outcome: () => new Promise(() => undefined),
    };
    await expect(all(run)).rejects.toThrow('oops');
  });
});

describe('new lines of the logbook', () => {
  test.each([
    ['all at first', 2, 2, 0, [1, 2], 0],
    ['none', 2, 2, 2, [], 0],
    ['the newest', 3, 3, 2, [3], 0],
    ['those that are left of many', 150, 100, 20, [51, 150], 30],
    ['none where an older answer comes late', 2, 2, 5, [], 0],
  ])('%s', (_case, count, kept, seen, texts, missed) => {
    const kepts = Array.from({ length: kept }, (_, index) => line(count - kept + index + 1));
    const fresh = newEventsOf({ events: kepts, eventCount: count }, seen);
    expect(fresh.missed).toBe(missed);
    expect(fresh.seen).toBe(Math.max(count, seen));
    const [first, last] = [fresh.events[0], fresh.events.at(-1)].map((event) => event && event.at - START);
    expect(texts.length === 0 ? fresh.events : [first, last]).toEqual(
      texts.length === 0 ? [] : [texts[0], texts.at(-1)],
    );
  });
});
