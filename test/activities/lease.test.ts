import { MockActivityEnvironment } from '@temporalio/testing';
import type { Lease } from '../../activities/lease';
import { withLease } from '../../activities/lease';

/** Runs a body under a lease of two seconds of heartbeats. */
function underLease(body: (lease: Lease) => Promise<void>, info = {}): Promise<void> {
  const environment = new MockActivityEnvironment({
    heartbeatTimeoutMs: 2_000,
    startToCloseTimeoutMs: 60_000,
    ...info,
  });
  return environment.run(() => withLease(body));
}

/** What a suspended process sees: time has passed, and nothing of it ran. */
function freeze(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until);
}

const nextTimers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe("an attempt's lease", () => {
  test('holds while its heartbeats are in time', async () => {
    await expect(underLease(async (lease) => lease.assertHeldFor(500))).resolves.toBeUndefined();
  });

  test('does not hold for a request that could outlast it', async () => {
    await expect(underLease(async (lease) => lease.assertHeldFor(1_500))).rejects.toMatchObject({ type: 'LeaseOver' });
  });

  test('ends with the attempt itself', async () => {
    const late = underLease(async (lease) => lease.assertHeldFor(500), { startToCloseTimeoutMs: 400 });
    await expect(late).rejects.toMatchObject({ type: 'LeaseOver' });
  });

  test('has no end where neither has a limit', async () => {
    const free = underLease(async (lease) => lease.assertHeldFor(3_600_000), {
      heartbeatTimeoutMs: undefined,
      startToCloseTimeoutMs: 0,
    });
    await expect(free).resolves.toBeUndefined();
  });

  test('is lost when the process was frozen, though it beats again as soon as it wakes', async () => {
    const woken = underLease(async (lease) => {
      freeze(1_600);
      await nextTimers();
      lease.assertHeldFor(100);
    });
    await expect(woken).rejects.toMatchObject({ type: 'LeaseOver' });
  });

  test('is lost from the start where the work may have waited for a process that stood still', async () => {
    // The process's own watch has looked before.
    await nextTimers();
    freeze(1_600);
    await expect(underLease(async (lease) => lease.assertHeldFor(100))).rejects.toMatchObject({ type: 'LeaseOver' });
    await nextTimers();
    await expect(underLease(async (lease) => lease.assertHeldFor(100))).rejects.toMatchObject({ type: 'LeaseOver' });
  });
});
