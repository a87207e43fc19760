/** One change that breaks an invariant of Drover's on purpose, and the suite that has to fail on it. */
export interface Mutant {
  /** Of `docs/reliability.md`. */
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  readonly name: string;
  /** What goes wrong then, in words. */
  readonly breaks: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Command and arguments, run at the root of a copy of the checkout. It has to fail. */
  readonly caughtBy: readonly string[];
}

const suite = (...paths: string[]): string[] => ['npx', 'jest', '--maxWorkers=1', ...paths];

/** Every invariant, broken in one way or several. */
export const MUTANTS: readonly Mutant[] = [
  {
    invariant: 1,
    name: 'lost-reply-not-recognised',
    breaks: 'an upgrade of our own whose reply was lost is not recognised',
    file: 'decision/round.ts',
    from: "return recognised ? 'ours' : 'foreign';",
    to: "return recognised ? 'foreign' : 'foreign';",
    caughtBy: suite('test/workflows/faults.test.ts'),
  },
  {
    invariant: 1,
    name: 'post-on-any-base',
    breaks: 'the POST goes out though the versions are no longer those that were prepared',
    file: 'decision/permission.ts',
    from: "return ownership === 'base' && isOffered(snapshot) && !snapshot.removed && asPrepared() ? 'send' : 'not-now';",
    to: "return isOffered(snapshot) && !snapshot.removed && asPrepared() ? 'send' : 'not-now';",
    caughtBy: suite(
      'test/workflows/identity.test.ts',
      'test/workflows/edges.test.ts',
      'test/workflows/foreign-moves.test.ts',
    ),
  },
  {
    invariant: 1,
    name: 'undone-posted-again',
    breaks: 'an upgrade that Rancher took and somebody rolled back is posted a second time',
    file: 'decision/permission.ts',
    from: "if (wasUndone(snapshot, round) || wasPostedBefore(snapshot, round)) return 'not-now';",
    to: '',
    // The workflow looks before it posts again: this is for the attempt that a killed worker leaves behind.
    caughtBy: suite('test/decision/permission.test.ts'),
  },
  {
    invariant: 1,
    name: 'lease-always-held',
    breaks: 'an attempt whose claim is over sends all the same',
    file: 'activities/lease.ts',
    from: 'if (!isLost && Math.min(leftOfBeat, leftOfAttempt) > requestMillis) return;',
    to: 'if (Math.min(leftOfBeat, leftOfAttempt) > -Infinity || isLost) return;',
    caughtBy: suite('test/activities/lease.test.ts'),
  },
  {
    invariant: 2,
    name: 'outage-counts-as-stall',
    breaks: 'time in which Rancher was away counts towards the stall limit',
    file: 'decision/progress-clock.ts',
    from: 'const counted = Math.min(Math.max(0, now - clock.lastReadAt), plannedMillis + READ_SLACK_MILLIS);',
    to: 'const counted = Math.max(0, now - clock.lastReadAt) + 0 * (plannedMillis + READ_SLACK_MILLIS);',
    caughtBy: suite('test/decision/progress-clock.test.ts'),
  },
  {
    invariant: 2,
    name: 'no-grace-after-an-outage',
    breaks: 'the cap judges at once when Rancher comes back',
    file: 'decision/grace.ts',
    from: 'return grace === 0 && elapsedMillis >= timeoutMillis;',
    to: 'return grace >= 0 && elapsedMillis >= timeoutMillis;',
    caughtBy: suite('test/decision/grace.test.ts'),
  },
  {
    invariant: 3,
    name: 'finish-what-was-cancelled',
    breaks: 'under `onPending: finish` an upgrade that somebody cancelled is finished',
    file: 'decision/start-step.ts',
    from: "return { do: 'settle', action: 'rollback', why: `${whose(service)} was cancelled and never rolled back` };",
    to: "return { do: 'settle', action: 'finishupgrade', why: `${whose(service)} was cancelled and never rolled back` };",
    caughtBy: suite('test/decision/start-step.test.ts'),
  },
  {
    invariant: 3,
    name: 'finish-our-own-cancelled',
    breaks: 'our own upgrade that somebody cancelled is finished',
    file: 'decision/round-step.ts',
    from: "    upgraded: 'finish',\n    canceled: cancelled,",
    to: "    upgraded: 'finish',\n    canceled: 'finish',",
    caughtBy: suite('test/decision/round-step.test.ts'),
  },
  {
    invariant: 4,
    name: 'a-field-is-dropped',
    breaks: 'fields of the launch configuration that are null are not posted back',
    file: 'rancher/compose-upgrade.ts',
    from: 'return { ...config, imageUuid };',
    to: 'return Object.fromEntries(Object.entries({ ...config, imageUuid }).filter(([, value]) => value !== null));',
    caughtBy: suite('test/rancher/compose-upgrade.test.ts'),
  },
  {
    invariant: 4,
    name: 'variables-replace-the-map',
    breaks: 'merged variables and labels replace what was there',
    file: 'rancher/compose-upgrade.ts',
    from: 'return { ...config, [field]: { ...map, ...additions } };',
    to: 'return { ...config, [field]: map === undefined ? map : { ...additions } };',
    caughtBy: suite('test/rancher/compose-upgrade.test.ts'),
  },
  {
    invariant: 5,
    name: 'messages-not-redacted',
    breaks: "Rancher's own words reach the history with the values of variables in them",
    file: 'activities/snapshot.ts',
    from: 'return oneLine(redactor(hiddenTexts(service, variables))(message)).slice(0, 500);',
    to: 'return oneLine(redactor(hiddenTexts(service, variables).slice(0, 0))(message)).slice(0, 500);',
    caughtBy: suite('test/e2e/secrets.test.ts'),
  },
  {
    invariant: 6,
    name: 'finish-without-a-limit',
    breaks: 'a finish that hangs is waited for without end',
    file: 'workflows/steps/finish.ts',
    from: 'if (deployment.isStuck(clock, policy.finishLimitMillis)) {',
    to: 'if (deployment.isStuck(clock, 1e12 * policy.finishLimitMillis)) {',
    caughtBy: suite('test/workflows/edges.test.ts'),
  },
  {
    invariant: 6,
    name: 'stall-without-a-limit',
    breaks: 'containers that never come up are waited for until the cap',
    file: 'workflows/steps/await-upgraded.ts',
    from: 'if (service.instances !== null && deployment.isStuck(clock, policy.stallLimitMillis))',
    to: 'if (service.instances !== null && deployment.isStuck(clock, 1e12 * policy.stallLimitMillis))',
    caughtBy: suite('test/workflows/gates.test.ts'),
  },
  {
    invariant: 7,
    name: 'cancel-does-not-wait',
    breaks: 'a rollback races the POST that was under way when somebody cancelled',
    file: 'workflows/activity-options.ts',
    from: 'cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED',
    to: 'cancellationType: ActivityCancellationType.TRY_CANCEL',
    caughtBy: suite('test/workflows/faults.test.ts'),
  },
  {
    invariant: 7,
    name: 'restore-at-once',
    breaks: 'restoring begins while a request that was called off may still be under way',
    file: 'workflows/steps/restore.ts',
    from: 'if (deployment.underWay) await deployment.untilNothingIsUnderWay();',
    to: '',
    caughtBy: suite('test/workflows/edges.test.ts'),
  },
  {
    invariant: 8,
    name: 'the-same-request-twice',
    breaks: 'the same command run again starts anew instead of telling how it ended',
    file: 'client/decide-start.ts',
    from: 'if (same !== null) {',
    to: 'if (same !== null && same.run === "running") {',
    caughtBy: suite('test/client/decide-start.test.ts'),
  },
  {
    invariant: 8,
    name: 'no-attaching',
    breaks: 'the same command run again while its deployment runs is refused',
    file: 'client/decide-start.ts',
    from: "return same.run === 'running' ? { do: 'attach', to: same } : { do: 'report', on: same };",
    to: "return same.run === 'running' ? { do: 'refuse', busy: same } : { do: 'report', on: same };",
    caughtBy: suite('test/client/decide-start.test.ts'),
  },
];
