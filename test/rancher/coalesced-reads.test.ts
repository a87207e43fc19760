import fc from 'fast-check';
import { CoalescedReads, JOIN_MILLIS } from '../../rancher/coalesced-reads';
import { HandClock } from './hand-clock';

/** One read that was really done. */
interface Done {
  readonly key: string;
  readonly signal: AbortSignal;
  sentAt: number | null;
  send: () => void;
  answer: (value: object) => void;
  fail: (error: Error) => void;
}

/** Who asked, when, and what came of it. */
interface Asked {
  readonly askedAt: number;
  /** Among all that was asked and sent. */
  readonly turn: number;
  answer: object | null;
  error: unknown;
}

class Bench {
  readonly clock = new HandClock();
  readonly done: Done[] = [];
  #turn = 0;
  readonly #reads = new CoalescedReads(this.clock.later);

  constructor(private readonly auto?: { readonly waits: number; readonly takes: number }) {}

  ask(key = 'a', signal?: AbortSignal): Asked {
    const asked: Asked = { askedAt: this.clock.now(), turn: (this.#turn += 1), answer: null, error: null };
    const reading = (own: AbortSignal, onSent: () => void): Promise<object> => this.#begin(key, own, onSent);
    const calledOff = (isSent: boolean): Error => new Error(`gone, ${isSent ? 'sent' : 'not sent'}`);
    void this.#reads.read(key, signal, { reading, calledOff }).then(
      (answer) => (asked.answer = answer),
      (error: unknown) => (asked.error = error),
    );
    return asked;
  }

  #begin(key: string, signal: AbortSignal, onSent: () => void): Promise<object> {
    return new Promise((resolve, reject) => {
      const one: Done = {
        ...{ key, signal, sentAt: null, answer: resolve, fail: reject },
        send: () => {
          if (signal.aborted) return;
          one.sentAt = this.clock.now();
          onSent();
        },
      };
      signal.addEventListener('abort', () => reject(new Error('called off')));
      if (signal.aborted) reject(new Error('called off'));
      this.done.push(one);
      if (this.auto === undefined) return;
      const { waits, takes } = this.auto;
      this.clock.later(() => {
        const turn = (this.#turn += 1);
        one.send();
        this.clock.later(() => resolve({ turn, sentAt: one.sentAt }), takes);
      }, waits);
    });
  }

  async now(): Promise<Done[]> {
    await this.clock.pass(0);
    return this.done;
  }
}

test('those who ask before it is sent share one read, frozen', async () => {
  const bench = new Bench();
  const [first, second] = [bench.ask(), bench.ask()];
  const [read, ...more] = await bench.now();
  const third = bench.ask();
  read?.send();
  read?.answer({ scale: 2, launchConfig: { labels: { a: '1' } } });
  expect([more, await bench.now()]).toEqual([[], [read]]);
  expect([first, second, third].map(({ answer }) => answer)).toEqual(Array(3).fill(first.answer));
  const { launchConfig } = first.answer as { launchConfig: { labels: Record<string, string> } };
  expect(() => (launchConfig.labels['a'] = '2')).toThrow(TypeError);
});

test('another thing is another read', async () => {
  const bench = new Bench();
  bench.ask('a');
  bench.ask('b');
  expect((await bench.now()).map(({ key }) => key)).toEqual(['a', 'b']);
});

test('whoever asks while it is under way gets the next one, which begins when it has ended', async () => {
  const bench = new Bench();
  const early = bench.ask();
  const [first] = await bench.now();
  first?.send();
  const late = [bench.ask(), bench.ask(), bench.ask()];
  expect(await bench.now()).toHaveLength(1);
  first?.answer({ which: 1 });
  const [, second, ...more] = await bench.now();
  expect([early.answer, ...late.map(({ answer }) => answer)]).toEqual([{ which: 1 }, null, null, null]);
  second?.send();
  second?.answer({ which: 2 });
  await bench.now();
  expect([more, late.map(({ answer }) => answer)]).toEqual([[], Array(3).fill({ which: 2 })]);
  expect(bench.clock.timers).toBe(0);
});

test('… or after 100 ms, so that nobody is held up by one that hangs', async () => {
  const bench = new Bench();
  bench.ask();
  (await bench.now())[0]?.send();
  const late = bench.ask();
  await bench.clock.pass(JOIN_MILLIS - 1);
  expect(bench.done).toHaveLength(1);
  await bench.clock.pass(1);
  const second = bench.done[1];
  second?.send();
  second?.answer({ which: 2 });
  await bench.now();
  expect(late.answer).toEqual({ which: 2 });
});

test('the next one also begins when the first fails', async () => {
  const bench = new Bench();
  const early = bench.ask();
  const [first] = await bench.now();
  first?.send();
  bench.ask();
  first?.fail(new Error('cut off'));
  expect(await bench.now()).toHaveLength(2);
  expect(String(early.error)).toBe('Error: cut off');
});

test('a failure goes to all, and nobody else', async () => {
  const bench = new Bench();
  const both = [bench.ask(), bench.ask()];
  const [first] = await bench.now();
  first?.fail(new Error('held back'));
  await bench.now();
  expect(both.map(({ error }) => String(error))).toEqual(Array(2).fill('Error: held back'));
  const after = bench.ask();
  expect(await bench.now()).toHaveLength(2);
  expect(after.error).toBeNull();
});

test('one who goes leaves it to the others', async () => {
  const bench = new Bench();
  const [controller, other] = [new AbortController(), new AbortController()];
  const [first, second] = [bench.ask('a', controller.signal), bench.ask('a', other.signal)];
  const [read] = await bench.now();
  controller.abort();
  await bench.now();
  expect([String(first.error), read?.signal.aborted]).toEqual(['Error: gone, not sent', false]);
  read?.send();
  const third = bench.ask();
  read?.answer({});
  await bench.now();
  expect([second.answer, third.answer]).toEqual([{}, null]);
});

test('when the last one has gone it is called off, and nobody joins it any more', async () => {
  const bench = new Bench();
  const controllers = [new AbortController(), new AbortController()];
  const gone = controllers.map(({ signal }) => bench.ask('a', signal));
  const [first] = await bench.now();
  controllers.forEach((controller) => controller.abort());
  // In the very same moment.
  const next = bench.ask();
  const [, second] = await bench.now();
  expect(first?.signal.aborted).toBe(true);
  expect(gone.map(({ error }) => String(error))).toEqual(['Error: gone, not sent', 'Error: called off']);
  expect([second?.signal.aborted, next.error]).toEqual([false, null]);
});

test('what waits for one under way is called off as well', async () => {
  const bench = new Bench();
  bench.ask();
  (await bench.now())[0]?.send();
  const controller = new AbortController();
  const late = bench.ask('a', controller.signal);
  controller.abort();
  await bench.now();
  expect([String(late.error), bench.clock.timers]).toEqual(['Error: called off', 0]);
});

test('whoever has gone before he asks shares nothing', async () => {
  const bench = new Bench();
  const other = bench.ask();
  const gone = bench.ask('a', AbortSignal.abort());
  await bench.now();
  expect([String(gone.error), other.error]).toEqual(['Error: called off', null]);
});

test('whoever asks when, is answered by a request that was sent afterwards, by few of them, and soon', async () => {
  const askings = fc.array(
    fc.record({
      after: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 150 })),
      goesAfter: fc.option(fc.integer({ min: 0, max: 150 }), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  const delays = fc.record({ waits: fc.integer({ min: 0, max: 80 }), takes: fc.integer({ min: 0, max: 300 }) });
  await fc.assert(
    fc.asyncProperty(askings, delays, async (all, delay) => {
      const bench = new Bench(delay);
      const asked: [Asked, AbortController][] = [];
      for (const { after, goesAfter } of all) {
        await bench.clock.pass(after);
        const controller = new AbortController();
        const one = bench.ask('a', controller.signal);
        asked.push([one, controller]);
        if (goesAfter !== null) bench.clock.later(() => controller.abort(), goesAfter);
      }
      const lastAt = bench.clock.now();
      await bench.clock.pass(1_000);
      for (const [{ askedAt, turn, answer, error }, { signal }] of asked) {
        if (answer === null) {
          expect([error === null, signal.aborted]).toEqual([false, true]);
          continue;
        }
        const sent = answer as { turn: number; sentAt: number };
        expect(sent.turn).toBeGreaterThan(turn);
        expect(sent.sentAt - askedAt).toBeLessThanOrEqual(JOIN_MILLIS + delay.waits);
      }
      // However many ask: no more than one begins in each 100 ms, or after one has ended, or when all had gone.
      const calledOff = bench.done.filter(({ signal }) => signal.aborted).length;
      const shortest = Math.min(JOIN_MILLIS, delay.takes) + delay.waits;
      const most = shortest === 0 ? all.length : Math.ceil((lastAt - 1_000 + 1) / shortest) + 2;
      expect(bench.done.length - calledOff).toBeLessThanOrEqual(most);
    }),
    { numRuns: 150 },
  );
});
